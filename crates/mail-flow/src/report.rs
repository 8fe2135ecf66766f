//! Reports to the sender: multipart/report with a delivery status (RFC 3461 to 3464, RFC 6533).

use blobs::BlobError;
use mail_queue::{Delivery, Message};
use model::{
    Address, BodyKind, Envelope, Notify, Recipient, Reply, ReturnContent, ReversePath, Route, Timestamp,
    TlsWish,
};

use crate::arrival::{Arrival, Origin};
use crate::settle::{Conclusion, End};
use crate::stamp::path;
use crate::{Flow, Settings, limits, trouble};

/// What a report says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It will never be delivered.
    Failed,
    /// It takes long.
    Delayed,
    /// It lies in the mailbox.
    Delivered,
    /// It went on to a server that does not report.
    Relayed,
}

impl Kind {
    /// The Action field (RFC 3464 §2.3.3).
    pub(crate) fn action(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Delayed => "delayed",
            Kind::Delivered => "delivered",
            Kind::Relayed => "relayed",
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Kind::Failed => "Undelivered mail / Message non distribu=C3=A9",
            Kind::Delayed => "Mail delayed / Message retard=C3=A9",
            Kind::Delivered => "Mail delivered / Message distribu=C3=A9",
            Kind::Relayed => "Mail passed on / Message transmis",
        }
    }

    /// English and French, short.
    fn words(self) -> [&'static str; 2] {
        match self {
            Kind::Failed => [
                "Your message could not be delivered to the following recipients. It will not be tried again.",
                "Votre message n'a pas pu être distribué aux destinataires suivants. Il n'y aura pas d'autre essai.",
            ],
            Kind::Delayed => [
                "Your message has not yet been delivered to the following recipients. You need not send it again: we keep trying.",
                "Votre message n'a pas encore été distribué aux destinataires suivants. Inutile de le renvoyer : nous continuons d'essayer.",
            ],
            Kind::Delivered => [
                "Your message was delivered to the following recipients, as you asked to be told.",
                "Votre message a été distribué aux destinataires suivants, comme vous avez demandé de l'apprendre.",
            ],
            Kind::Relayed => [
                "Your message was passed on to a server that does not report deliveries. You may hear no more of it.",
                "Votre message a été transmis à un serveur qui n'annonce pas les distributions. Vous n'en aurez peut-être pas d'autres nouvelles.",
            ],
        }
    }
}

/// One recipient of a report.
pub(crate) struct Reported<'a> {
    delivery: &'a Delivery,
    reply: Option<Reply>,
    host: Option<String>,
}

