//! The steps of a letter's way, as values, as JSON and as sentences.

use std::fmt;
use std::net::IpAddr;

use model::{Reply, Timestamp};
use serde::{Deserialize, Serialize};
use trust::Authentication;

use crate::readable;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    /// We took responsibility for the message.
    Accepted {
        /// What the `with` of our Received field says: `ESMTPSA`, `LMTP`, `ourselves`.
        protocol: String,
        /// The peer; `None` for a message of our own.
        peer_ip: Option<IpAddr>,
        /// The name the peer gave.
        helo: Option<String>,
        /// Version and cipher, if the connection was encrypted.
        tls: Option<String>,
        /// Who was logged in.
        login: Option<String>,
        /// The message as received.
        size_bytes: u64,
        /// The Subject field, decoded.
        subject: Option<String>,
        /// The Message-ID field.
        message_id: Option<String>,
    },
    /// A peer's recipient or message was refused.
    Refused {
        /// The peer; `None` for a message of our own.
        peer_ip: Option<IpAddr>,
        /// Our words.
        #[serde(with = "reply")]
        reply: Reply,
        /// What was found out about its origin, if it came so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<Box<Authentication>>,
    },
    /// The message was judged.
    Judged {
        /// The verdict in one word: `inbox`, `junk`.
        verdict: String,
        /// What led to it.
        why: String,
        /// What was found out about its origin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<Box<Authentication>>,
    },
    /// A recipient of the message stands in the queue.
    Queued {
        /// Where it will go: `mailbox anna@…`, `mail servers of example.org`.
        route: String,
    },
    /// A remote server was tried.
    Tried {
        /// The domain whose server it is, where the recipient's is another one: behind an alias.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        destination: Option<String>,
        /// The server's name.
        host: String,
        /// Its address; `None` if it was never reached.
        ip: Option<IpAddr>,
        /// The dedicated address that the connection came from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<IpAddr>,
        /// Version and cipher, if the connection was encrypted.
        tls: Option<String>,
        /// Why it was not.
        why_no_tls: Option<String>,
        /// What was demanded of the server's TLS: `DANE`, `MTA-STS`, `MTA-STS testing`, `REQUIRETLS`;
        /// `None` if nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        policy: Option<String>,
        /// How the demand, or the TLS of no demand, was not met: a result type of RFC 8460 §4.3, such as
        /// `certificate-expired`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
        /// The server's words, or ours about it.
        #[serde(with = "reply")]
        reply: Reply,
    },
    /// The recipient has it.
    Delivered {
        /// The folder, or the server that took it.
        place: String,
        /// The server's words.
        #[serde(with = "optional_reply")]
        reply: Option<Reply>,
    },
    /// It will be tried again.
    Deferred {
        /// Why not now.
        #[serde(with = "reply")]
        reply: Reply,
        /// When next.
        #[serde(with = "timestamp")]
        next_at: Timestamp,
    },
    /// It failed for good and the sender is told.
    Bounced {
        /// Why.
        #[serde(with = "reply")]
        reply: Reply,
    },
    /// It stood in the queue for too long.
    Expired,
    /// An administrator, or the judge, holds it back.
    Held,
    /// It goes on.
    Released,
    /// An administrator deleted it from the queue.
    Deleted,
    /// A report about it was sent.
    Reported {
        /// `failed`, `delayed`, `delivered`, `relayed`, `expanded` (RFC 3464 §2.3.3).
        #[serde(rename = "report")]
        kind: String,
    },
    /// A recipient said that he did not want it, or that he did.
    Complained {
        /// `abuse`, `fraud`, `not-spam` … (RFC 5965 §3.5).
        feedback: String,
        /// The program that reports it.
        agent: String,
    },
}

