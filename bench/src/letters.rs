//! Letters as they are in real life, at least in their headers: made from a number, the same in every run.

use std::fmt::Write;

const NAMES: [&str; 8] = [
    "Anna Keller",
    "Bruno Rey",
    "Chiara Bernasconi",
    "Daniel Favre",
    "Eva Huber",
    "Franco Conti",
    "Gabrielle Rochat",
    "Hans Zaugg",
];
const SUBJECTS: [&str; 6] = [
    "Séance du conseil",
    "Offre de prix",
    "Re: Offre de prix",
    "Rapport mensuel",
    "Facture no",
    "Re: Re: Question sur le permis de construire de la rue du Lac",
];

/// A letter of about this size, with CRLF line ends and no line that begins with a dot.
pub(crate) fn letter(number: usize, recipient: &str, size_bytes: usize) -> Vec<u8> {
    let name = NAMES[number % NAMES.len()];
    let mut text = String::with_capacity(size_bytes + 100);
    let user = name.split(' ').next().unwrap_or(name).to_lowercase();
    let (day, hour, minute) = (number / 97 % 28 + 1, number % 24, number % 60);
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "Received: from mx{n}.example.org (mx{n}.example.org [192.0.2.{n}])\r\n\tby mail.sender.test with ESMTPS id {number:08x}\r\n\
         \tfor <{recipient}>; {day} Oct 2026 {hour:02}:{minute:02}:07 +0200\r\n\
         Message-ID: <{number:08x}.{size_bytes}@example.org>\r\nDate: {day} Oct 2026 {hour:02}:{minute:02}:07 +0200\r\n\
         From: \"{name}\" <{user}@example.org>\r\nTo: {recipient}\r\nCc: \"{other}\" <office@example.org>, archive@example.org\r\n\
         Subject: {subject} {number}\r\nReply-To: {user}@example.org\r\nIn-Reply-To: <{before:08x}.{size_bytes}@example.org>\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n",
        n = number % 250 + 1,
        other = NAMES[(number / 8) % NAMES.len()],
        subject = encoded(SUBJECTS[number % SUBJECTS.len()]),
        before = number.saturating_sub(1),
    );
    let mut word = number as u64 | 1;
    while text.len() + 2 < size_bytes {
        word = word.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let width = (size_bytes - text.len() - 2).min(64);
        let line = format!("{word:016x} les choses se passent comme on le veut, {word:020}");
        text.push_str(&line[..width.min(line.len())]);
        text.push_str("\r\n");
    }
    text.into_bytes()
}

/// RFC 2047 §4.2 for what is not ASCII.
fn encoded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut word = String::from("=?utf-8?Q?");
    for byte in text.bytes() {
        match byte {
            b' ' => word.push('_'),
            byte if byte.is_ascii_alphanumeric() => word.push(char::from(byte)),
            byte => {
                let _ = write!(word, "={byte:02X}");
            }
        }
    }
    word + "?="
}
