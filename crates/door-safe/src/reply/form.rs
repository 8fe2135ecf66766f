//! What somebody typed and attached, read into memory within limits.

use axum::extract::multipart::Field;
use axum::extract::{FromRequest, Multipart, Request};
use doorway_http::{Held, Pace};
use mail_secure::{Mode, sixteen, wish};

use crate::limits;
use crate::memory::{arriving, pace, piece};
use crate::trouble::Trouble;

/// A file with an answer.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) content: Vec<u8>,
}

/// An answer as it was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// `all`, or to the sender alone.
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) mode: Option<Mode>,
    pub(super) wants_copy: bool,
    pub(super) wants_quote: bool,
    /// The text of the letter, as the page that showed it had it.
    pub(super) quoted: String,
    /// By which it is known when it is sent twice.
    pub(super) once: String,
    pub(super) files: Vec<File>,
    /// Whether something was longer, or more, than it may be.
    pub(super) exceeds: Option<&'static str>,
}

impl Answer {
    pub(super) fn is_to_all(&self) -> bool {
        self.to == "all"
    }

    /// What is to be mended, by the end of the key of its words.
    pub(super) fn wrong(&self) -> Option<&'static str> {
        if self.exceeds.is_some() {
            return self.exceeds;
        }
        if self.text.trim().is_empty() && self.files.is_empty() {
            return Some("empty");
        }
        if self.subject.chars().count() > limits::REPLY_SUBJECT_CHARACTERS {
            return Some("subject");
        }
        None
    }
}

/// Reads a form. What is too large is read no further than its limit, so that what was typed is not lost with it.
pub(super) async fn read(request: Request, held: &mut Held) -> Result<Answer, Trouble> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Trouble::Unreadable)?;
    let (mut answer, mut count, mut octets, mut pace) = (Answer::default(), 0, 0, pace());
    while let Some(field) = arriving(&mut pace, form.next_field(), Trouble::TooLarge).await? {
        count += 1;
        if count > limits::REPLY_FIELDS_LIMIT {
            return Err(Trouble::Unreadable);
        }
        match field.name().unwrap_or_default().to_owned().as_str() {
            "files" => add(&mut answer, field, (&mut octets, held), &mut pace).await?,
            "text" => match text(field, limits::REPLY_TEXT_BYTES, &mut pace).await? {
                Some(text) => answer.text = text,
                None => answer.exceeds = Some("text"),
            },
            // The page shows the letter itself: of its text here as much as fits.
            "quoted" => {
                answer.quoted = text(field, limits::QUOTED_BYTES, &mut pace).await?.unwrap_or_default()
            }
            name => {
                let name = name.to_owned();
                let value =
                    text(field, limits::REPLY_FIELD_BYTES, &mut pace).await?.ok_or(Trouble::Unreadable)?;
                let value = value.trim();
                match name.as_str() {
                    "to" => answer.to = value.to_owned(),
                    "subject" => answer.subject = value.replace(char::is_control, " "),
                    "mode" => answer.mode = Some(wish::mode_named(value).ok_or(Trouble::Unreadable)?),
                    "copy" => answer.wants_copy = value == "yes",
                    "quote" => answer.wants_quote = value == "yes",
                    "once" => answer.once = value.to_owned(),
                    _ => return Err(Trouble::Unreadable),
                }
            }
        }
    }
    if sixteen(&answer.once).is_none() {
        return Err(Trouble::Unreadable);
    }
    Ok(answer)
}

/// A text of at most so many octets; `None` if it is longer.
async fn text(mut field: Field<'_>, limit: usize, pace: &mut Pace) -> Result<Option<String>, Trouble> {
    let (mut octets, mut is_too_long) = (Vec::new(), false);
    while let Some(piece) = piece(pace, &mut field, Trouble::TooLarge).await? {
        match octets.len() + piece.len() <= limit {
            true => octets.extend_from_slice(&piece),
            // Read on: the field that follows may be in order.
            false => is_too_long = true,
        }
    }
    Ok((!is_too_long).then(|| String::from_utf8_lossy(&octets).into_owned()))
}

async fn add(
    answer: &mut Answer,
    mut field: Field<'_>,
    (octets, held): (&mut usize, &mut Held),
    pace: &mut Pace,
) -> Result<(), Trouble> {
    let name = field.file_name().unwrap_or_default();
    // Some browsers name the folder as well; other systems would make one of it.
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(limits::FILE_NAME_CHARACTERS).collect();
    let media_type = field.content_type().unwrap_or("application/octet-stream").to_owned();
    let mut content = Vec::new();
    while let Some(piece) = piece(pace, &mut field, Trouble::TooLarge).await? {
        *octets += piece.len();
        if *octets <= limits::REPLY_FILES_BYTES {
            // The file, and its place while it grows.
            held.at_least(2 * *octets)?;
            content.extend_from_slice(&piece);
        }
    }
    if *octets > limits::REPLY_FILES_BYTES {
        answer.exceeds = Some("too-large");
    }
    // A field for files that was left empty is sent as a file without a name (HTML §4.10.21.4).
    if name.is_empty() && content.is_empty() {
        return Ok(());
    }
    if answer.files.len() == limits::REPLY_FILES_LIMIT {
        answer.exceeds = Some("files");
        return Ok(());
    }
    answer.files.push(File { name, media_type, content });
    Ok(())
}
