//! The states of a session (RFC 9051 §3) and every command that is legal in each, in one match.

use mail_store::StoreError;
use wire_imap::{Code, Command, Condition};

use crate::answer::{Answer, Halt};
use crate::command::{
    append, authenticate, capability, close, compress, copy, create, delete, enable, expunge, fetch, id,
    idle, list, namespace, quota, rename, search, select, start_tls, status, store, subscribe,
};
use crate::selected::{Expunges, Selected};
use crate::session::{Modes, Session, User};
use crate::wire::Ended;

/// Where a session stands.
pub(crate) enum Stage {
    /// Nobody has logged in.
    NotAuthenticated,
    /// Somebody has, and no folder is open.
    Authenticated(User),
    /// A folder is open.
    Selected(User, Box<Selected>),
    /// BYE has been said.
    Logout,
}

impl Stage {
    /// Who has logged in.
    pub(crate) fn user(&self) -> Option<&User> {
        match self {
            Stage::Authenticated(user) | Stage::Selected(user, _) => Some(user),
            Stage::NotAuthenticated | Stage::Logout => None,
        }
    }

    /// Carries out a command: its untagged responses stand in the session's output, its tagged line is the
    /// answer.
    pub(crate) async fn step(
        self,
        session: &mut Session,
        tag: &str,
        command: Command,
    ) -> Result<(Stage, Answer), Ended> {
        let expunges = Expunges::permitted_during(&command);
        let is_own_doing = matches!(command, Command::Delete(_));
        let (stage, outcome) = self.act(session, tag, command).await;
        let (stage, outcome) = stage.look_around(session, expunges, is_own_doing, outcome).await;
        match outcome {
            Ok(answer) | Err(Halt::Answer(answer)) => Ok((stage, answer)),
            Err(Halt::FolderGone) => Err(Ended::FolderGone),
            Err(Halt::Ended(ended)) => Err(ended),
        }
    }

    async fn act(self, session: &mut Session, tag: &str, command: Command) -> (Stage, Result<Answer, Halt>) {
        use Command as C;
        use Stage as S;
        match (self, command) {
            // RFC 9051 §6.1: in any state.
            (stage, C::Capability) => {
                let is_known = !matches!(stage, S::NotAuthenticated);
                (stage, Ok(capability::run(session, is_known)))
            }
            (stage, C::Noop) => (stage, Ok(Answer::ok("Done"))),
            (stage, C::Id(pairs)) => (stage, Ok(id::run(session, &pairs))),
            (_, C::Logout) => {
                session.wire.out.status(None, Condition::Bye, None, "Goodbye");
                (S::Logout, Ok(Answer::ok("Logged out")))
            }

            // RFC 9051 §6.2: before a login.
            (S::NotAuthenticated, C::StartTls) => (S::NotAuthenticated, start_tls::run(session)),
            (S::NotAuthenticated, C::Login { user, password }) => {
                logged_in(authenticate::login(session, &user, &password).await)
            }
            (S::NotAuthenticated, C::Authenticate { mechanism, initial }) => {
                logged_in(authenticate::run(session, &mechanism, initial).await)
            }

            // RFC 9051 §6.3: after it.
            (S::Authenticated(user), C::Enable(names)) => {
                let outcome = enable::run(session, &names);
                (S::Authenticated(user), Ok(outcome))
            }
            // RFC 7162 §3.2.3 and RFC 9051 §6.3.1: QRESYNC and UTF8=ACCEPT change what is told of an open folder.
            (S::Selected(user, selected), C::Enable(_)) => {
                (S::Selected(user, selected), Ok(Answer::bad("ENABLE comes before SELECT")))
            }
            (S::Authenticated(user), C::Select(select)) => select::run(session, user, None, select).await,
            (S::Selected(user, before), C::Select(select)) => {
                select::run(session, user, Some(before), select).await
            }
            (
                stage @ (S::Authenticated(_) | S::Selected(..)),
                command @ (C::Create { .. }
                | C::Delete(_)
                | C::Rename { .. }
                | C::Subscribe(_)
                | C::Unsubscribe(_)
                | C::List(_)
                | C::Namespace
                | C::Status { .. }
                | C::Append { .. }
                | C::GetQuota(_)
                | C::GetQuotaRoot(_)
                | C::SetQuota { .. }
                | C::Compress(_)),
            ) => {
                let outcome = match &stage {
                    S::Authenticated(user) | S::Selected(user, _) => {
                        with_account(session, user, command).await
                    }
                    S::NotAuthenticated | S::Logout => Ok(not_now()),
                };
                (stage, outcome)
            }
            (S::Authenticated(user), C::Idle) => {
                let outcome = idle::run(session, &user, None).await;
                (S::Authenticated(user), outcome)
            }
            (S::Selected(user, mut selected), C::Idle) => {
                let outcome = idle::run(session, &user, Some(&mut *selected)).await;
                (S::Selected(user, selected), outcome)
            }
            // RFC 8437 §3.
            (S::Authenticated(_) | S::Selected(..), C::Unauthenticate) => {
                session.modes = Modes::default();
                (S::NotAuthenticated, Ok(Answer::ok("Logged out, still connected")))
            }

            // RFC 9051 §6.4: with an open folder.
            (S::Selected(user, selected), C::Close) => {
                let outcome = close::close(session, &user, &selected).await;
                (S::Authenticated(user), outcome)
            }
            (S::Selected(user, _), C::Unselect) => (S::Authenticated(user), Ok(Answer::ok("Unselected"))),
            (S::Selected(user, mut selected), command) => {
                let outcome = with_folder(session, tag, &user, &mut selected, command).await;
                (S::Selected(user, selected), outcome)
            }

            (
                S::NotAuthenticated,
                C::Create { .. } | C::Select(_) | C::List(_) | C::Append { .. } | C::Status { .. },
            ) => (S::NotAuthenticated, Ok(Answer::bad("Log in first"))),
            (stage, _) => (stage, Ok(not_now())),
        }
    }

