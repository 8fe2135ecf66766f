//! To the owners and administrators of a connected organisation: the platform's addresses change. Only the sections of its
//! own ways of connection, only what it has to change itself.

use renumbering::{Endpoint, Letter, Mode, NoticeKind, Remedy};

use super::{Words, plain};
use crate::reader;
use crate::words::{Language, Word, say};

/// The letter, by the clock of the customers; `link` leads to the page on which the organisation answers.
pub fn renumbering(language: Language, letter: &Letter, link: &str) -> Words {
    reader::in_customers_zone(|| written(language, letter, link))
}

fn written(language: Language, letter: &Letter, link: &str) -> Words {
    let one = &letter.renumbering;
    let moment = |at: model::Timestamp| Word::from(reader::moment(language, &at.rfc3339()));
    let examples: Vec<String> = endpoints(letter).map(|endpoint| endpoint.host.to_string()).take(2).collect();
    let values = [
        ("name", Word::from(plain(&one.name))),
        ("date", moment(one.switches_at)),
        ("until", moment(one.ends_at)),
        ("examples", Word::from(examples.join(", "))),
    ];
    let said = |key: &str| say(language, key, &values);
    let kind = letter.kind.as_str();
    let mut parts = vec![said("letter-renumbering-greeting"), said(&format!("letter-renumbering-{kind}"))];
    if letter.kind != NoticeKind::Cancellation {
        parts.push(pinned(language, letter));
        parts.push(said("letter-renumbering-check"));
        if !examples.is_empty() {
            parts.push(said("letter-renumbering-names"));
        }
        for mode in &letter.modes {
            parts.push(section(language, letter, *mode));
        }
        parts.push(format!("{}\n\n    {link}", said("letter-renumbering-answer")));
    }
    Words {
        language,
        subject: said(&format!("letter-renumbering-{kind}-subject")),
        text: format!("{}\n", parts.join("\n\n")),
    }
}

/// The endpoints of the customer's modes, each host once.
fn endpoints(letter: &Letter) -> impl Iterator<Item = &Endpoint> {
    let mut seen = Vec::new();
    letter.modes.iter().flat_map(|mode| letter.renumbering.endpoints_of(*mode)).filter(move |endpoint| {
        let is_new = !seen.contains(&&endpoint.host);
        seen.push(&endpoint.host);
        is_new
    })
}

/// What the organisation's own settings with us pin; or that they pin nothing.
fn pinned(language: Language, letter: &Letter) -> String {
    let own = letter.findings.iter().filter(|finding| finding.remedy == Remedy::Organisation);
    let lines: Vec<String> = own
        .map(|finding| {
            let new: Vec<String> = finding.new.iter().map(ToString::to_string).collect();
            let pin = say(language, &format!("pin-{}", finding.pin.as_str()), &[]);
            format!("    {pin}: {} ({} → {})", plain(&finding.thing), finding.old, new.join(", "))
        })
        .collect();
    match lines.as_slice() {
        [] => say(language, "letter-renumbering-nothing", &[]),
        lines => format!("{}\n\n{}", say(language, "letter-renumbering-pinned", &[]), lines.join("\n")),
    }
}

fn section(language: Language, letter: &Letter, mode: Mode) -> String {
    let said = |key: &str| say(language, key, &[]);
    let title = said(&format!("letter-renumbering-section-{}", mode.as_str().to_lowercase()));
    let blocks = |keys: &[&str]| -> Vec<String> {
        letter.renumbering.endpoints_of(mode).map(|endpoint| block(language, endpoint, mode, keys)).collect()
    };
    let mx: Vec<String> = letter
        .suffixes
        .iter()
        .filter(|_| mode != Mode::Soap)
        .map(|suffix| {
            format!(
                "    {}",
                say(language, "letter-renumbering-mx", &[("suffix", Word::from(suffix.as_str()))])
            )
        })
        .collect();
    let all: &[&str] = match mode {
        Mode::Gateway => &["place", "port", "new", "old", "certificate"],
        Mode::Submission | Mode::Soap => &["place", "port", "new", "old"],
    };
    let sending = [vec![said("letter-renumbering-sending")], mx, blocks(all)].concat();
    let mut text = format!("{title}\n\n{}", sending.join("\n"));
    if mode == Mode::Gateway {
        // There we connect: which port of ours a letter comes from is nobody's rule.
        let reception = blocks(&["place", "new", "old", "certificate"]);
        let reception = [vec![said("letter-renumbering-reception")], reception].concat();
        let certificates = said("letter-renumbering-certificates");
        text.push_str(&format!("\n\n{}\n\n{certificates}", reception.join("\n")));
    }
    text
}

fn block(language: Language, endpoint: &Endpoint, mode: Mode, keys: &[&str]) -> String {
    let list = |all: &[std::net::IpAddr]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let place = match mode {
        Mode::Soap => endpoint.place(),
        Mode::Gateway | Mode::Submission => endpoint.host.to_string(),
    };
    let values = [
        ("place", Word::from(place)),
        ("host", Word::from(endpoint.host.to_string())),
        ("port", Word::from(endpoint.port.to_string())),
        ("new", Word::from(list(&endpoint.new))),
        ("old", Word::from(list(&endpoint.old))),
    ];
    let lines: Vec<String> = keys
        .iter()
        .map(|key| format!("    {}", say(language, &format!("letter-renumbering-line-{key}"), &values)))
        .collect();
    format!("\n{}", lines.join("\n"))
}
