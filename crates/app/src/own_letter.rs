//! Letters that the installation itself writes to people: about their accounts, their domains and their requests.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::UserInfo;
use door_manager::Language;
use door_manager::letters::Words;
use mail_flow::{Arrival, Origin};
use model::{Address, BodyKind, Class, Envelope, Notify, Recipient, Reply, ReversePath, Timestamp, TlsWish};
use tracing::warn;

use crate::installation::Installation;

/// Octets of a text that become one line of base64 of 76 characters (RFC 2045 §6.8).
const LINE_OCTETS: usize = 57;

/// A letter, before it has readers.
pub(crate) struct OwnLetter {
    /// In whose name it is: its postmaster writes.
    pub(crate) domain: String,
    /// The local part of its Message-ID: the same letter, posted once more after a crash, has the same.
    pub(crate) id: String,
    /// When what it tells of happened.
    pub(crate) at: Timestamp,
    /// What it says.
    pub(crate) words: Words,
}

/// What became of a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Posted {
    /// It is in the queue, as far as there is anybody whom it could reach.
    Done,
    /// For somebody it could not be taken now. Whoever keeps it tries again, and others get it twice then.
    Later,
}

impl OwnLetter {
    /// Puts it into the queue, once for each of them: whom it cannot reach takes it from nobody else. One that is refused
    /// for good is told of in the log and done with: what waits behind it is not to wait for ever.
    pub(crate) async fn post(&self, installation: &Installation, recipients: &[Address]) -> Posted {
        let mut posted = Posted::Done;
        for recipient in recipients {
            match self.accept(installation, recipient).await {
                Ok(()) => {}
                Err(reply) if reply.class() == Class::Never => {
                    warn!(%recipient, subject = self.words.subject, %reply, "a letter of our own is refused");
                }
                Err(reply) => {
                    warn!(%recipient, subject = self.words.subject, %reply, "cannot post a letter of our own now");
                    posted = Posted::Later;
                }
            }
        }
        posted
    }

    /// Puts it into the queue for one of them; the reply with which it is refused says whether that is for good.
    pub(crate) async fn accept(&self, installation: &Installation, recipient: &Address) -> Result<(), Reply> {
        let mut body = installation.flow.receive();
        body.write(self.written(recipient).as_bytes()).await?;
        let envelope = Envelope {
            // Nobody is to answer a notice: a full mailbox there makes no letters here.
            from: ReversePath::Null,
            recipients: vec![Recipient {
                address: recipient.clone(),
                notify: Some(Notify::NEVER),
                original: None,
            }],
            return_content: None,
            envelope_id: None,
            body: BodyKind::SevenBit,
            smtputf8: !recipient.to_string().is_ascii(),
            tls: TlsWish::Usual,
        };
        installation.flow.accept(Arrival { origin: Origin::Ourselves, envelope, body }).await.map(drop)
    }

    /// All of it, in ASCII but for an address of RFC 6531: its words are encoded (RFC 2045 §6.8, RFC 2047 §5).
    fn written(&self, recipient: &Address) -> String {
        let OwnLetter { domain, id, at, words } = self;
        let subject = format!(" {}", words.subject.replace(char::is_control, " "));
        let subject = wire_mime::encode_words(subject.as_bytes());
        // RFC 2047 §2: no line with an encoded word has more than 76 characters.
        let subject = String::from_utf8_lossy(&subject).replace(" =?", "\r\n =?");
        let text = words.text.replace('\n', "\r\n");
        let lines = text.as_bytes().chunks(LINE_OCTETS);
        let body: String = lines.map(|line| format!("{}\r\n", STANDARD.encode(line))).collect();
        format!(
            "From: Relais <postmaster@{domain}>\r\n\
             To: {recipient}\r\n\
             Subject:{subject}\r\n\
             Date: {}\r\n\
             Message-ID: <{id}@{domain}>\r\n\
             Content-Language: {}\r\n\
             Auto-Submitted: auto-generated\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: base64\r\n\
             \r\n\
             {body}",
            at.rfc5322(),
            words.language,
        )
    }
}

/// In which language somebody is written to: the chosen one, or the one of the first customers.
pub(crate) fn language_of(chosen: Option<&str>) -> Language {
    chosen.and_then(Language::of_tag).unwrap_or(Language::French)
}

/// People's addresses by the language in which each is written to.
pub(crate) fn by_language(people: &[UserInfo]) -> Vec<(Language, Vec<Address>)> {
    let mut readers: BTreeMap<&str, Vec<Address>> = BTreeMap::new();
    for user in people {
        if let Ok(address) = Address::parse(&user.login) {
            readers.entry(language_of(user.language.as_deref()).tag()).or_default().push(address);
        }
    }
    readers.into_iter().map(|(tag, addresses)| (language_of(Some(tag)), addresses)).collect()
}

#[cfg(test)]
mod tests;
