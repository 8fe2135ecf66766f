//! `relais evidence …`: what happened to secure letters, verified offline. Needs no installation and asks nobody.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ::evidence::{Document, Keys, Verdict, limits, verify_files};
use anyhow::{Context, Result, bail};
use clap::Subcommand;
use model::Timestamp;
use serde_json::json;
use world::Clock;

use super::output::{Output, error_json, shown};

/// Letters, receipts and bundles are read whole; a larger file is none of these.
const FILE_LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// Evidence of secure letters.
#[derive(Subcommand)]
pub enum Evidence {
    /// Says what files of evidence prove, claim by claim. Exit status 0: all is proven, 1: something is false or not
    /// shown, 2: a file cannot be read.
    Verify {
        /// Bundles (*.evidence.json) and receipts (PDF); with them letters (.eml) and attachments, to be compared with
        /// what was sent.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The keys that the platform publishes. They are what everything rests on: fetch them yourself, or compare their
        /// digest, which is printed.
        #[arg(long, value_name = "FILE", default_value = "keys.json")]
        keys: PathBuf,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
}

impl Evidence {
    /// Verifies and prints.
    pub fn run(self) -> ExitCode {
        let Evidence::Verify { files, keys, json } = self;
        match verified(&files, &keys, Clock::real().now()) {
            Ok(output) => {
                super::print(&if json { output.to_json() } else { output.to_text() });
                ExitCode::from(output.status())
            }
            Err(error) => {
                match json {
                    true => eprintln!("{}", error_json(&error)),
                    false => eprintln!("relais: {error:#}"),
                }
                ExitCode::from(2)
            }
        }
    }
}

/// What the files prove at this moment.
pub(super) fn verified(files: &[PathBuf], keys: &Path, now: Timestamp) -> Result<Output> {
    let keys = read(keys, limits::KEYS_BYTES as u64)
        .context("the keys that the platform publishes are needed: --keys FILE")?;
    let digest = Keys::digest(&keys);
    let keys = Keys::parse(&keys).context("cannot use the file of published keys")?;
    let mut read_files = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
        read_files.push((name, read(file, FILE_LIMIT_BYTES)?));
    }
    let documents: Vec<Document<'_>> =
        read_files.iter().map(|(name, bytes)| Document { name, bytes }).collect();
    let found = verify_files(&documents, &keys, Some(now))?;

    let mut text = format!("Keys of {}, SHA-256 {digest}\n\n", shown(&keys.platform));
    let mut values = Vec::new();
    for one in &found {
        let report = one.report.to_string();
        let lines: Vec<String> = report.lines().map(shown).collect();
        text.push_str(&format!("{}\n\n{}\n\n", shown(one.name), lines.join("\n")));
        let mut value = serde_json::to_value(&one.report).context("cannot write the report as JSON")?;
        value["file"] = json!(one.name);
        values.push(value);
    }
    let worst = |verdict: Verdict| found.iter().any(|one| one.report.verdict == verdict);
    let verdict = match (worst(Verdict::Failed), worst(Verdict::Incomplete)) {
        (true, _) => Verdict::Failed,
        (false, true) => Verdict::Incomplete,
        (false, false) => Verdict::Proven,
    };
    let value = json!({ "verdict": verdict, "keys": digest.to_string(), "files": values });
    Ok(Output::new(value, text).with_status(u8::from(verdict != Verdict::Proven)))
}

fn read(path: &Path, limit_bytes: u64) -> Result<Vec<u8>> {
    let what = || format!("cannot read {}", path.display());
    let file = std::fs::File::open(path).with_context(what)?;
    let mut bytes = Vec::new();
    file.take(limit_bytes + 1).read_to_end(&mut bytes).with_context(what)?;
    if bytes.len() as u64 > limit_bytes {
        bail!("{} is larger than {limit_bytes} bytes", path.display());
    }
    Ok(bytes)
}
