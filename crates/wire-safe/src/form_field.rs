//! The envelope as the page's form sends it: base64 with white space anywhere, read as it comes, so that nobody has to
//! hold the text and the envelope at the same time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::limits::{ENVELOPE_LIMIT_OCTETS, FORM_FIELD_LIMIT_OCTETS};

/// A form field that holds no envelope.
#[derive(Debug, Error)]
pub enum NotAFormField {
    /// More than an envelope can have.
    #[error("the form's field has {octets} octets")]
    TooLarge {
        /// What came so far.
        octets: usize,
    },
    /// Not base64.
    #[error("the form's field is not base64")]
    Base64(#[source] base64::DecodeError),
    /// Something stands behind the padding.
    #[error("the form's field goes on behind its end")]
    BehindTheEnd,
}

/// A form field while it comes in.
#[derive(Debug, Default)]
pub struct FormField {
    envelope: Vec<u8>,
    /// Characters that have no group of four yet, and those of the piece at hand.
    text: Vec<u8>,
    read_octets: usize,
    has_ended: bool,
}

impl FormField {
    /// Takes the next octets of the field.
    ///
    /// # Errors
    /// When it is longer than a field with an envelope can be, or no base64 (RFC 4648 §4).
    pub fn push(&mut self, piece: &[u8]) -> Result<(), NotAFormField> {
        self.read_octets = self.read_octets.saturating_add(piece.len());
        if self.read_octets > FORM_FIELD_LIMIT_OCTETS {
            return Err(NotAFormField::TooLarge { octets: self.read_octets });
        }
        // Browsers and mail servers change the ends of lines.
        piece.split(|octet| b" \t\r\n".contains(octet)).for_each(|line| self.text.extend_from_slice(line));
        let whole = self.text.len() / 4 * 4;
        if whole > 0 {
            let rest = self.text.split_off(whole);
            let groups = std::mem::replace(&mut self.text, rest);
            self.decode(&groups)?;
        }
        Ok(())
    }

    /// Octets of the envelope so far.
    pub fn octets(&self) -> usize {
        self.envelope.len()
    }

    /// The envelope.
    ///
    /// # Errors
    /// When the field ends within a group.
    pub fn finish(mut self) -> Result<Vec<u8>, NotAFormField> {
        let rest = std::mem::take(&mut self.text);
        if !rest.is_empty() {
            self.decode(&rest)?;
        }
        Ok(self.envelope)
    }

    fn decode(&mut self, groups: &[u8]) -> Result<(), NotAFormField> {
        if self.has_ended {
            return Err(NotAFormField::BehindTheEnd);
        }
        self.has_ended = groups.ends_with(b"=");
        let octets = self.envelope.len() + groups.len() / 4 * 3;
        if octets > ENVELOPE_LIMIT_OCTETS + 3 {
            return Err(NotAFormField::TooLarge { octets });
        }
        STANDARD.decode_vec(groups, &mut self.envelope).map_err(NotAFormField::Base64)
    }
}

/// The envelope of a whole field.
///
/// # Errors
/// As [`FormField::push`] and [`FormField::finish`].
pub fn read_form_field(field: &[u8]) -> Result<Vec<u8>, NotAFormField> {
    let mut reading = FormField::default();
    reading.push(field)?;
    reading.finish()
}
