//! A session: its connection, what the client has enabled, and the loop that reads, acts and answers.

use std::net::IpAddr;
use std::sync::Arc;

use mail_store::{Account, StoreError};
use model::BlobRef;
use tokio_rustls::TlsAcceptor;
use wire_imap::{Code, Condition, FrameLimits, Tagged, read_tag};

use crate::Shared;
use crate::answer::{Answer, Then};
use crate::command::capability;
use crate::limits;
use crate::stage::Stage;
use crate::wire::{Arrived, Ended, Large, Wire};

/// What ENABLE and its like have switched on.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a capability of its own, enabled alone or with others"
)]
pub(crate) struct Modes {
    /// IMAP4rev2 (RFC 9051 §6.3.1).
    pub(crate) rev2: bool,
    /// UTF8=ACCEPT (RFC 6855 §3).
    pub(crate) utf8: bool,
    /// CONDSTORE (RFC 7162 §3.1).
    pub(crate) condstore: bool,
    /// QRESYNC (RFC 7162 §3.2.3).
    pub(crate) qresync: bool,
}

impl Modes {
    /// Whether names and quoted strings are UTF-8.
    pub(crate) fn is_utf8(self) -> bool {
        self.rev2 || self.utf8
    }
}

/// Who has logged in.
pub(crate) struct User {
    /// What the login opens.
    pub(crate) account: Account,
    /// The address, for the log.
    pub(crate) address: String,
}

/// One connection, from the greeting to the farewell.
pub(crate) struct Session {
    pub(crate) wire: Wire,
    pub(crate) shared: Arc<Shared>,
    pub(crate) peer: IpAddr,
    pub(crate) is_tls: bool,
    pub(crate) modes: Modes,
    pub(crate) failed_logins: u32,
    /// The large messages of the command that is being read, in their order.
    pub(crate) kept: Vec<Result<BlobRef, StoreError>>,
}

impl Session {
    pub(crate) fn new(wire: Wire, shared: Arc<Shared>, peer: IpAddr, is_tls: bool) -> Session {
        Session { wire, shared, peer, is_tls, modes: Modes::default(), failed_logins: 0, kept: Vec::new() }
    }

    /// Whether a password may be sent over this connection.
    pub(crate) fn may_log_in(&self) -> bool {
        self.is_tls
            || self.shared.plaintext_from.iter().any(|network| network.contains(&self.peer.to_canonical()))
    }

    /// Speaks until one side ends it.
    pub(crate) async fn run(mut self) -> Ended {
        let ended = self.speak().await;
        let farewell = match &ended {
            Ended::Idle => Some((None, "Idle for too long")),
            Ended::TooLong => Some((Some(Code::TooBig), "A line or a literal is too long")),
            Ended::TooManyBad => Some((None, "Too many commands that are none")),
            Ended::TooManyFailures => Some((None, "Too many failures")),
            Ended::FolderGone => Some((None, "The mailbox has been deleted")),
            Ended::Shutdown => Some((Some(Code::Unavailable), "The server stops; try again soon")),
            // LOGOUT has said BYE itself; with the others there is nobody to talk to, or no way to say it.
            Ended::LoggedOut
            | Ended::Closed
            | Ended::Socket(_)
            | Ended::Handshake(_)
            | Ended::Stuck
            | Ended::Damaged
            | Ended::HalfSent => None,
        };
        if let Some((code, text)) = farewell {
            self.wire.out.status(None, Condition::Bye, code.as_ref(), text);
        }
        if !matches!(ended, Ended::Closed | Ended::Socket(_) | Ended::Stuck) {
            self.wire.close().await;
        }
        ended
    }

