//! Adding a signature to a PDF.

use aws_lc_rs::digest;
use lopdf::{Dictionary, Document, IncrementalDocument, Object, ObjectId, StringFormat, dictionary};
use memchr::memmem;
use model::Timestamp;

use super::verify::{ByteRange, ranges};
use super::{PdfError, load};
use crate::certificate::hexadecimal;
use crate::signed_data::{self, CmsError};
use crate::signer::Signer;
use crate::time_stamp::Token;
use crate::{limits, oid};

/// What the signer says of the signature; shown by PDF readers.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Who signs, in words.
    pub name: &'a str,
    /// Why, in words.
    pub reason: &'a str,
    /// Where, in words.
    pub location: Option<&'a str>,
    /// How the signer is reached: an address of the web or of mail.
    pub contact: Option<&'a str>,
    /// Whether room is left for [`with_time_stamp`]: [`limits::PDF_TIME_STAMP_ROOM`] bytes, twice that in the file.
    pub has_room_for_time_stamp: bool,
}

/// A number of ByteRange until the real one is known: as many digits as any real one can have.
const PLACEHOLDER: i64 = 9_999_999_999;

/// What a signature needs beside its certificates and its time-stamp, in bytes: attributes, names, the longest RSA
/// signature (8192 bits).
const STRUCTURE_ROOM: usize = 2048;

/// Signs the document: an invisible signature field is added as incremental update, the bytes before stay as they are.
/// The signature is CAdES in the form of PAdES baseline B-B (ETSI EN 319 142-1 §6): detached CMS with
/// signing-certificate-v2, the time of signing in the dictionary's `M` and not in the CMS.
///
/// # Errors
/// The PDF cannot be read, or the mathematics refused.
pub fn sign(pdf: &[u8], signer: &Signer, at: Timestamp, claim: &Claim<'_>) -> Result<Vec<u8>, PdfError> {
    let chain: usize = signer.chain().iter().map(|certificate| certificate.der().len()).sum();
    let stamp = if claim.has_room_for_time_stamp { limits::PDF_TIME_STAMP_ROOM } else { 0 };
    let room = chain + STRUCTURE_ROOM + stamp;

    let mut update = IncrementalDocument::create_from(pdf.to_vec(), load(pdf)?);
    let signature = update.new_document.add_object(signature_dictionary(at, claim, room));
    add_field(&mut update, signature)?;
    change_identifier(&mut update.new_document, pdf);
    let mut out = Vec::with_capacity(pdf.len() + 2 * room + 4096);
    update.save_to(&mut out).map_err(|error| PdfError::from(lopdf::Error::from(error)))?;

    let range = fill_byte_range(&mut out, pdf.len(), room)?;
    let digest = {
        let mut context = digest::Context::new(&digest::SHA256);
        range.pieces(&out).iter().for_each(|piece| context.update(piece));
        let mut bytes = [0; 32];
        bytes.copy_from_slice(context.finish().as_ref());
        bytes
    };
    // EN 319 142-1 §6.3: the claimed time stands in M, signing-time is not used.
    let cms = signed_data::sign_digest(signer, oid::DATA, None, &digest, None)?;
    fill_contents(&mut out, &range, &cms)?;
    Ok(out)
}

/// ISO 32000-1 §12.8.1 table 252.
fn signature_dictionary(at: Timestamp, claim: &Claim<'_>, room: usize) -> Dictionary {
    let mut dictionary = dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "ByteRange" => vec![0.into(), PLACEHOLDER.into(), PLACEHOLDER.into(), PLACEHOLDER.into()],
        "Contents" => Object::String(vec![0; room], StringFormat::Hexadecimal),
        "M" => Object::string_literal(date(at)),
        "Name" => lopdf::text_string(claim.name),
        "Reason" => lopdf::text_string(claim.reason),
    };
    if let Some(location) = claim.location {
        dictionary.set("Location", lopdf::text_string(location));
    }
    if let Some(contact) = claim.contact {
        dictionary.set("ContactInfo", lopdf::text_string(contact));
    }
    dictionary
}

/// A date (ISO 32000-1 §7.9.4): `D:20261123000000Z`.
fn date(at: Timestamp) -> String {
    let civil = at.civil();
    format!(
        "D:{:04}{:02}{:02}{:02}{:02}{:02}Z",
        civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second
    )
}

