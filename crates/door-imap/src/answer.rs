//! How a command ends: the tagged line, or the end of the session; and which answer our troubles deserve.

use std::borrow::Cow;

use directory::AuthRefusal;
use mail_store::StoreError;
use model::Chain;
use wire_imap::{Code, Condition};

use crate::wire::Ended;

/// What happens once the tagged line is out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Then {
    /// The next command.
    #[default]
    Next,
    /// The TLS handshake.
    Tls,
    /// Everything is deflated.
    Compression,
}

/// The tagged line.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) condition: Condition,
    pub(crate) code: Option<Code>,
    pub(crate) text: Cow<'static, str>,
    pub(crate) then: Then,
}

impl Answer {
    pub(crate) fn then(mut self, then: Then) -> Answer {
        self.then = then;
        self
    }

    pub(crate) fn ok(text: impl Into<Cow<'static, str>>) -> Answer {
        Answer { condition: Condition::Ok, code: None, text: text.into(), then: Then::Next }
    }

    pub(crate) fn ok_with(code: Code, text: impl Into<Cow<'static, str>>) -> Answer {
        Answer { condition: Condition::Ok, code: Some(code), text: text.into(), then: Then::Next }
    }

    pub(crate) fn no(code: Code, text: impl Into<Cow<'static, str>>) -> Answer {
        Answer { condition: Condition::No, code: Some(code), text: text.into(), then: Then::Next }
    }

    pub(crate) fn bad(text: impl Into<Cow<'static, str>>) -> Answer {
        Answer { condition: Condition::Bad, code: None, text: text.into(), then: Then::Next }
    }
}

/// Why a command did not come to its good end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// With this answer, and the session lives.
    Answer(Answer),
    /// The open folder does not exist any more.
    FolderGone,
    /// The session ends.
    Ended(Ended),
}

impl From<Ended> for Halt {
    fn from(ended: Ended) -> Halt {
        Halt::Ended(ended)
    }
}

impl From<Answer> for Halt {
    fn from(answer: Answer) -> Halt {
        Halt::Answer(answer)
    }
}

impl From<wire_imap::NotAName> for Halt {
    fn from(not: wire_imap::NotAName) -> Halt {
        Halt::Answer(Answer::no(Code::Cannot, not.0))
    }
}

impl From<mail_store::NotAFlag> for Halt {
    fn from(not: mail_store::NotAFlag) -> Halt {
        Halt::Answer(Answer::bad(not.reason))
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Halt {
        Halt::Answer(refusal(&error))
    }
}

/// What a client hears of a store that did not do as asked (RFC 9051 §7.1, RFC 5530).
pub(crate) fn refusal(error: &StoreError) -> Answer {
    match error {
        StoreError::OverQuota => Answer::no(Code::OverQuota, "The mailbox is full"),
        StoreError::NoSuchFolder => Answer::no(Code::NonExistent, "No such mailbox"),
        StoreError::NoSuchMessage => Answer::no(Code::ExpungeIssued, "The message is gone"),
        StoreError::FolderExists(_) => Answer::no(Code::AlreadyExists, "A mailbox of that name exists"),
        StoreError::Refused { rule, .. } => Answer::no(Code::Cannot, *rule),
        StoreError::Limit(limit) => Answer::no(Code::Limit, *limit),
        StoreError::NoSuchAccount => Answer::no(Code::AuthorizationFailed, "The account is closed"),
        StoreError::Db(_) | StoreError::Body { .. } | StoreError::NewBody(_) | StoreError::Damaged(_) => {
            // Strangers learn little; the log has the chain.
            let chain = Chain(error);
            if error.is_temporary() {
                tracing::warn!(error = %chain, "the store is not available");
                Answer::no(Code::Unavailable, "Not available now, try again later")
            } else {
                tracing::error!(error = %chain, "the store failed");
                Answer::no(Code::ServerBug, "An internal error, which has been logged")
            }
        }
    }
}

/// What a client hears of a login that did not succeed (RFC 5530 §3).
pub(crate) fn login_refusal(refusal: &AuthRefusal) -> Answer {
    match refusal {
        AuthRefusal::Wrong => Answer::no(Code::AuthenticationFailed, "The name or the password is wrong"),
        AuthRefusal::Banned { until } => {
            Answer::no(Code::Unavailable, format!("Too many failures; try again after {}", until.rfc3339()))
        }
        AuthRefusal::Disabled => Answer::no(Code::AuthorizationFailed, "This address is disabled"),
        AuthRefusal::Maintenance => {
            let text =
                "The mail service is in maintenance: letters are received, and can be read again later";
            Answer::no(Code::Unavailable, text)
        }
        AuthRefusal::Malformed(_) => Answer::bad("This is not what the mechanism asks for"),
        AuthRefusal::Later(error) => {
            tracing::warn!(error = %Chain(error), "a login cannot be checked");
            Answer::no(Code::Unavailable, "Cannot check the password now, try again later")
        }
    }
}