    async fn speak(&mut self) -> Ended {
        let greeting = format!("{} is ready", self.shared.hostname);
        let capabilities = Code::Capability(capability::list(self, false));
        self.wire.out.status(None, Condition::Ok, Some(&capabilities), &greeting);
        let mut stage = Stage::NotAuthenticated;
        self.wire.set_deadline(Some(self.shared.world.in_future(limits::LOGIN_WITHIN)));
        let (mut bad_in_a_row, mut before_login) = (0, 0);
        loop {
            let is_known = !matches!(stage, Stage::NotAuthenticated);
            let (frame_limits, idle) = if is_known {
                let frame_limits = FrameLimits::authenticated(self.shared.limits.message_octets);
                (FrameLimits { large_octets: limits::LARGE_OCTETS, ..frame_limits }, limits::IDLE_AFTER_LOGIN)
            } else {
                before_login += 1;
                (FrameLimits::UNAUTHENTICATED, limits::IDLE_BEFORE_LOGIN)
            };
            if before_login > limits::COMMANDS_BEFORE_LOGIN || self.failed_logins >= limits::LOGIN_FAILURES {
                return Ended::TooManyFailures;
            }
            let bytes = match self.wire.command(frame_limits, idle).await {
                Ok(Arrived::Command(bytes)) => bytes,
                Ok(Arrived::Large(large)) => match stage.user() {
                    Some(user) => match self.keep_large(user, large).await {
                        Ok(()) => continue,
                        Err(ended) => return ended,
                    },
                    None => return Ended::TooLong,
                },
                Ok(Arrived::TooBig(head)) => {
                    self.kept.clear();
                    // RFC 9051 §4.3: the literal is refused before it is sent. RFC 4469 §4.2, RFC 7889 §4: TOOBIG.
                    let answer = Answer::no(Code::TooBig, "The literal is too big");
                    self.answer(read_tag(&head).as_deref(), &answer);
                    continue;
                }
                Err(ended) => return ended,
            };
            let tagged = match Tagged::parse(&bytes) {
                Ok(tagged) => tagged,
                Err(malformed) => {
                    self.kept.clear();
                    bad_in_a_row += 1;
                    let answer = Answer::bad(format!("Expected {}", malformed.expected));
                    self.answer(malformed.tag.as_deref(), &answer);
                    if bad_in_a_row >= limits::BAD_IN_A_ROW {
                        return Ended::TooManyBad;
                    }
                    continue;
                }
            };
            // The octets of a message are shared with the command from here on.
            drop(bytes);
            let answer = match stage.step(self, &tagged.tag, tagged.command).await {
                Ok((next, answer)) => {
                    let is_logged_in = !matches!(next, Stage::NotAuthenticated);
                    if is_logged_in != is_known {
                        let deadline = self.shared.world.in_future(limits::LOGIN_WITHIN);
                        self.wire.set_deadline((!is_logged_in).then_some(deadline));
                        before_login = 0;
                    }
                    stage = next;
                    answer
                }
                Err(ended) => return ended,
            };
            self.kept.clear();
            bad_in_a_row = if answer.condition == Condition::Bad { bad_in_a_row + 1 } else { 0 };
            self.answer(Some(&tagged.tag), &answer);
            if let Err(ended) = self.carry_on(answer.then).await {
                return ended;
            }
            if matches!(stage, Stage::Logout) {
                return Ended::LoggedOut;
            }
            if bad_in_a_row >= limits::BAD_IN_A_ROW {
                return Ended::TooManyBad;
            }
        }
    }

    /// Gives a large message to the store while it comes; what became of it waits for its command.
    async fn keep_large(&mut self, user: &User, large: Large) -> Result<(), Ended> {
        let command = self.wire.begin_large(&large);
        let mut writer = user.account.writer();
        let mut outcome = Ok(());
        let mut left = large.octets;
        while left > 0 {
            let piece = self.wire.piece_of(left, limits::IDLE_AFTER_LOGIN).await?;
            left -= piece.len() as u64;
            // After a failure the rest is read all the same: the command goes on behind it.
            if outcome.is_ok() {
                outcome = writer.write(&piece).await;
            }
        }
        self.wire.end_large(command, &large);
        let kept = match outcome {
            Ok(()) => writer.finish().await,
            Err(error) => Err(error),
        };
        self.kept.push(kept.map_err(StoreError::NewBody));
        Ok(())
    }

    fn answer(&mut self, tag: Option<&str>, answer: &Answer) {
        self.wire.out.status(tag, answer.condition, answer.code.as_ref(), &answer.text);
    }

    /// What a tagged line promised: from the next octet on, everything is different.
    async fn carry_on(&mut self, then: Then) -> Result<(), Ended> {
        match then {
            Then::Next => self.wire.flush_if_full().await,
            Then::Tls => {
                self.wire.flush().await?;
                if let Some(tls) = self.shared.tls.clone() {
                    self.wire.start_tls(&TlsAcceptor::from(tls)).await?;
                    self.is_tls = true;
                }
                Ok(())
            }
            Then::Compression => {
                self.wire.flush().await?;
                self.wire.start_compression();
                Ok(())
            }
        }
    }
}