impl<'a> Reported<'a> {
    pub(crate) fn new(delivery: &'a Delivery, conclusion: &Conclusion) -> Reported<'a> {
        let reply = match &conclusion.end {
            End::Delivered { reply, .. } => reply.clone(),
            End::Failed { reply, .. } | End::Deferred { reply, .. } => Some(reply.clone()),
        };
        let host = match &conclusion.end {
            End::Delivered { place, reply: Some(_) } => Some(place.clone()),
            _ => conclusion.host.clone(),
        };
        Reported { delivery, reply, host }
    }

    /// The address as the next server was given it.
    fn final_recipient(&self) -> &Address {
        match &self.delivery.route {
            Route::Remote { address } | Route::Gateway { address, .. } => address,
            Route::Account { .. } | Route::Reports { .. } | Route::Nowhere { .. } => &self.delivery.recipient,
        }
    }

    fn is_international(&self) -> bool {
        let original = self.delivery.original.as_ref();
        !self.final_recipient().is_ascii()
            || !self.delivery.recipient.is_ascii()
            || original.is_some_and(|original| !original.address.is_ascii())
            || self.reply.as_ref().is_some_and(|reply| !reply.text().is_ascii())
    }
}

/// What is returned of the message.
struct Returned {
    bytes: Vec<u8>,
    is_whole: bool,
}

impl Flow {
    /// The report as an arrival of our own; `None` if there is nothing or nobody to tell. An error is
    /// temporary trouble of ours.
    pub(crate) async fn report(
        &self,
        kind: Kind,
        reported: &[Reported<'_>],
    ) -> Result<Option<Arrival>, Reply> {
        let Some(message) = reported.first().map(|first| first.delivery.message.clone()) else {
            return Ok(None);
        };
        let ReversePath::Address(sender) = &message.from else { return Ok(None) };
        let returned = self.returned(kind, &message).await.map_err(|error| trouble::blobs(&error))?;
        let now = self.inner.world.clock.now();
        let id = self.inner.world.new_id();
        let text = compose(kind, sender, &message, reported, &returned, id, now, &self.inner.settings);
        let smtputf8 = !sender.is_ascii() || reported.iter().any(Reported::is_international);
        let mut body = self.receive();
        body.write(&text).await?;
        Ok(Some(Arrival {
            origin: Origin::Ourselves,
            envelope: Envelope {
                from: ReversePath::Null,
                recipients: vec![Recipient {
                    address: sender.clone(),
                    // RFC 3461 §6.1: a report asks for none.
                    notify: Some(Notify::NEVER),
                    original: None,
                }],
                return_content: None,
                envelope_id: None,
                body: BodyKind::EightBit,
                smtputf8,
                // RFC 8689 §5: what demands REQUIRETLS is reported in the same way.
                tls: match message.tls {
                    TlsWish::Required => TlsWish::Required,
                    TlsWish::Usual | TlsWish::Waived => TlsWish::Usual,
                },
            },
            body,
        }))
    }

    /// The header, or the whole message if that was asked for and is not too much (RFC 3461 §4.3, §6.2).
    async fn returned(&self, kind: Kind, message: &Message) -> Result<Returned, BlobError> {
        if message.body_key.is_some() {
            // What lies closed is not laid open in a report.
            return Ok(Returned { bytes: message.prefix.clone(), is_whole: false });
        }
        let size_bytes = message.blob.size_bytes;
        let is_whole = kind == Kind::Failed
            && message.return_content == Some(ReturnContent::Full)
            // RFC 8689 §5: the text of what demands REQUIRETLS stays here.
            && message.tls != TlsWish::Required
            && size_bytes <= limits::REPORTED_MESSAGE_LIMIT_BYTES;
        let wanted = if is_whole { size_bytes } else { size_bytes.min(limits::REPORTED_HEADER_LIMIT_BYTES) };
        let body = if wanted == size_bytes {
            self.inner.blobs.get(&message.blob).await?
        } else {
            self.inner.blobs.get_range(&message.blob, 0..wanted).await?
        };
        let part = if is_whole { &body[..] } else { &body[..header_length(&body)] };
        Ok(Returned { bytes: [&message.prefix, part].concat(), is_whole })
    }
}

/// The length of the header without its blank line; whole lines only.
fn header_length(body: &[u8]) -> usize {
    let mut at = 0;
    while let Some(length) = body[at..].iter().position(|&byte| byte == b'\n') {
        if matches!(&body[at..at + length], b"" | b"\r") {
            return at;
        }
        at += length + 1;
    }
    at
}

#[expect(
    clippy::too_many_arguments,
    reason = "everything that stands in a report, and nothing is asked for here"
)]
fn compose(
    kind: Kind,
    sender: &Address,
    message: &Message,
    reported: &[Reported<'_>],
    returned: &Returned,
    id: i64,
    now: Timestamp,
    settings: &Settings,
) -> Vec<u8> {
    let hostname = &settings.hostname;
    // Unique, and in no message that was written before this one.
    let boundary = format!("relais-report-{id}");
    let is_international = reported.iter().any(Reported::is_international);
    let (status_type, encoding) = match is_international {
        false => ("message/delivery-status", "7bit"),
        // RFC 6533 §5.
        true => ("message/global-delivery-status", "8bit"),
    };
    let returned_ascii = returned.bytes.is_ascii();
    let returned_type = match (returned.is_whole, returned_ascii || !header_has_eight_bit(&returned.bytes)) {
        (true, true) => "message/rfc822",
        (true, false) => "message/global",
        (false, true) => "text/rfc822-headers",
        (false, false) => "message/global-headers",
    };
    let returned_encoding = if returned_ascii { "7bit" } else { "8bit" };
    let mut text = format!(
        "From: Mail Delivery System <MAILER-DAEMON@{hostname}>\r\n\
         To: {}\r\n\
         Subject: =?utf-8?Q?{}?=\r\n\
         Date: {}\r\n\
         Message-ID: <{id}@{hostname}>\r\n\
         Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type={};\r\n\tboundary=\"{boundary}\"\r\n\
         \r\n\
         --{boundary}\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\
         Content-Description: Notification\r\n\
         \r\n",
        path(sender),
        kind.subject().replace(' ', "_"),
        now.rfc5322(),
        if is_international { "global-delivery-status" } else { "delivery-status" },
    );
    text.push_str(&for_people(kind, reported, hostname.as_str()));
    text.push_str(&format!(
        "\r\n--{boundary}\r\nContent-Type: {status_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\
         Content-Description: Delivery report\r\n\r\n"
    ));
    text.push_str(&for_programs(kind, message, reported, now, settings));
    text.push_str(&format!(
        "\r\n--{boundary}\r\nContent-Type: {returned_type}\r\nContent-Transfer-Encoding: {returned_encoding}\r\n\
         Content-Description: {}\r\n\r\n",
        if returned.is_whole { "Undelivered message" } else { "Header of the message" },
    ));
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&returned.bytes);
    bytes.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    bytes
}

