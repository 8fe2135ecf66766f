//! From what was counted to a letter.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::{Address, Timestamp};

use super::{Claimed, OutgoingKind};
use crate::{
    Aggregate, AggregateRow, DAY_MILLISECONDS, DateRange, Published, Settings, TlsPolicyRow, TlsReport,
};

/// The attachment.
pub(crate) struct File {
    content: Vec<u8>,
    name: String,
    media_type: &'static str,
}

/// The last second of the day.
fn last_second(day: Timestamp) -> Timestamp {
    Timestamp(day.0 + DAY_MILLISECONDS - 1000)
}

fn report_id(settings: &Settings, claimed: &Claimed) -> String {
    format!("{}@{}", claimed.id, settings.hostname)
}

fn file(
    settings: &Settings,
    claimed: &Claimed,
    text: &str,
    extension: &str,
    media_type: &'static str,
) -> File {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    let content = written.expect("invariant: writing into memory does not fail");
    // RFC 7489 §7.2.1.1, RFC 8460 §5.1: receiver!domain!begin!end!id.extension.
    let name = format!(
        "{}!{}!{}!{}!{}.{extension}",
        settings.hostname,
        claimed.domain,
        claimed.day.seconds(),
        last_second(claimed.day).seconds(),
        claimed.id,
    );
    File { content, name, media_type }
}

pub(crate) fn dmarc(
    settings: &Settings,
    claimed: &Claimed,
    published: Published,
    rows: Vec<AggregateRow>,
) -> File {
    let report = Aggregate {
        reporter: settings.organisation_name.clone(),
        contact: settings.contact.to_string(),
        extra_contact: None,
        report_id: report_id(settings, claimed),
        begins_at: claimed.day,
        ends_at: last_second(claimed.day),
        policy: published,
        rows,
        left_out: 0,
    };
    file(settings, claimed, &report.to_xml(), "xml.gz", "application/gzip")
}

pub(crate) fn tls(settings: &Settings, claimed: &Claimed, rows: Vec<TlsPolicyRow>) -> File {
    let report = TlsReport {
        organization_name: settings.organisation_name.clone(),
        date_range: DateRange {
            start_datetime: claimed.day.rfc3339(),
            end_datetime: last_second(claimed.day).rfc3339(),
        },
        contact_info: settings.contact.to_string(),
        report_id: report_id(settings, claimed),
        policies: rows,
    };
    file(settings, claimed, &report.to_json(), "json.gz", "application/tlsrpt+gzip")
}

/// The letter: RFC 7489 §7.2.1.1, RFC 8460 §5.3.
pub(crate) fn letter(
    settings: &Settings,
    claimed: &Claimed,
    to: &[Address],
    file: &File,
    now: Timestamp,
) -> Vec<u8> {
    let (id, host, domain) = (claimed.id, &settings.hostname, &claimed.domain);
    let boundary = format!("relais-{}-{id}", claimed.kind.word());
    let to: Vec<String> = to.iter().map(|address| format!("<{address}>")).collect();
    let (container, extra, subject, words) = match claimed.kind {
        OutgoingKind::Dmarc => (
            "multipart/mixed".to_owned(),
            String::new(),
            "DMARC aggregate report",
            "letters that we received in the name of",
        ),
        OutgoingKind::Tls => (
            "multipart/report; report-type=\"tlsrpt\"".to_owned(),
            format!("TLS-Report-Domain: {domain}\r\nTLS-Report-Submitter: {host}\r\nTLS-Required: No\r\n"),
            "SMTP TLS report",
            "connections that we made to the mail servers of",
        ),
    };
    let day: String = claimed.day.rfc3339().chars().take(10).collect();
    let mut text = format!(
        "From: {} reports <{}>\r\n\
         To: {}\r\n\
         Subject: Report Domain: {domain}\r\n Submitter: {host}\r\n Report-ID: <{id}@{host}>\r\n\
         Date: {}\r\n\
         Message-ID: <{id}.report@{host}>\r\n\
         Auto-Submitted: auto-generated\r\n\
         {extra}\
         MIME-Version: 1.0\r\n\
         Content-Type: {container};\r\n boundary=\"{boundary}\"\r\n\
         \r\n\
         --{boundary}\r\n\
         Content-Type: text/plain; charset=us-ascii\r\n\
         \r\n\
         {subject} of {host} for {domain}: {words}\r\n{domain} on {day} (UTC). The attachment is for programs.\r\n\
         \r\n\
         --{boundary}\r\n\
         Content-Type: {};\r\n name=\"{}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment;\r\n filename=\"{}\"\r\n\
         \r\n",
        host.as_str(),
        settings.contact,
        to.join(",\r\n "),
        now.rfc5322(),
        file.media_type,
        file.name,
        file.name,
    );
    // RFC 2045 §6.8: lines of 76 characters at the most; 57 octets each.
    for line in file.content.chunks(57) {
        text.push_str(&STANDARD.encode(line));
        text.push_str("\r\n");
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    text.into_bytes()
}
