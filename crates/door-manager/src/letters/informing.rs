//! To a recipient whom an organisation names: its confidential letters will come secured from here. What the page for
//! recipients says, where it stands, whom to ask. Beside what the organisation says itself, the words are ours.

use onboarding::PublicPage;

use super::{Words, plain};
use crate::words::{Language, Word, say};

/// The letter; `link` leads to the page in that language.
pub fn informing(language: Language, page: &PublicPage, link: &str) -> Words {
    let values = [
        ("organisation", Word::from(plain(&page.organisation).replace('\n', " "))),
        ("portal", Word::from(page.portal.as_str())),
    ];
    let said = |key: &str| say(language, key, &values);
    let mut parts = vec![said("letter-informing-greeting"), said("letter-informing-opening")];
    match &page.notice {
        // Indented as a quotation is: a reader sees who says it.
        Some(_) => {
            parts.push(said("letter-informing-own"));
            parts.extend(page.paragraphs(language).iter().map(|paragraph| indented(paragraph.lines())));
        }
        None => parts.extend(page.paragraphs(language)),
    }
    parts.push(format!("{}\n\n    {link}", said("letter-informing-page")));
    let contact = contact(language, page);
    parts.push(match contact.is_empty() {
        true => said("letter-informing-ask-plain"),
        false => {
            let lines = indented(contact.iter().map(String::as_str));
            format!("{}\n\n{lines}", said("letter-informing-ask"))
        }
    });
    parts.push(said("letter-informing-once"));
    Words { language, subject: said("letter-informing-subject"), text: format!("{}\n", parts.join("\n\n")) }
}

fn indented<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// The lines of whom to ask; none where nobody was named.
fn contact(language: Language, page: &PublicPage) -> Vec<String> {
    let contact = &page.contact;
    let hours = match contact.except_holidays && !contact.hours.is_empty() {
        true => format!("{} ({})", contact.hours, onboarding::say(language, "except-holidays", &[])),
        false => contact.hours.clone(),
    };
    let lines = [contact.name.clone(), contact.email.clone(), contact.phone.clone(), hours];
    lines.into_iter().filter(|line| !line.is_empty()).map(|line| plain(&line)).collect()
}