/// A field without size on the first page, in the form of the catalog (ISO 32000-1 §12.7.2, §12.7.4.5).
fn add_field(update: &mut IncrementalDocument, signature: ObjectId) -> Result<(), PdfError> {
    let before = update.get_prev_documents();
    let page_id = before.page_iter().next().ok_or(PdfError::Missing("page"))?;
    let root_id = before.trailer.get(b"Root").and_then(Object::as_reference)?;
    let mut form = match before.get_dictionary(root_id)?.get(b"AcroForm") {
        Ok(form) => before.dereference(form)?.1.as_dict()?.clone(),
        Err(_) => Dictionary::new(),
    };
    let list = |dictionary: &Dictionary, key: &[u8]| -> Result<Vec<Object>, PdfError> {
        match dictionary.get(key) {
            Ok(list) => Ok(before.dereference(list)?.1.as_array()?.clone()),
            Err(_) => Ok(Vec::new()),
        }
    };
    let mut fields = list(&form, b"Fields")?;
    let mut annotations = list(before.get_dictionary(page_id)?, b"Annots")?;

    let field = update.new_document.add_object(dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => lopdf::text_string(&format!("Signature{}", fields.len() + 1)),
        "V" => Object::Reference(signature),
        // Without size it needs no appearance (ISO 19005-3 §6.3.3); printed and locked.
        "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
        "F" => 132,
        "P" => Object::Reference(page_id),
    });
    fields.push(Object::Reference(field));
    annotations.push(Object::Reference(field));
    form.set("Fields", fields);
    // SignaturesExist and AppendOnly (table 219).
    form.set("SigFlags", 3);
    update.opt_clone_object_to_new_document(page_id)?;
    update.new_document.get_dictionary_mut(page_id)?.set("Annots", annotations);
    update.opt_clone_object_to_new_document(root_id)?;
    update.new_document.get_dictionary_mut(root_id)?.set("AcroForm", form);
    Ok(())
}

/// The second half of the file's identifier says which state of the file it is (ISO 32000-1 §14.4).
fn change_identifier(document: &mut Document, before: &[u8]) {
    let state = digest::digest(&digest::SHA256, before).as_ref()[..16].to_vec();
    let state = Object::String(state, StringFormat::Hexadecimal);
    let first = match document.trailer.get(b"ID").and_then(Object::as_array) {
        Ok(halves) => halves.first().cloned().unwrap_or_else(|| state.clone()),
        Err(_) => state.clone(),
    };
    document.trailer.set("ID", vec![first, state]);
}

/// Writes the numbers of ByteRange over their placeholders in what was added after `start`.
fn fill_byte_range(out: &mut [u8], start: usize, room: usize) -> Result<ByteRange, PdfError> {
    let placeholder = format!("{PLACEHOLDER} {PLACEHOLDER} {PLACEHOLDER}");
    let numbers =
        memmem::rfind(&out[start..], placeholder.as_bytes()).ok_or(PdfError::Missing("ByteRange"))? + start;
    let contents = format!("<{}>", "00".repeat(room));
    let gap = memmem::rfind(&out[start..], contents.as_bytes()).ok_or(PdfError::Missing("Contents"))? + start;
    let range = ByteRange { gap: gap..gap + contents.len(), end: out.len() };
    let (from, length) = (range.gap.end, range.end - range.gap.end);
    let text = format!("{gap} {from} {length}");
    let filled = format!("{text:<width$}", width = placeholder.len());
    out[numbers..numbers + filled.len()].copy_from_slice(filled.as_bytes());
    Ok(range)
}

/// Writes the signature as digits into its gap; zeros remain behind it.
fn fill_contents(out: &mut [u8], range: &ByteRange, cms: &[u8]) -> Result<(), PdfError> {
    let digits = &mut out[range.gap.start + 1..range.gap.end - 1];
    let room = digits.len() / 2;
    if cms.len() > room {
        return Err(PdfError::Room { needed: cms.len(), room });
    }
    digits.fill(b'0');
    digits[..cms.len() * 2].copy_from_slice(hexadecimal(cms).as_bytes());
    Ok(())
}

/// SHA-256 of the last signature: what a time-stamp over it is asked for.
///
/// # Errors
/// There is no signature, or it cannot be read.
pub fn signature_digest(pdf: &[u8]) -> Result<[u8; 32], PdfError> {
    Ok(signed_data::signature_digest(&last(pdf)?.1)?)
}

/// Puts a time-stamp into the last signature (PAdES baseline B-T), in the room that [`Claim::has_room_for_time_stamp`]
/// left; everything that is signed stays as it is.
///
/// # Errors
/// There is no signature, it cannot be read, or the room does not suffice.
pub fn with_time_stamp(mut pdf: Vec<u8>, token: &Token) -> Result<Vec<u8>, PdfError> {
    let (range, cms) = last(&pdf)?;
    let cms = signed_data::with_time_stamp(&cms, token)?;
    fill_contents(&mut pdf, &range, &cms)?;
    Ok(pdf)
}

fn last(pdf: &[u8]) -> Result<(ByteRange, Vec<u8>), PdfError> {
    let range = ranges(pdf)?.into_iter().max_by_key(|range| range.end).ok_or(PdfError::NotSigned)?;
    let cms = range.contents(pdf).map_err(CmsError::from)?;
    Ok((range, cms))
}