    /// After a command, what has happened in the open folder meanwhile (RFC 9051 §5.2), as far as the
    /// command permits it (§7.5.1).
    async fn look_around(
        self,
        session: &mut Session,
        expunges: Expunges,
        is_own_doing: bool,
        outcome: Result<Answer, Halt>,
    ) -> (Stage, Result<Answer, Halt>) {
        let (user, mut selected) = match self {
            Stage::Selected(user, selected) if !matches!(outcome, Err(Halt::Ended(_))) => (user, selected),
            stage => return (stage, outcome),
        };
        let is_gone = match selected.sync(&mut session.wire.out, session.modes, &user.account, expunges).await
        {
            Ok(()) => matches!(outcome, Err(Halt::FolderGone)),
            Err(StoreError::NoSuchFolder) => true,
            Err(error) => {
                // What is new waits for the next command.
                let _ = crate::answer::refusal(&error);
                false
            }
        };
        if !is_gone {
            return (Stage::Selected(user, selected), outcome);
        }
        if is_own_doing {
            session.wire.out.status(None, Condition::Ok, Some(&Code::Closed), "The mailbox has been deleted");
            return (Stage::Authenticated(user), outcome);
        }
        // RFC 2180 §3.3: a client whose open folder somebody else has deleted understands BYE, and not much else.
        (Stage::Authenticated(user), Err(Halt::Ended(Ended::FolderGone)))
    }
}

fn not_now() -> Answer {
    Answer::bad("Not in this state")
}

fn logged_in(outcome: Result<(User, Answer), Halt>) -> (Stage, Result<Answer, Halt>) {
    match outcome {
        Ok((user, answer)) => (Stage::Authenticated(user), Ok(answer)),
        Err(halt) => (Stage::NotAuthenticated, Err(halt)),
    }
}

/// The commands that need a login and no folder.
async fn with_account(session: &mut Session, user: &User, command: Command) -> Result<Answer, Halt> {
    use Command as C;
    match command {
        C::Create { mailbox, special_use } => create::run(session, user, &mailbox, &special_use).await,
        C::Delete(mailbox) => delete::run(session, user, &mailbox).await,
        C::Rename { from, to } => rename::run(session, user, &from, &to).await,
        C::Subscribe(mailbox) => subscribe::run(session, user, &mailbox, true).await,
        C::Unsubscribe(mailbox) => subscribe::run(session, user, &mailbox, false).await,
        C::List(list) => list::run(session, user, &list).await,
        C::Namespace => Ok(namespace::run(session)),
        C::Status { mailbox, items } => status::run(session, user, &mailbox, &items).await,
        C::Append { mailbox, messages } => append::run(session, user, &mailbox, messages).await,
        C::GetQuota(root) => quota::get(session, user, &root).await,
        C::GetQuotaRoot(mailbox) => quota::get_root(session, user, &mailbox).await,
        C::SetQuota { .. } => Ok(quota::set()),
        C::Compress(algorithm) => Ok(compress::run(session, &algorithm)),
        _ => Ok(not_now()),
    }
}

/// The commands that need an open folder.
async fn with_folder(
    session: &mut Session,
    tag: &str,
    user: &User,
    selected: &mut Selected,
    command: Command,
) -> Result<Answer, Halt> {
    use Command as C;
    match command {
        C::Check => Ok(Answer::ok("Done")),
        C::Expunge { uids } => expunge::run(session, user, selected, uids.as_ref()).await,
        C::Search(search) => search::run(session, tag, user, selected, search).await,
        C::Fetch(fetch) => fetch::run(session, user, selected, fetch).await,
        C::Store(store) => store::run(session, user, selected, store).await,
        C::Copy { set, mailbox, is_uid } => copy::copy(session, user, selected, &set, &mailbox, is_uid).await,
        C::Move { set, mailbox, is_uid } => {
            copy::move_to(session, user, selected, &set, &mailbox, is_uid).await
        }
        _ => Ok(not_now()),
    }
}
