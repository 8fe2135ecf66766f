//! A session: its connection, what the client has enabled, and the loop that reads, acts and answers.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use mail_store::{Account, StoreError};
use model::{BlobRef, Chain, CredentialId, Timestamp};
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
    /// The password that opened it.
    pub(crate) credential: CredentialId,
}

/// What a client has done wrong; a login wipes it off.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Strikes {
    pub(crate) failed_logins: u32,
    commands_before_login: u32,
    bad_in_a_row: u32,
}

/// One connection, from the greeting to the farewell.
pub(crate) struct Session {
    pub(crate) wire: Wire,
    pub(crate) shared: Arc<Shared>,
    pub(crate) peer: IpAddr,
    pub(crate) is_tls: bool,
    pub(crate) modes: Modes,
    pub(crate) strikes: Strikes,
    /// The large messages of the command that is being read, in their order.
    pub(crate) kept: Vec<Result<BlobRef, StoreError>>,
    /// When the login is looked at again.
    pub(crate) next_standing: Timestamp,
}

impl Session {
    pub(crate) fn new(wire: Wire, shared: Arc<Shared>, peer: IpAddr, is_tls: bool) -> Session {
        let next_standing = shared.world.in_future(limits::STANDING_INTERVAL);
        Session {
            wire,
            shared,
            peer,
            is_tls,
            modes: Modes::default(),
            strikes: Strikes::default(),
            kept: Vec::new(),
            next_standing,
        }
    }

    /// Ends the session of somebody whose password was revoked or whose address was disabled meanwhile.
    pub(crate) async fn check_standing(&mut self, user: &User) -> Result<(), Ended> {
        if self.shared.world.clock.now() < self.next_standing {
            return Ok(());
        }
        self.next_standing = self.shared.world.in_future(limits::STANDING_INTERVAL);
        match self.shared.directory.still_opens(user.account.id(), user.credential).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Ended::Revoked),
            // Trouble of ours is no reason to send anybody away.
            Err(error) => {
                tracing::warn!(error = %Chain(&error), "cannot ask whether a login still holds");
                Ok(())
            }
        }
    }

    /// Whether a password may be sent over this connection.
    pub(crate) fn may_log_in(&self) -> bool {
        self.is_tls
            || self.shared.plaintext_from.iter().any(|network| network.contains(&self.peer.to_canonical()))
    }

    /// Speaks until one side ends it.
    pub(crate) async fn run(mut self) -> Ended {
        let Err(ended) = self.speak().await;
        let farewell = match &ended {
            Ended::Idle => Some((None, "Idle for too long")),
            Ended::TooLong => Some((Some(Code::TooBig), "A line or a literal is too long")),
            Ended::TooManyBad => Some((None, "Too many commands that are none")),
            Ended::TooManyFailures => Some((None, "Too many failures")),
            Ended::FolderGone => Some((None, "The mailbox has been deleted")),
            Ended::Revoked => Some((None, "The login no longer holds")),
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

    async fn speak(&mut self) -> Result<Infallible, Ended> {
        let greeting = format!("{} is ready", self.shared.hostname);
        let capabilities = Code::Capability(capability::list(self, false));
        self.wire.out.status(None, Condition::Ok, Some(&capabilities), &greeting);
        self.wire.set_deadline(Some(self.shared.world.in_future(limits::LOGIN_WITHIN)));
        let mut stage = Stage::NotAuthenticated;
        loop {
            let was_known = stage.user().is_some();
            let Some(tagged) = self.next(&stage).await? else { continue };
            if let Some(user) = stage.user() {
                self.check_standing(user).await?;
            }
            let (next, answer) = stage.step(self, &tagged.tag, tagged.command).await?;
            stage = next;
            self.kept.clear();
            self.answer(Some(&tagged.tag), &answer)?;
            self.carry_on(answer.then).await?;
            if matches!(stage, Stage::Logout) {
                return Err(Ended::LoggedOut);
            }
            if stage.user().is_some() != was_known {
                let deadline = self.shared.world.in_future(limits::LOGIN_WITHIN);
                self.wire.set_deadline(was_known.then_some(deadline));
                self.strikes = Strikes::default();
            }
        }
    }

    /// The next command; `None` if what came has been dealt with already.
    async fn next(&mut self, stage: &Stage) -> Result<Option<Tagged>, Ended> {
        let (frame_limits, idle) = match stage.user() {
            Some(_) => {
                let frame_limits = FrameLimits::authenticated(self.shared.limits.message_octets);
                (FrameLimits { large_octets: limits::LARGE_OCTETS, ..frame_limits }, limits::IDLE_AFTER_LOGIN)
            }
            None => {
                self.strikes.commands_before_login += 1;
                (FrameLimits::UNAUTHENTICATED, limits::IDLE_BEFORE_LOGIN)
            }
        };
        if self.strikes.commands_before_login > limits::COMMANDS_BEFORE_LOGIN
            || self.strikes.failed_logins >= limits::LOGIN_FAILURES
        {
            return Err(Ended::TooManyFailures);
        }
        let refused = match (self.wire.command(frame_limits, idle).await?, stage.user()) {
            (Arrived::Command(bytes), _) => match Tagged::parse(&bytes) {
                Ok(tagged) => return Ok(Some(tagged)),
                Err(malformed) => (malformed.tag, Answer::bad(format!("Expected {}", malformed.expected))),
            },
            (Arrived::Large(large), Some(user)) => {
                self.keep_large(user, large).await?;
                return Ok(None);
            }
            // Strangers have no large messages: their limits say so.
            (Arrived::Large(_), None) => return Err(Ended::TooLong),
            // RFC 9051 §4.3: the literal is refused before it is sent. RFC 4469 §4.2, RFC 7889 §4: TOOBIG.
            (Arrived::TooBig(head), _) => {
                (read_tag(&head), Answer::no(Code::TooBig, "The literal is too big"))
            }
        };
        self.kept.clear();
        self.answer(refused.0.as_deref(), &refused.1)?;
        Ok(None)
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

    /// Writes the line that ends a command; one BAD after the other ends the session.
    fn answer(&mut self, tag: Option<&str>, answer: &Answer) -> Result<(), Ended> {
        self.wire.out.status(tag, answer.condition, answer.code.as_ref(), &answer.text);
        if answer.condition != Condition::Bad {
            self.strikes.bad_in_a_row = 0;
            return Ok(());
        }
        self.strikes.bad_in_a_row += 1;
        if self.strikes.bad_in_a_row >= limits::BAD_IN_A_ROW { Err(Ended::TooManyBad) } else { Ok(()) }
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
