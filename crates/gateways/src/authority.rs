//! The list of authorities that the operator manages.

use model::Timestamp;

use crate::certificate::Certificate;

/// The identifier of an authority in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AuthorityId(pub i64);

impl AuthorityId {
    /// The public ones: one entry for all of them.
    pub const PUBLIC: AuthorityId = AuthorityId(1);
}

/// What stands behind an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthorityKind {
    /// All those that browsers trust, as Mozilla lists them.
    Public,
    /// One certificate that the operator registered.
    Registered(Box<Certificate>),
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    /// The identifier.
    pub id: AuthorityId,
    /// What people call it.
    pub name: String,
    /// What stands behind it.
    pub kind: AuthorityKind,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it was removed, or the public ones were switched off; `None`: it vouches.
    pub removed_at: Option<Timestamp>,
}
