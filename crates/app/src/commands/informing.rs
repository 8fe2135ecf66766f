//! `relais integration inform-recipients` and `… informed-recipients`: the letter that tells recipients what to expect.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use db::Seek;
use model::IntegrationId;
use onboarding::limits::RECIPIENTS_LIMIT_OCTETS;
use onboarding::{Administration, Informed, Language, LetterState};
use serde_json::json;

use super::output::{Output, table};

/// Recipients that are read at once.
const PAGE: usize = 500;

/// Whom to inform.
#[derive(Args)]
pub struct Inform {
    /// The integration's name or identifier.
    pub(super) integration: String,
    /// In which language they are written to: fr, de, it or en.
    #[arg(long, value_parser = super::onboarding::language)]
    language: Language,
    /// Addresses, each as `name@example.com` or `Name <name@example.com>`.
    #[arg(value_name = "ADDRESS", required_unless_present = "file")]
    addresses: Vec<String>,
    /// A file with one address on each line, or several with commas or semicolons between them; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "addresses")]
    file: Option<PathBuf>,
}

impl Inform {
    /// Has a letter written to each of them who had none.
    pub(super) async fn run(self, own: &Administration, id: IntegrationId) -> Result<Output> {
        let list = match &self.file {
            Some(file) => read(file)?,
            None => self.addresses.join("\n"),
        };
        let asked = own.inform(id, &list, self.language).await?;
        let value = json!({"asked": asked.asked, "known": asked.known});
        let text = format!("{} get a letter, {} had one before", asked.asked, asked.known);
        Ok(Output::new(value, text))
    }
}

/// A list of recipients, as far as a list may go and one octet more.
fn read(file: &Path) -> Result<String> {
    let name = file.display();
    let limit = RECIPIENTS_LIMIT_OCTETS as u64 + 1;
    let mut octets = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().take(limit).read_to_end(&mut octets).context("cannot read standard input")?;
    } else {
        let opened = std::fs::File::open(file).with_context(|| format!("cannot open {name}"))?;
        opened.take(limit).read_to_end(&mut octets).with_context(|| format!("cannot read {name}"))?;
    }
    ensure!(octets.len() <= RECIPIENTS_LIMIT_OCTETS, "{name} has more than {RECIPIENTS_LIMIT_OCTETS} octets");
    String::from_utf8(octets).with_context(|| format!("{name} is no UTF-8"))
}

/// Who is informed, the newest first.
pub(super) async fn list(own: &Administration, id: IntegrationId) -> Result<Output> {
    let (mut all, mut seek) = (Vec::new(), Seek::first(PAGE));
    loop {
        let page = own.informed(id, seek).await?;
        all.extend(page.items);
        seek.after = page.next;
        if seek.after.is_none() {
            break;
        }
    }
    let rows = all.into_iter().map(|informed| {
        let Informed { address, language, asked_at, asked_by, state, .. } = informed;
        let word = state.as_str();
        let (posted_at, refusal) = match state {
            LetterState::Waiting => (None, None),
            LetterState::Posted(at) => (Some(at.rfc3339()), None),
            LetterState::Refused(reply) => (None, Some(reply)),
        };
        let value = json!({
            "address": address.to_string(), "language": language.tag(), "asked_at": asked_at.rfc3339(),
            "asked_by": asked_by, "state": word, "posted_at": posted_at, "refusal": refusal,
        });
        let more = posted_at.or(refusal).unwrap_or_default();
        let cells =
            vec![address.to_string(), language.tag().to_owned(), asked_at.rfc3339(), word.to_owned(), more];
        (value, cells)
    });
    Ok(table(&["ADDRESS", "LANGUAGE", "ASKED", "STATE", "POSTED"], rows.collect()))
}
