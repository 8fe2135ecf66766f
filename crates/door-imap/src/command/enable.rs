//! ENABLE (RFC 9051 §6.3.1).

use crate::answer::Answer;
use crate::session::Session;

pub(crate) fn run(session: &mut Session, names: &[String]) -> Answer {
    let modes = &mut session.modes;
    let mut enabled = String::new();
    for name in names {
        match name.as_str() {
            "IMAP4REV2" => modes.rev2 = true,
            "UTF8=ACCEPT" => modes.utf8 = true,
            "CONDSTORE" => modes.condstore = true,
            // RFC 7162 §3.2.3: QRESYNC brings CONDSTORE with it.
            "QRESYNC" => {
                modes.condstore = true;
                modes.qresync = true;
            }
            _ => continue,
        }
        enabled.push(' ');
        enabled.push_str(if name == "IMAP4REV2" { "IMAP4rev2" } else { name });
    }
    session.wire.out.raw("* ENABLED").raw(&enabled).end();
    Answer::ok("Done")
}
