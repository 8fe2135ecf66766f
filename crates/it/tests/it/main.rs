//! Tests of the whole: the shape of the source, and the platform from door to door.

mod architecture;
mod platform;
