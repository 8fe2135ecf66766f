//! Sections of a message as IMAP's FETCH names them (RFC 9051 §6.4.5.1).

/// Which bytes of a message are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The part's number (`1.2`); empty for the whole message.
    pub path: Vec<u32>,
    /// What of it.
    pub part: SectionPart,
}

/// What of a part is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SectionPart {
    /// `BODY[]` and `BODY[1.2]`: the whole message, or a part's body.
    #[default]
    Whole,
    /// `HEADER`, of the message or of an enclosed message.
    Header,
    /// `HEADER.FIELDS (…)`.
    HeaderFields(Vec<String>),
    /// `HEADER.FIELDS.NOT (…)`.
    HeaderFieldsNot(Vec<String>),
    /// `TEXT`, of the message or of an enclosed message.
    Text,
    /// `MIME`: the header of a part.
    Mime,
}
