//! Reads reports of other servers about letters of ours (RFC 3464).

use model::{Address, Reply};
use wire_mime::{Content, Field, Structure, fields};

use crate::limits;

/// What a report says about one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Status {
    /// The address that we gave (RFC 3464 §2.3.1), or the one at which it ended where the first is not told (§2.3.2);
    /// `None` where it is no address of mail.
    pub(crate) recipient: Option<Address>,
    /// Whether it will never be delivered (`Action: failed`, §2.3.3).
    pub(crate) is_failure: bool,
    /// Why, as the words of a server: from `Status` and `Diagnostic-Code` (§2.3.4, §2.3.6).
    pub(crate) reply: Reply,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeliveryReport<'a> {
    /// One for each recipient of whom it speaks.
    pub(crate) statuses: Vec<Status>,
    /// The letter of ours, where it came back whole.
    pub(crate) returned: Option<&'a [u8]>,
}

/// Reads a report; `None` for any other letter.
pub(crate) fn read(letter: &[u8]) -> Option<DeliveryReport<'_>> {
    let structure = Structure::parse(letter);
    let root = structure.root();
    let kind = root.content_type.text("report-type").unwrap_or_default();
    if root.content_type.value != "multipart/report" || !kind.eq_ignore_ascii_case("delivery-status") {
        return None;
    }
    let parts: Vec<_> = root.children.iter().filter_map(|index| structure.parts().get(*index)).collect();
    let is_status =
        |value: &str| value == "message/delivery-status" || value == "message/global-delivery-status";
    let told = parts.iter().find(|part| is_status(&part.content_type.value))?;
    let told = told.encoding.decode(letter.get(told.body.clone())?)?;
    let statuses = groups(&told).into_iter().skip(1).take(limits::REPORTED_RECIPIENTS_LIMIT);
    let returned = parts.iter().find(|part| part.content == Content::Message);
    Some(DeliveryReport {
        statuses: statuses.filter_map(status).collect(),
        returned: returned.and_then(|part| letter.get(part.body.clone())),
    })
}

/// The groups of fields, which empty lines separate; the first is about the letter (RFC 3464 §2.1).
fn groups(text: &[u8]) -> Vec<&[u8]> {
    let mut groups = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            groups.push(&text[start..at]);
            start = at + line.len();
        }
        at += line.len();
    }
    groups.push(&text[start..]);
    groups.retain(|group| !group.trim_ascii().is_empty());
    groups
}

fn status(group: &[u8]) -> Option<Status> {
    let field = |name: &str| fields(group).find(|field| field.is(name)).map(|field| text(&field));
    let recipient = field("original-recipient").or_else(|| field("final-recipient"))?;
    let action = field("action")?;
    let code = field("status").unwrap_or_default();
    let words = field("diagnostic-code").unwrap_or_default();
    let words = words.split_once(';').map_or(words.as_str(), |(_, words)| words.trim());
    Some(Status {
        recipient: typed_address(&recipient),
        is_failure: action.eq_ignore_ascii_case("failed"),
        reply: reply(&code, words),
    })
}

/// A value on one line, of no more than a few hundred characters, without what moves a cursor.
fn text(field: &Field<'_>) -> String {
    let value = String::from_utf8_lossy(&field.unfolded()).into_owned();
    value
        .chars()
        .filter(|c| !c.is_control())
        .take(limits::REPORTED_WORDS_LIMIT)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// `rfc822; address`, `utf-8; address` (RFC 3464 §2.3.2, RFC 6533 §3).
fn typed_address(text: &str) -> Option<Address> {
    let (kind, address) = text.split_once(';')?;
    let is_mail = ["rfc822", "utf-8"].iter().any(|known| kind.trim().eq_ignore_ascii_case(known));
    let address = address.trim().trim_start_matches('<').trim_end_matches('>');
    is_mail.then(|| Address::parse(address).ok()).flatten()
}

/// The reply that a server might have given at once, from an enhanced code and its words.
fn reply(code: &str, words: &str) -> Reply {
    let mut numbers = code.split(['.', ' ']).skip(1).map(|number| number.parse::<u16>().ok());
    let detail = match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(subject), Some(detail)) if subject < 1000 && detail < 1000 => Some((subject, detail)),
        _ => None,
    };
    let said = words.get(..3).and_then(|digits| digits.parse().ok()).filter(|code| (500..600).contains(code));
    let words = if words.is_empty() { "reported as undeliverable" } else { words };
    Reply::new(said.unwrap_or(550), detail, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "From: MAILER-DAEMON@else.test\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n boundary=b\r\n\r\n\
        --b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
        Reporting-MTA: dns; mx.else.test\r\n\r\nOriginal-Recipient: rfc822;zed@else.test\r\n\
        Final-Recipient: rfc822; z.e.d@inner.else.test\r\nAction: failed\r\nStatus: 5.7.1\r\n\
        Diagnostic-Code: smtp; 554 5.7.1 HTML attachments\r\n are not allowed\r\n\r\n\
        Final-Recipient: rfc822; yan@else.test\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n\
        --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nthe letter\r\n--b--\r\n";

    #[test]
    fn a_report_names_each_recipient_and_brings_the_letter_back() {
        let report = read(REPORT.as_bytes()).unwrap();
        let [zed, yan] = &report.statuses[..] else { panic!("{report:?}") };
        assert_eq!(zed.recipient, Address::parse("zed@else.test").ok());
        assert!(zed.is_failure && !yan.is_failure);
        let enhanced = zed.reply.enhanced().unwrap();
        assert_eq!((enhanced.subject, enhanced.detail), (7, 1));
        assert!(zed.reply.text().contains("HTML attachments are not allowed"), "{}", zed.reply);
        assert_eq!(report.returned, Some(&b"Subject: x\r\n\r\nthe letter"[..]));
    }

    #[test]
    fn what_is_no_report_is_none() {
        assert_eq!(read(b"Subject: out of office\r\n\r\nback on Monday\r\n"), None);
        let receipt = REPORT.replace("delivery-status;\r\n", "disposition-notification;\r\n");
        assert_eq!(read(receipt.as_bytes()), None);
        let empty = REPORT.replace("message/delivery-status", "text/plain");
        assert_eq!(read(empty.as_bytes()), None);
        let odd =
            REPORT.replace("Status: 5.7.1", "Status: five").replace("rfc822;zed@else.test", "x400; zed");
        let report = read(odd.as_bytes()).unwrap();
        assert_eq!((report.statuses[0].recipient.clone(), report.statuses[0].reply.enhanced()), (None, None));
    }
}
