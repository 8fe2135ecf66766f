//! Verifying the signatures of a PDF.

use std::ops::Range;

use memchr::memmem;
use model::Timestamp;
use x509_cert::der::DateTime;

use super::PdfError;
use crate::certificate::Certificate;
use crate::der::{Items, NotDer, SEQUENCE};
use crate::limits;
use crate::signed_data::{self, CmsError, Signed};

/// A signature that holds over what it covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdfSignature {
    /// Whose key signed; [`Signed::verify_chain`] says whether that means anything.
    pub signer: Certificate,
    /// When the signer says that he signed: `M` of the dictionary, or else the CMS attribute. His word, not a proof.
    pub signing_time: Option<Timestamp>,
    /// Whether it covers the whole file but for its own digits. Otherwise something was added after it.
    pub covers_whole_file: bool,
    /// The first bytes of the file that it covers: the file as it was signed.
    pub covered_bytes: usize,
    /// The CMS signature, with its certificates and its time-stamp.
    pub signed: Signed,
}

/// What a signature covers: everything to `end` but for the gap, which are its digits with `<` and `>`.
pub(super) struct ByteRange {
    pub(super) gap: Range<usize>,
    pub(super) end: usize,
}

impl ByteRange {
    /// The two stretches.
    pub(super) fn pieces<'a>(&self, pdf: &'a [u8]) -> [&'a [u8]; 2] {
        [&pdf[..self.gap.start], &pdf[self.gap.end..self.end]]
    }

    /// The signature in the gap, without the zeros behind it.
    pub(super) fn contents(&self, pdf: &[u8]) -> Result<Vec<u8>, NotDer> {
        let digits = &pdf[self.gap.start + 1..self.gap.end - 1];
        let value = |digit: u8| (digit as char).to_digit(16).unwrap_or(0) as u8;
        let bytes: Vec<u8> =
            digits.chunks_exact(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect();
        let mut items = Items(&bytes);
        let signature = items.take(SEQUENCE)?.whole.to_vec();
        if items.0.iter().any(|byte| *byte != 0) {
            return Err(NotDer::Trailing);
        }
        Ok(signature)
    }
}

/// Verifies every signature of the file, in their order in the file. Whether the signers mean anything is asked apart:
/// [`Signed::verify_chain`].
///
/// # Errors
/// There is none, one does not hold, or one covers anything but the file from its beginning around its own digits.
pub fn verify(pdf: &[u8]) -> Result<Vec<PdfSignature>, PdfError> {
    let mut signatures = Vec::new();
    for range in ranges(pdf)? {
        let cms = range.contents(pdf).map_err(CmsError::from)?;
        let signed = signed_data::verify_pieces(&cms, Some(&range.pieces(pdf)))?;
        signatures.push(PdfSignature {
            signer: signed.signer.clone(),
            signing_time: claimed_time(pdf, &range).or(signed.signing_time),
            covers_whole_file: range.end == pdf.len(),
            covered_bytes: range.end,
            signed,
        });
    }
    if signatures.is_empty() { Err(PdfError::NotSigned) } else { Ok(signatures) }
}

/// The signature that covers the whole file; the others hold too.
///
/// # Errors
/// As [`verify`], and if something was added after the last signature.
pub fn verify_whole(pdf: &[u8]) -> Result<PdfSignature, PdfError> {
    let last = verify(pdf)?.into_iter().max_by_key(|signature| signature.covered_bytes);
    let last = last.ok_or(PdfError::NotSigned)?;
    if last.covers_whole_file {
        Ok(last)
    } else {
        Err(PdfError::NotCovered { after: pdf.len() - last.covered_bytes })
    }
}

