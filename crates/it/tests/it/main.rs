//! Tests of the whole: the shape of the source, and the platform from door to door.

// `cfg(test)` is always true here; it tells clippy that helpers beside the tests are tests too.
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod nodes;
#[cfg(test)]
mod platform;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod senders;
#[cfg(test)]
mod tenants;
