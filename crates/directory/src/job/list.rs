//! Lists of new addresses as people have them: a line each, with commas, semicolons or tabs, from a form or a
//! spreadsheet.

/// One line, not yet looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it stands in the list, from 1.
    pub(super) number: u32,
    pub(super) cells: Vec<String>,
}

/// First cells of a line of headings, in the languages of the screens.
const HEADINGS: [&str; 9] = [
    "local part",
    "localpart",
    "address",
    "adresse",
    "partie locale",
    "nom d’utilisateur",
    "indirizzo",
    "e-mail",
    "email",
];

/// The text of an uploaded file: UTF-8, or what older spreadsheets write.
pub fn text_of(octets: &[u8]) -> String {
    let octets = octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets);
    match std::str::from_utf8(octets) {
        Ok(text) => text.to_owned(),
        // ISO 8859-1: every octet is the character of its number.
        Err(_) => octets.iter().map(|octet| char::from(*octet)).collect(),
    }
}

/// The lines that are not empty, without headings (RFC 4180, and what it leaves open).
pub(super) fn lines(text: &str) -> Vec<Line> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let separator = [';', '\t', ','].into_iter().find(|sign| first.contains(*sign)).unwrap_or(',');
    let mut lines: Vec<Line> = Vec::new();
    let (mut cells, mut cell, mut is_quoted) = (Vec::new(), String::new(), false);
    let (mut number, mut began) = (1, 1);
    let mut characters = text.chars().peekable();
    loop {
        let next = characters.next();
        match next {
            Some('"') if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            Some('"') if is_quoted => is_quoted = false,
            Some('"') if cell.trim().is_empty() => {
                cell.clear();
                is_quoted = true;
            }
            Some(sign) if sign == separator && !is_quoted => cells.push(std::mem::take(&mut cell)),
            Some('\r') => {}
            Some('\n') if is_quoted => {
                number += 1;
                cell.push('\n');
            }
            Some('\n') | None => {
                cells.push(std::mem::take(&mut cell));
                let all: Vec<String> = cells.drain(..).map(|cell: String| cell.trim().to_owned()).collect();
                if all.iter().any(|cell| !cell.is_empty()) {
                    lines.push(Line { number: began, cells: all });
                }
                number += 1;
                began = number;
            }
            Some(other) => cell.push(other),
        }
        if next.is_none() {
            break;
        }
    }
    let is_heading = lines.first().is_some_and(|line| {
        line.cells.first().is_some_and(|cell| HEADINGS.contains(&cell.to_lowercase().as_str()))
    });
    if is_heading {
        lines.remove(0);
    }
    lines
}

/// A quota as people write it ([`model::read_size`]): `5 GB`, `1,5 Go`. `None` if it is none, or has no unit.
pub fn quota_of(text: &str) -> Option<u64> {
    model::read_size(text).filter(|bytes| *bytes > 0 && i64::try_from(*bytes).is_ok())
}

#[cfg(test)]
mod tests {
    use super::{lines, quota_of, text_of};

    #[test]
    fn lists_are_read_as_spreadsheets_write_them() {
        let cells = |text: &str| -> Vec<(u32, Vec<String>)> {
            lines(text).into_iter().map(|line| (line.number, line.cells)).collect()
        };
        let row = |number, cells: &[&str]| (number, cells.iter().map(|cell| (*cell).to_owned()).collect());
        assert_eq!(cells("anna\n\n bruno \r\n"), [row(1, &["anna"]), row(3, &["bruno"])]);
        assert_eq!(
            cells("Adresse;mot de passe;nom\r\nanna;;\"Muster; \"\"A\"\"\"\r\nbruno;x\r\n"),
            [row(2, &["anna", "", "Muster; \"A\""]), row(3, &["bruno", "x"])]
        );
        assert_eq!(cells("a,\"two\nlines\"\nb"), [row(1, &["a", "two\nlines"]), row(3, &["b"])]);
        assert_eq!(cells("\"never closed\nx"), [row(1, &["never closed\nx"])]);
        assert_eq!(cells(""), []);
        assert_eq!(text_of(b"\xef\xbb\xbfJos\xc3\xa9"), "José");
        assert_eq!(text_of(b"Jos\xe9"), "José");
    }

    #[test]
    fn quotas_have_a_unit() {
        for (text, expected) in [
            ("5 GB", Some(5_000_000_000)),
            ("500 Mo", Some(500_000_000)),
            ("1,5 Go", Some(1_500_000_000)),
            ("1'000M", Some(1_000_000_000)),
            ("2t", Some(2_000_000_000_000)),
            ("2 TiB", Some(2 << 40)),
            ("800 kB", Some(800_000)),
            ("5", None),
            ("0 GB", None),
            ("GB", None),
            ("-5 GB", None),
            ("99999999999999 TB", None),
        ] {
            assert_eq!(quota_of(text), expected, "{text}");
        }
    }
}
