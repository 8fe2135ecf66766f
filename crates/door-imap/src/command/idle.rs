//! IDLE (RFC 9051 §6.3.13): news as it happens, until DONE.

use mail_store::StoreError;

use crate::answer::{Answer, Halt};
use crate::limits;
use crate::selected::{Expunges, Selected};
use crate::session::{Session, User};
use crate::wire::Ended;

pub(crate) async fn run(
    session: &mut Session,
    user: &User,
    mut selected: Option<&mut Selected>,
) -> Result<Answer, Halt> {
    // Watched before the first look, so that nothing falls between.
    let mut watch = user.account.watch();
    session.wire.out.go_on("idling");
    let until = session.shared.world.in_future(limits::IDLE_AFTER_LOGIN);
    loop {
        if let Some(selected) = selected.as_deref_mut() {
            match selected.sync(&mut session.wire.out, session.modes, &user.account, Expunges::Now).await {
                Ok(()) => {}
                Err(StoreError::NoSuchFolder) => return Err(Halt::FolderGone),
                Err(error) => {
                    // The next change will try again.
                    let _ = crate::answer::refusal(&error);
                }
            }
        }
        session.wire.flush().await?;
        let left = until.since(session.shared.world.clock.now());
        if left.is_zero() {
            return Err(Ended::Idle.into());
        }
        let clock = session.shared.world.clock.clone();
        let until_standing = session.next_standing.since(clock.now());
        tokio::select! {
            line = session.wire.line(left) => return done(&line?),
            () = watch.changed() => {}
            () = clock.sleep(until_standing) => {}
        }
        session.check_standing(user).await?;
    }
}

/// `idle = "IDLE" CRLF "DONE"`.
fn done(line: &[u8]) -> Result<Answer, Halt> {
    if line.eq_ignore_ascii_case(b"DONE") {
        Ok(Answer::ok("Done"))
    } else {
        Err(Answer::bad("DONE ends IDLE, nothing else").into())
    }
}
