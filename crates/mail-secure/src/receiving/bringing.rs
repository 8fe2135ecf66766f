//! What came in a recipient's mail, from whatever a programme has of it: the letter that brought it as a mail server
//! gave it out, the page within, or the text with the link.

use std::borrow::Cow;

use bytes::Bytes;
use evidence::Digest;
use wire_mime::{Content, Structure};
use wire_safe::{Envelope, MailShare, OPEN_PATH, Slot};
use zeroize::Zeroizing;

use crate::error::SecureError;
use crate::portal::Seen;
use crate::statement::Shown;
use crate::submit::blocking;
use crate::types::Way;
use crate::{Secure, limits};

/// What a recipient's mail brings towards opening a letter.
pub struct Brings {
    /// The mail's share of the key.
    pub share: MailShare,
    /// The envelope; `None` where the mail has a link, and the envelope lies here.
    pub envelope: Option<Bytes>,
}

/// Finds what a letter to a recipient brings for a copy: in the page that is attached to it, or in the link of its text.
/// `None` where nothing of the kind is there. Whether the envelope is of that copy is asked when it is opened.
pub fn brings(mail: &[u8], slot: &Slot) -> Option<Brings> {
    if mail.len() > limits::CARRIER_LIMIT_BYTES {
        return None;
    }
    let structure = Structure::parse(mail);
    let leaves = structure.parts().iter().filter(|part| part.content == Content::Text);
    let mut texts: Vec<Cow<'_, [u8]>> = leaves
        .filter_map(|part| {
            let body = mail.get(part.body.clone())?;
            Some(part.encoding.decode(body).unwrap_or(Cow::Borrowed(body)))
        })
        .collect();
    // The page alone, saved as a file.
    texts.push(Cow::Borrowed(mail));
    texts.iter().find_map(|text| in_page(text)).or_else(|| texts.iter().find_map(|text| in_link(text, slot)))
}

fn in_page(page: &[u8]) -> Option<Brings> {
    let text = std::str::from_utf8(page).ok()?;
    let share = between(text, &format!("{OPEN_PATH}#a="), "\"")?;
    let field = between(text, &format!("name=\"{}\" value=\"", wire_safe::ENVELOPE_FIELD), "\"")?;
    let envelope = wire_safe::read_form_field(field.as_bytes()).ok()?;
    Some(Brings { share: MailShare::from_base64url(share).ok()?, envelope: Some(envelope.into()) })
}

fn in_link(text: &[u8], slot: &Slot) -> Option<Brings> {
    let text = std::str::from_utf8(text).ok()?;
    let rest = text.split_once(&format!("/safe/m/{slot}#a="))?.1;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(rest.len());
    Some(Brings { share: MailShare::from_base64url(&rest[..end]).ok()?, envelope: None })
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    Some(text.split_once(from)?.1.split_once(to)?.0)
}

/// Whether a mail is the one by which a copy came: other mail may bear its Message-ID, which every recipient of the letter
/// knows. What came sealed brings something for the copy, and its envelope is asked when it is opened; what came as it is
/// ends in the very octets of the letter, below what the servers put on top.
pub fn is_mail_of(seen: &Seen, mail: &[u8]) -> bool {
    match seen.copy.way {
        Way::Sealed => brings(mail, &seen.copy.slot).is_some_and(|brought| match &brought.envelope {
            Some(envelope) => Envelope::parse(envelope).is_ok_and(|one| one.header().slot == seen.copy.slot),
            None => true,
        }),
        Way::Mailbox | Way::Gateway => {
            let size = usize::try_from(seen.letter.size_bytes).unwrap_or(usize::MAX);
            let letter = mail.len().checked_sub(size).map(|from| &mail[from..]);
            letter.is_some_and(|letter| seen.letter.digests.first() == Some(&Digest::of(&[letter])))
        }
        Way::Blocked => false,
    }
}

impl Secure {
    /// Opens a letter for a recipient's programme with what came in the recipient's mail. The platform sees it for that
    /// moment, at the recipient's wish, and its evidence says so.
    ///
    /// # Errors
    /// [`SecureError::Forged`] where the mail brings nothing for this copy or what it brings was changed;
    /// [`SecureError::Passphrase`] for a letter that asks for one, which is opened at the portal; else as
    /// [`Secure::open_here`].
    pub async fn open_mail(
        &self,
        slot: &Slot,
        mail: Bytes,
        who: &Shown,
    ) -> Result<wire_safe::Letter, SecureError> {
        let wanted = *slot;
        let brought = blocking(move || brings(&mail, &wanted)).await.ok_or(SecureError::Forged)?;
        let envelope = match brought.envelope {
            Some(envelope) => envelope,
            None => self.envelope(slot, None).await?,
        };
        self.open_here(slot, envelope, (brought.share, Zeroizing::new(String::new())), who).await
    }
}
