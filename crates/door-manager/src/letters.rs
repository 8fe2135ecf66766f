//! What the program writes to people, in the four languages of the screens; the program posts it.

use directory::{AllowedSource, Confirmation, InvitationInfo, Notice, UnbanRequest};
use zones::diagnosis::Changed;

use crate::words::{Language, Word, say};
use crate::{lamps, reader};

mod informing;
mod renumbering;

pub use informing::informing;
pub use renumbering::renumbering;

/// A letter's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The language that they are in.
    pub language: Language,
    /// The subject.
    pub subject: String,
    /// The text, in lines.
    pub text: String,
}

/// Characters of a stranger's text at most.
const TEXT_LIMIT: usize = 2_000;

/// Text from strangers, without what moves a screen about and with an end.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '?' } else { c }).take(TEXT_LIMIT).collect()
}

/// To the contact address of a request for an allowed source: what is accepted, and the link that confirms it.
pub fn confirm(language: Language, source: &AllowedSource, link: &str) -> Words {
    let ip = Word::from(source.source.as_str());
    let values = [
        ("ip", ip.clone()),
        ("who", Word::from(plain(&source.asked_by))),
        ("purpose", Word::from(plain(&source.purpose))),
    ];
    Words {
        language,
        subject: say(language, "letter-confirm-subject", &[("ip", ip)]),
        text: format!(
            "{}\n\n    {}\n\n{}\n\n    {link}\n\n{}\n",
            say(language, "letter-confirm-text", &values),
            plain(&source.acceptance),
            say(language, "letter-confirm-link", &[]),
            say(language, "letter-confirm-ignore", &[]),
        ),
    }
}

/// To the administrators of a domain: somebody is kept out and asks to be let in again.
pub fn asked(language: Language, request: &UnbanRequest, link: &str) -> Words {
    let values = [
        ("ip", Word::from(request.source.as_str())),
        ("domain", Word::from(request.domain.as_str())),
        ("contact", Word::from(request.contact.as_str())),
    ];
    Words {
        language,
        subject: say(language, "letter-asked-subject", &values[..1]),
        text: format!(
            "{}\n\n    {}\n\n{}\n\n    {link}\n",
            say(language, "letter-asked-text", &values),
            plain(&request.message).replace('\n', "\n    "),
            say(language, "letter-asked-link", &[]),
        ),
    }
}

/// To the target of a redirection: who asks, and the link behind which it agrees or does not.
pub fn redirection(language: Language, asked: &Confirmation, link: &str) -> Words {
    let values = [
        ("who", Word::from(plain(&asked.asked_by))),
        ("organisation", Word::from(plain(&asked.organisation))),
        ("address", Word::from(asked.address.to_string())),
        ("target", Word::from(asked.target.to_string())),
    ];
    Words {
        language,
        subject: say(language, "letter-redirection-subject", &values),
        text: format!(
            "{}\n\n{}\n\n    {link}\n\n{}\n",
            say(language, "letter-redirection-text", &values),
            say(language, "letter-redirection-link", &values),
            say(language, "letter-redirection-ignore", &values),
        ),
    }
}

/// To a person, about the person's own account: another role, password or second factor.
pub fn account(language: Language, notice: &Notice) -> Words {
    let (role, organisation) = notice.detail.split_once(" @ ").unwrap_or_default();
    let key = match (notice.kind.as_str(), role) {
        ("role", "none") => "left",
        (kind, _) => kind,
    };
    // Who left has no role, and most notices are of none.
    let role = match role {
        "" | "none" => String::new(),
        role => say(language, &format!("role-{role}"), &[]),
    };
    let values = [
        ("organisation", Word::from(plain(organisation))),
        ("role", Word::from(role)),
        ("detail", Word::from(plain(&notice.detail))),
        ("name", Word::from(plain(&notice.name))),
        ("who", Word::from(plain(&notice.who))),
        ("when", Word::from(reader::moment(language, &notice.at.rfc3339()))),
    ];
    Words {
        language,
        subject: say(language, &format!("letter-{key}-subject"), &values),
        text: format!(
            "{}\n\n{}\n\n{}\n\n{}\n",
            say(language, "letter-account-greeting", &values),
            say(language, &format!("letter-{key}-text"), &values),
            say(language, "letter-account-who", &values),
            say(language, ending(notice, key), &[]),
        ),
    }
}

/// The key of what a letter about an account ends with: whom to ask, or that it may be ignored.
fn ending(notice: &Notice, key: &str) -> &'static str {
    match key {
        "offer" => "letter-offer-ignore",
        // Whoever belongs to no organisation has nobody to ask.
        _ if notice.organisation.0 == 0 => "letter-portal-not-you",
        _ => "letter-account-not-you",
    }
}

/// To the administrators of a domain: what the world sees of it is another than it was.
pub fn changed(language: Language, changed: &Changed) -> Words {
    let domain = changed.diagnosis.domain.as_str();
    let values = [("domain", Word::from(domain))];
    let mut text = format!("{}\n", say(language, "letter-changed-opening", &values));
    for (check, before) in &changed.lamps {
        let Some(lamp) = changed.diagnosis.lamp(*check) else { continue };
        let [name, before, now] = [
            lamps::check(language, *check),
            lamps::light(language, *before),
            lamps::light(language, lamp.light),
        ];
        text.push_str(&format!("\n{name}: {before} → {now}\n"));
        for remark in &lamp.remarks {
            // What strangers publish in their DNS stands in it: on one line.
            let said = plain(&lamps::remark(language, remark)).replace('\n', "?");
            text.push_str(&format!("    {said}\n"));
        }
    }
    let closing = say(language, "letter-changed-closing", &values);
    text.push_str(&format!("\n{closing}\n    relais domain check {domain}\n"));
    Words { language, subject: say(language, "letter-changed-subject", &values), text }
}

/// To whom somebody invites to use an address: who, which address, and the link that accepts.
pub fn invitation(language: Language, invitation: &InvitationInfo, link: &str) -> Words {
    let values = [
        ("inviter", Word::from(plain(&invitation.inviter))),
        ("address", Word::from(invitation.address.to_string())),
        ("when", Word::from(reader::moment(language, &invitation.expires_at.rfc3339()))),
    ];
    Words {
        language,
        subject: say(language, "letter-invitation-subject", &values),
        text: format!(
            "{}\n\n    {link}\n\n{}\n",
            say(language, "letter-invitation-text", &values),
            say(language, "letter-invitation-until", &values),
        ),
    }
}

/// The same as a short message.
pub fn invitation_sms(language: Language, invitation: &InvitationInfo, link: &str) -> String {
    let values = [
        ("inviter", Word::from(plain(&invitation.inviter).replace('\n', " "))),
        ("address", Word::from(invitation.address.to_string())),
        ("link", Word::from(link)),
    ];
    say(language, "letter-invitation-sms", &values)
}
