//! The page that says how a connection test went.

use languages::Language;
use model::Timestamp;

use crate::error::NotARecord;
use crate::limits;
use crate::moment::Moment;
use crate::sheet::{Imprint, Said, Sheet};
use crate::words::Speaks;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// As it must be.
    Good,
    /// It works, and ought to be better.
    Warning,
    /// It does not work.
    Bad,
    /// It was not looked at.
    NotTested,
}

impl State {
    fn key(self) -> &'static str {
        match self {
            State::Good => "good",
            State::Warning => "warning",
            State::Bad => "bad",
            State::NotTested => "not-tested",
        }
    }
}

/// Something that was looked at.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// How it stands.
    pub state: State,
    /// What was looked at and seen.
    pub text: &'a str,
    /// What to do about it, or what else to know.
    pub remark: Option<&'a str>,
}

/// Lines that belong together.
#[derive(Clone, Debug)]
pub struct Section<'a> {
    /// What they are about.
    pub title: &'a str,
    /// The lines.
    pub lines: Vec<Line<'a>>,
}

/// What a report says. Texts may be anything in Unicode and of any length.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// In which language; the texts are in it already.
    pub language: Language,
    /// Who issues it.
    pub issuer: &'a str,
    /// Its title.
    pub title: &'a str,
    /// What it comes to, in a sentence or two.
    pub lead: &'a str,
    /// What stands at the foot of each page: the customer, a number.
    pub reference: &'a str,
    /// When the test was made.
    pub at: Timestamp,
    /// What to know before the lines: what it is, and what it says.
    pub facts: Vec<(&'a str, &'a str)>,
    /// The lines.
    pub sections: Vec<Section<'a>>,
}

/// Makes the page: PDF/A-3b, unsigned, the same bytes for the same values.
///
/// # Errors
/// Too many lines, or a time outside of four-digit years.
pub fn report(report: &Report<'_>) -> Result<Vec<u8>, NotARecord> {
    let count =
        report.facts.len() + report.sections.iter().map(|section| 1 + section.lines.len()).sum::<usize>();
    if count > limits::ENTRIES {
        return Err(NotARecord::TooManyEntries { count });
    }
    let language = report.language;
    let moment = Moment::new(report.at, language)?;
    let mut sheet = Sheet::new(language, report.issuer, report.title, report.lead);
    sheet.section(language.say("test"));
    for (label, value) in &report.facts {
        sheet.row(label, &[Said::Text(value)]);
    }
    sheet.row(language.say("test-time"), &[Said::Text(&moment.local), Said::Note(&moment.utc)]);
    let total = |state: State| {
        let lines = report.sections.iter().flat_map(|section| &section.lines);
        lines.filter(|line| line.state == state).count()
    };
    let totals: Vec<String> = [State::Good, State::Warning, State::Bad, State::NotTested]
        .into_iter()
        .map(|state| (state, total(state)))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} × {}", language.say(state.key())))
        .collect();
    sheet.row(language.say("result"), &[Said::Strong(&totals.join(" · "))]);
    for section in &report.sections {
        sheet.section(section.title);
        for line in &section.lines {
            sheet.lamp(line.state, language.say(line.state.key()), line.text, line.remark);
        }
    }
    sheet.finish(&Imprint {
        issuer: report.issuer,
        title: report.title,
        reference: report.reference,
        at: report.at,
        evidence: None,
    })
}
