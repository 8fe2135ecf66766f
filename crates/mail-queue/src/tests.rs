//! The queue on both engines, and its rules without any.
