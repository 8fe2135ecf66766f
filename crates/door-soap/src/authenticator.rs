//! Who calls: what a request shows, and who says whose it is.

use std::fmt;

use bytes::Bytes;
use doorway_http::Client;
use wire_soap::Fault;

/// Says who calls. Ban lists, rates and second looks belong to it, as it sees every try.
pub trait Authenticator: Send + Sync + 'static {
    /// Somebody whom the operations know.
    type Caller: Send + Sync + 'static;

    /// Whose the shown is.
    ///
    /// # Errors
    /// [`Code::Auth`](wire_soap::Code::Auth) for nobody's, without saying what is wrong about it;
    /// [`Code::Forbidden`](wire_soap::Code::Forbidden) for somebody who may not come this way;
    /// [`Code::Temporary`](wire_soap::Code::Temporary) where it cannot be known now.
    fn authenticate(&self, shown: Shown) -> impl Future<Output = Result<Self::Caller, Fault>> + Send;
}

/// What a request shows.
#[derive(Clone, Debug)]
pub struct Shown {
    /// A name and a password, from HTTP (RFC 7617) or from the header of the envelope: never both.
    pub password: Option<Password>,
    /// The certificate of the connection.
    pub certificate: Option<Certificate>,
    /// Where the request comes from.
    pub client: Client,
}

/// A name and a password.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    /// Who.
    pub username: String,
    /// The secret.
    pub password: String,
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Password").field("username", &self.username).finish_non_exhaustive()
    }
}

/// A client's certificate whose key the client has proven to have, as TLS saw it: an extension of the request, which
/// whoever ends TLS puts there. Nothing of a request's own head becomes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate(
    /// DER.
    pub Bytes,
);
