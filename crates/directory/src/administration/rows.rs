//! What administration reads and writes, a file for each kind of thing. Every statement carries the
//! organisation: the scope's own, or within an operator's scope the one of the row that was read before. What who is
//! limited to one domain may find is found by statements that ask for the domain too.

mod address;
mod ban;
mod deleted;
mod domain;
mod organisation;
mod password;
mod reach;
mod service;
mod staff;
mod user;

pub(super) use address::*;
pub(super) use ban::*;
pub(super) use deleted::*;
pub(super) use domain::*;
pub(super) use organisation::*;
pub(super) use password::*;
pub(super) use reach::*;
pub(super) use service::*;
pub(super) use staff::*;
pub(crate) use user::is_login_taken;
pub(super) use user::*;

fn count(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}