impl Step {
    /// The word that the kind column and the JSON carry.
    pub fn kind(&self) -> &'static str {
        match self {
            Step::Accepted { .. } => "accepted",
            Step::Refused { .. } => "refused",
            Step::Judged { .. } => "judged",
            Step::Queued { .. } => "queued",
            Step::Tried { .. } => "tried",
            Step::Delivered { .. } => "delivered",
            Step::Deferred { .. } => "deferred",
            Step::Bounced { .. } => "bounced",
            Step::Expired => "expired",
            Step::Held => "held",
            Step::Released => "released",
            Step::Deleted => "deleted",
            Step::Reported { .. } => "reported",
            Step::Complained { .. } => "complained",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Accepted { protocol, peer_ip, helo, tls, login, size_bytes, subject, message_id } => {
                write!(f, "accepted")?;
                match peer_ip {
                    Some(ip) => write!(f, " from {}", readable(ip))?,
                    None => write!(f, " from ourselves")?,
                }
                if let Some(helo) = helo {
                    write!(f, " ({helo})")?;
                }
                write!(f, " by {protocol}")?;
                if let Some(tls) = tls {
                    write!(f, " over {tls}")?;
                }
                if let Some(login) = login {
                    write!(f, ", logged in as {login}")?;
                }
                write!(f, ", {size_bytes} bytes")?;
                if let Some(subject) = subject {
                    write!(f, ", «{subject}»")?;
                }
                if let Some(message_id) = message_id {
                    write!(f, ", {message_id}")?;
                }
                Ok(())
            }
            Step::Refused { peer_ip, reply, evidence } => {
                match peer_ip {
                    Some(ip) => write!(f, "refused to {}: {reply}", readable(ip))?,
                    None => write!(f, "refused: {reply}")?,
                }
                in_words(f, evidence.as_deref())
            }
            Step::Judged { verdict, why, evidence } => {
                match why.is_empty() {
                    true => write!(f, "judged: {verdict}")?,
                    false => write!(f, "judged: {verdict}, because {why}")?,
                }
                in_words(f, evidence.as_deref())
            }
            Step::Queued { route } => write!(f, "queued for {route}"),
            Step::Tried { host, ip, source, tls, why_no_tls, policy, failure, reply, destination: _ } => {
                write!(f, "tried {host}")?;
                if let Some(ip) = ip {
                    write!(f, " [{}]", readable(ip))?;
                }
                if let Some(source) = source {
                    write!(f, " from {}", readable(source))?;
                }
                match (tls, why_no_tls) {
                    (Some(tls), _) => write!(f, " over {tls}")?,
                    (None, Some(why)) => write!(f, " without TLS ({why})")?,
                    (None, None) => {}
                }
                match (policy, failure) {
                    (Some(policy), Some(failure)) => write!(f, " ({policy} not met: {failure})")?,
                    (Some(policy), None) => write!(f, " ({policy})")?,
                    (None, Some(failure)) => write!(f, " ({failure})")?,
                    (None, None) => {}
                }
                write!(f, ": {reply}")
            }
            Step::Delivered { place, reply: None } => write!(f, "delivered to {place}"),
            Step::Delivered { place, reply: Some(reply) } => write!(f, "delivered to {place}: {reply}"),
            Step::Deferred { reply, next_at } => {
                write!(f, "deferred until {}: {reply}", next_at.rfc3339())
            }
            Step::Bounced { reply } => write!(f, "bounced: {reply}"),
            Step::Expired => write!(f, "expired"),
            Step::Held => write!(f, "held"),
            Step::Released => write!(f, "released"),
            Step::Deleted => write!(f, "deleted from the queue"),
            Step::Reported { kind } => write!(f, "reported to the sender as {kind}"),
            Step::Complained { feedback, agent } => {
                write!(f, "a reader complained: {feedback}")?;
                if agent.is_empty() { Ok(()) } else { write!(f, " (told by {agent})") }
            }
        }
    }
}

fn in_words(f: &mut fmt::Formatter<'_>, evidence: Option<&Authentication>) -> fmt::Result {
    match evidence.map(ToString::to_string).filter(|words| !words.is_empty()) {
        Some(words) => write!(f, "; {words}"),
        None => Ok(()),
    }
}

/// A reply as `{"code": 250, "status": "2.0.0", "text": "…"}`; `status` is absent without an enhanced code.
mod reply {
    use model::Reply;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    pub(super) struct Stored {
        code: u16,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        status: Option<String>,
        text: String,
    }

    impl From<&Reply> for Stored {
        fn from(reply: &Reply) -> Stored {
            Stored {
                code: reply.code(),
                status: reply.enhanced().map(|_| reply.status()),
                text: crate::rows::cut(reply.text()).to_owned(),
            }
        }
    }

    impl From<Stored> for Reply {
        fn from(stored: Stored) -> Reply {
            let enhanced = stored.status.and_then(|status| {
                let mut numbers = status.split('.').skip(1).map(str::parse);
                Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
            });
            Reply::new(stored.code, enhanced, stored.text)
        }
    }

    pub(super) fn serialize<S: Serializer>(reply: &Reply, serializer: S) -> Result<S::Ok, S::Error> {
        Stored::from(reply).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Reply, D::Error> {
        Ok(Stored::deserialize(deserializer)?.into())
    }
}

mod optional_reply {
    use model::Reply;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::reply::Stored;

    pub(super) fn serialize<S: Serializer>(reply: &Option<Reply>, serializer: S) -> Result<S::Ok, S::Error> {
        reply.as_ref().map(Stored::from).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Reply>, D::Error> {
        Ok(Option::<Stored>::deserialize(deserializer)?.map(Reply::from))
    }
}

mod timestamp {
    use model::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(at.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        Ok(Timestamp(i64::deserialize(deserializer)?))
    }
}
