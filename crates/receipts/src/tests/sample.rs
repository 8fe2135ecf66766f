//! A receipt to begin with, and poppler to read it.

use std::path::PathBuf;
use std::process::Command;

use model::Timestamp;

use crate::{Kind, Language, Mode, Part, Party, Receipt, Stamp};

/// 2026-11-23T13:23:05Z.
pub(super) const NOW: Timestamp = Timestamp(1_795_440_185_000);

pub(super) fn sample(kind: Kind, language: Language) -> Receipt<'static> {
    Receipt {
        kind,
        language,
        issuer: "Relais AG",
        letter: "L-7F3K-92QD",
        subject: Some("Kündigung"),
        mode: Mode::Registered,
        sender: Party { name: Some("Anna Müller"), address: "anna@example.com" },
        recipient: Party { name: None, address: "kanzlei@example.org" },
        acting: Some(Party { name: Some("Jérôme Dubois"), address: "jerome@example.org" }),
        authentication: Some("Passkey"),
        at: NOW,
        submitted_at: Timestamp(NOW.0 - 86_400_000),
        deadline: Some(Timestamp(NOW.0 + 86_400_000)),
        letter_sha256: [0xab; 32],
        letter_size_bytes: 1_264_511,
        parts: vec![Part {
            name: "Kündigung.pdf",
            media_type: "application/pdf",
            size_bytes: 999,
            sha256: std::array::from_fn(|at| at as u8),
        }],
        evidence_sha256: [0xcd; 32],
        log_index: Some(1_048_577),
        stamp: Some(Stamp { at: NOW, authority: "Lab TSA" }),
        keys_address: "https://relais.example.com/keys",
        bundle: b"{\"evidence\":true}",
    }
}

/// A folder with one PDF, for poppler.
pub(super) struct Printed {
    folder: tempfile::TempDir,
}

impl Printed {
    pub(super) fn new(pdf: &[u8]) -> Printed {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("page.pdf"), pdf).unwrap();
        Printed { folder }
    }

    /// What a program of poppler says of it.
    pub(super) fn ask(&self, program: &str, arguments: &[&str]) -> String {
        let path: PathBuf = self.folder.path().join("page.pdf");
        let mut command = Command::new(program);
        command.args(arguments).arg(path);
        if program == "pdftotext" {
            command.arg("-");
        }
        let output = command.output().expect(program);
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && wrong.is_empty(), "{program}: {wrong}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Its text, each run of blanks as one space.
    pub(super) fn text(&self) -> String {
        let text = self.ask("pdftotext", &["-layout"]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
