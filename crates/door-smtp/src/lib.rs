//! door-smtp.
mod exchange;
mod facts;
mod limits;
mod session;
mod stage;
pub use facts::Kind;
pub use limits::Limits;

#[cfg(test)]
mod tests;