/// Every ByteRange of the file with four numbers. A signature's dictionary cannot hide from this: its digits stand at
/// fixed places in the file, so it is in no compressed stream.
pub(super) fn ranges(pdf: &[u8]) -> Result<Vec<ByteRange>, PdfError> {
    if pdf.len() > limits::PDF_BYTES {
        return Err(PdfError::TooLong { length: pdf.len() });
    }
    let mut found = Vec::new();
    for at in memmem::find_iter(pdf, b"/ByteRange") {
        let Some([zero, start, after, length]) = numbers(&pdf[at + 10..]) else { continue };
        if found.len() == limits::PDF_SIGNATURES {
            return Err(PdfError::TooManySignatures);
        }
        let end = after.checked_add(length).filter(|end| *end <= pdf.len()).ok_or(PdfError::ByteRange)?;
        // At least the two brackets; the dictionary that says so is itself covered.
        let is_sound = zero == 0
            && start.checked_add(2).is_some_and(|least| least <= after)
            && after <= end
            && (at < start || (after..end).contains(&at));
        if !is_sound {
            return Err(PdfError::ByteRange);
        }
        let gap = &pdf[start..after];
        let digits = &gap[1..gap.len() - 1];
        if gap[0] != b'<'
            || gap[gap.len() - 1] != b'>'
            || !digits.len().is_multiple_of(2)
            || !digits.iter().all(u8::is_ascii_hexdigit)
        {
            return Err(PdfError::ByteRange);
        }
        found.push(ByteRange { gap: start..after, end });
    }
    Ok(found)
}

/// `[a b c d]`, each of at most ten digits.
fn numbers(bytes: &[u8]) -> Option<[usize; 4]> {
    // Longer than any ByteRange: four numbers with their blanks.
    let bytes = &bytes[..bytes.len().min(200)];
    let text = bytes.trim_ascii_start().strip_prefix(b"[")?;
    let end = memchr::memchr(b']', text)?;
    let text = std::str::from_utf8(&text[..end]).ok()?;
    let mut numbers = [0; 4];
    let mut words = text.split_ascii_whitespace();
    for number in &mut numbers {
        let word = words.next()?;
        if word.len() > 10 || !word.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = word.parse().ok()?;
    }
    words.next().is_none().then_some(numbers)
}

/// `M` of the dictionary around the gap: `/M (D:YYYYMMDDHHmmSS…)`, in the covered bytes between `obj` and `endobj`.
fn claimed_time(pdf: &[u8], range: &ByteRange) -> Option<Timestamp> {
    let before = &pdf[..range.gap.start];
    let start = memmem::rfind(before, b" obj")?;
    let after = &pdf[range.gap.end..range.end];
    let after = &after[..memmem::find(after, b"endobj")?];
    [&before[start..], after].iter().find_map(|piece| {
        memmem::find_iter(piece, b"/M").find_map(|at| {
            let text = piece[at + 2..].trim_ascii_start().strip_prefix(b"(D:")?;
            read_date(&text[..text.len().min(24)])
        })
    })
}

/// A date (ISO 32000-1 §7.9.4): `YYYYMMDDHHmmSS` and `Z`, `+HH'mm` or `-HH'mm`.
fn read_date(text: &[u8]) -> Option<Timestamp> {
    let (whole, zone) = text.split_at_checked(14)?;
    let number = |digits: &[u8]| -> Option<u16> {
        let text = std::str::from_utf8(digits).ok()?;
        if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
    };
    let pair = |at: usize| number(&whole[at..at + 2]).and_then(|number| u8::try_from(number).ok());
    let moment =
        DateTime::new(number(&whole[..4])?, pair(4)?, pair(6)?, pair(8)?, pair(10)?, pair(12)?).ok()?;
    let seconds = i64::try_from(moment.unix_duration().as_secs()).ok()?;
    let ahead = match zone.first()? {
        b'Z' => 0,
        sign @ (b'+' | b'-') => {
            let hours = i64::from(number(zone.get(1..3)?)?);
            let minutes = match zone.get(3) {
                Some(b'\'') => zone.get(4..6).and_then(number).map_or(0, i64::from),
                _ => 0,
            };
            let ahead = hours * 3600 + minutes * 60;
            if *sign == b'+' { ahead } else { -ahead }
        }
        _ => return None,
    };
    Some(Timestamp((seconds - ahead) * 1000))
}
