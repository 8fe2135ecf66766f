//! Verifying files as people have them: bundles, signed receipts with a bundle inside, and the documents beside them.

use model::Timestamp;
use thiserror::Error;
use wire_cms::Purpose;
use wire_cms::pades::{self, PdfError};

use crate::bundle::{Bundle, NotABundle};
use crate::keys::Keys;
use crate::limits::DOCUMENTS;
use crate::moment;
use crate::report::{Claim, Kind, Outcome, Report};
use crate::verify::{Document, chained, told_of, valid_at, verify};

/// What the bundle within a receipt is called.
const WITHIN_RECEIPT: &str = "evidence.json";
/// What a PDF begins with (ISO 32000-1 §7.5.2).
const PDF: &[u8] = b"%PDF-";

/// What was found of one file of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<'n> {
    /// The file's name.
    pub name: &'n str,
    /// What it proves.
    pub report: Report,
}

/// Why nothing could be verified.
#[derive(Debug, Error)]
pub enum Unreadable {
    /// Neither a bundle nor a receipt among the files.
    #[error(
        "none of the files is evidence: neither a bundle (*.evidence.json) nor a receipt (PDF) with one inside"
    )]
    NoEvidence,
    /// More than the limit.
    #[error("more than {DOCUMENTS} files")]
    TooMany,
    /// A bundle, or the one within a receipt, that is none.
    #[error("cannot read the evidence in {name}")]
    Bundle {
        /// The file.
        name: String,
        /// Why.
        source: NotABundle,
    },
    /// A receipt with more than one bundle: which one would count?
    #[error("{0} holds several files called {WITHIN_RECEIPT}")]
    Several(String),
}

/// A file of evidence.
struct Evident<'n> {
    name: &'n str,
    bundle: Bundle,
    /// All of a PDF's bytes.
    receipt: Option<&'n [u8]>,
}

/// Verifies every file of evidence among `files`; the others are documents, each of which must be a letter or a part
/// that one of them tells of.
///
/// # Errors
/// When no file is evidence, or one cannot be read: what is unreadable proves nothing, and says nothing either.
pub fn verify_files<'n>(
    files: &[Document<'n>],
    keys: &Keys,
    now: Option<Timestamp>,
) -> Result<Vec<Verified<'n>>, Unreadable> {
    if files.len() > DOCUMENTS {
        return Err(Unreadable::TooMany);
    }
    let mut evident = Vec::new();
    let mut documents = Vec::new();
    for file in files {
        match read(file)? {
            Some(evidence) => evident.push(evidence),
            None => documents.push(*file),
        }
    }
    // A document is asked of the evidence that tells of it, and of the first when none does.
    let mut of_each: Vec<Vec<Document<'n>>> = evident.iter().map(|_| Vec::new()).collect();
    for file in documents {
        let tells = evident.iter().position(|one| told_of(&one.bundle, &file).is_ok()).unwrap_or(0);
        of_each.get_mut(tells).ok_or(Unreadable::NoEvidence)?.push(file);
    }
    if evident.is_empty() {
        return Err(Unreadable::NoEvidence);
    }
    let verified = evident.iter().zip(of_each).map(|(one, documents)| {
        let mut report = verify(&one.bundle, keys, &documents, now);
        if let Some(pdf) = one.receipt {
            report.add(signature(one.name, pdf, keys, evidence_time(&report), now));
        }
        Verified { name: one.name, report }
    });
    Ok(verified.collect())
}

/// The evidence in a file; `None` if it is a document like any other.
fn read<'n>(file: &Document<'n>) -> Result<Option<Evident<'n>>, Unreadable> {
    let Document { name, bytes } = *file;
    let bundle = |json: &[u8]| {
        Bundle::parse(json).map_err(|source| Unreadable::Bundle { name: name.to_owned(), source })
    };
    if bytes.starts_with(PDF) {
        // A PDF that cannot be read may still be what somebody sent as an attachment.
        let Ok(files) = pades::embedded_files(bytes) else { return Ok(None) };
        let mut within = files.iter().filter(|file| file.name == WITHIN_RECEIPT);
        return match (within.next(), within.next()) {
            (None, _) => Ok(None),
            (Some(one), None) => {
                Ok(Some(Evident { name, bundle: bundle(&one.bytes)?, receipt: Some(bytes) }))
            }
            (Some(_), Some(_)) => Err(Unreadable::Several(name.to_owned())),
        };
    }
    if !Bundle::looks_like_one(bytes) {
        return Ok(None);
    }
    Ok(Some(Evident { name, bundle: bundle(bytes)?, receipt: None }))
}

/// Whether the platform signed a receipt as it is.
fn signature(
    name: &str,
    pdf: &[u8],
    keys: &Keys,
    evidence: Option<Timestamp>,
    now: Option<Timestamp>,
) -> Claim {
    let (outcome, text) = match signed(pdf, keys, evidence, now) {
        Ok(by) => (Outcome::Proven, format!("{name} is unaltered, and nothing was added to it: {by}.")),
        Err(why) => (Outcome::Failed, format!("The signature of {name} does not hold: {why}.")),
    };
    let document = Some(name.to_owned());
    Claim { kind: Kind::Signature, letter: None, statement: None, checkpoint: None, document, outcome, text }
}

/// The time-stamp of the newest statement that has one.
fn evidence_time(report: &Report) -> Option<Timestamp> {
    let events = report.letters.iter().flat_map(|letter| &letter.events);
    events.filter_map(|event| moment::parse(event.not_later_than.as_deref()?)).max()
}

fn signed(
    pdf: &[u8],
    keys: &Keys,
    evidence: Option<Timestamp>,
    now: Option<Timestamp>,
) -> Result<String, String> {
    let signature = pades::verify_whole(pdf).map_err(|error: PdfError| chained(&error))?;
    if let (Some(claimed), Some(now)) = (signature.signing_time, now)
        && claimed > now
    {
        return Err(format!("its time {} has not come yet", moment::to_text(claimed)));
    }
    let stamp = match &signature.signed.time_stamp {
        None => None,
        Some(token) => {
            let anchors = valid_at(&keys.time_stamp, token.claimed_time());
            signature.signed.verify_time_stamp(&anchors).map_err(|error| chained(&error))?
        }
    };
    // The moment at which the certificate must hold is told by somebody else than the signer, where it can be.
    let at = stamp.as_ref().map(|stamp| stamp.time).or(evidence).or(signature.signing_time);
    let at = at.ok_or("it does not say when it was made")?;
    let roots = valid_at(&keys.seal, at);
    signature.signed.verify_chain(&roots, at, Purpose::Seal).map_err(|error| chained(&error))?;
    let signer = signature.signer.display_name();
    Ok(match (stamp, signature.signing_time) {
        (Some(stamp), _) => {
            format!(
                "signed by {signer}, not later than {}, says {}",
                moment::to_text(stamp.time),
                stamp.authority
            )
        }
        (None, Some(claimed)) => {
            format!("signed by {signer}, at {} by its own word", moment::to_text(claimed))
        }
        (None, None) => format!("signed by {signer}"),
    })
}