fn header_has_eight_bit(message: &[u8]) -> bool {
    !message[..header_length(message)].is_ascii()
}

fn for_people(kind: Kind, reported: &[Reported<'_>], hostname: &str) -> String {
    let mut text = format!("This is the mail system at {hostname}.\r\n\r\n");
    let [english, french] = kind.words();
    text.push_str(&format!("{english}\r\n\r\n{french}\r\n\r\n"));
    for one in reported {
        text.push_str(&format!("  {}\r\n", path(&one.delivery.recipient)));
        if let Some(reply) = &one.reply {
            let who = one.host.as_ref().map(|host| format!("{host}: ")).unwrap_or_default();
            text.push_str(&format!("    {who}{}\r\n", one_line(&reply.to_string())));
        }
    }
    text
}

/// RFC 3464 §2: fields of the message, then a group of fields for each recipient.
fn for_programs(
    kind: Kind,
    message: &Message,
    reported: &[Reported<'_>],
    now: Timestamp,
    settings: &Settings,
) -> String {
    let mut text = String::new();
    let mut field = |name: &str, value: &str| text.push_str(&format!("{name}: {}\r\n", one_line(value)));
    if let Some(envelope_id) = &message.envelope_id {
        field("Original-Envelope-Id", envelope_id);
    }
    field("Reporting-MTA", &format!("dns; {}", settings.hostname));
    field("Arrival-Date", &message.received_at.rfc5322());
    for one in reported {
        text.push_str("\r\n");
        let mut field = |name: &str, value: &str| text.push_str(&format!("{name}: {}\r\n", one_line(value)));
        if let Some(original) = &one.delivery.original {
            field("Original-Recipient", &format!("{}; {}", original.address_type, original.address));
        }
        let recipient = one.final_recipient();
        let address_type = if recipient.is_ascii() { "rfc822" } else { "utf-8" };
        field("Final-Recipient", &format!("{address_type}; {recipient}"));
        field("Action", kind.action());
        let status = one.reply.as_ref().map_or_else(|| "2.0.0".to_owned(), Reply::status);
        field("Status", &status);
        if let Some(host) = &one.host {
            field("Remote-MTA", &format!("dns; {host}"));
        }
        if let Some(reply) = &one.reply {
            // RFC 3464 §2.3.6: the words of SMTP as they were said.
            field("Diagnostic-Code", &format!("smtp; {reply}"));
        }
        field("Last-Attempt-Date", &now.rfc5322());
        if kind == Kind::Delayed {
            field("Will-Retry-Until", &message.received_at.plus(settings.lifetime).rfc5322());
        }
    }
    text
}

/// A stranger's words within a field: no line breaks, and not longer than a line may be
/// (RFC 5322 §2.1.1: 998).
fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for c in text.chars() {
        if line.len() > 900 {
            break;
        }
        line.push(if c.is_control() { ' ' } else { c });
    }
    line
}
