//! The answer to a request: values to an envelope, alone or with its octets beside it by MTOM.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use thiserror::Error;

use crate::envelope::Version;
use crate::fault::Fault;
use crate::incoming::Request;
use crate::moment;
use crate::multipart::XOP_XML;
use crate::namespaces::XOP;
use crate::read::describe;
use crate::schema::{Field, Kind, Service};
use crate::value::{Value, Values};
use crate::xml::Writer;

/// What goes out over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The field `Content-Type`.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Values that do not keep to the table: a bug of whoever made them.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("cannot write «{field}»: {rule}")]
pub struct Unwritable {
    /// Where.
    pub field: String,
    /// What the table says.
    pub rule: String,
}

impl Answer {
    /// The answer to a request, in its version, by MTOM if the request came so. `boundary` is random: no content can
    /// then hold it. The form and the length of texts are not looked at: what a stranger once wrote is told as it is.
    ///
    /// # Errors
    /// [`Unwritable`] for values that the table of the operation does not have.
    pub fn new(
        service: &Service,
        request: &Request,
        values: Values,
        boundary: [u8; 16],
    ) -> Result<Answer, Unwritable> {
        let name = format!("{}Response", request.operation.name);
        let mut writing =
            Writing { writer: Writer::new(), parts: request.is_mtom.then(Vec::new), path: name };
        let version = request.version;
        let root = writing.writer.open("soap:Envelope").with("xmlns:soap", version.namespace());
        root.open("soap:Body").open(&format!("svc:{}Response", request.operation.name));
        writing.writer.with("xmlns:svc", service.namespace);
        writing.fields(request.operation.output, values)?;
        let Writing { writer, parts, .. } = writing;
        let envelope = writer.finish();
        Ok(match parts {
            None => Answer { content_type: content_type(version), body: envelope.into_bytes() },
            Some(parts) => together(version, &envelope, &parts, boundary),
        })
    }

    /// The answer that something was not done.
    pub fn fault(version: Version, namespace: &str, fault: &Fault) -> Answer {
        let body = fault.to_envelope(version, namespace).into_bytes();
        Answer { content_type: content_type(version), body }
    }
}

fn content_type(version: Version) -> String {
    format!("{}; charset=utf-8", version.media_type())
}

/// The Content-ID of the envelope and of what it includes (RFC 2392): within one message only.
fn content_id(index: usize) -> String {
    format!("part{index}@relais.invalid")
}

/// `multipart/related` of XOP §4.1: the envelope, then its octets as they are.
fn together(version: Version, envelope: &str, parts: &[Bytes], boundary: [u8; 16]) -> Answer {
    let boundary: String = boundary.iter().map(|byte| format!("{byte:02x}")).collect();
    let kind = version.media_type();
    let content_type = format!(
        "multipart/related; boundary=\"{boundary}\"; type=\"{XOP_XML}\"; start=\"<{}>\"; start-info=\"{kind}\"",
        content_id(0)
    );
    let octets: usize = parts.iter().map(|part| part.len() + 256).sum();
    let mut body = Vec::with_capacity(octets + envelope.len() + 512);
    let mut add = |media: &str, index: usize, octets: &[u8]| {
        let head = format!(
            "--{boundary}\r\nContent-Type: {media}\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <{}>\r\n\r\n",
            content_id(index)
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(octets);
        body.extend_from_slice(b"\r\n");
    };
    add(&format!("{XOP_XML}; charset=utf-8; type=\"{kind}\""), 0, envelope.as_bytes());
    for (index, part) in parts.iter().enumerate() {
        add("application/octet-stream", index + 1, part);
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Answer { content_type, body }
}

struct Writing {
    writer: Writer,
    /// What stands beside the envelope; `None` where everything stands in it.
    parts: Option<Vec<Bytes>>,
    path: String,
}

impl Writing {
    fn unwritable(&self, field: &str, rule: impl Into<String>) -> Unwritable {
        Unwritable { field: format!("{}/{field}", self.path), rule: rule.into() }
    }

    fn fields(&mut self, fields: &[Field], mut values: Values) -> Result<(), Unwritable> {
        for field in fields {
            let found = values.take(field.name);
            if !(field.occurs.least..=field.occurs.most).contains(&found.len()) {
                let rule = format!("stands {} to {} times", field.occurs.least, field.occurs.most);
                return Err(self.unwritable(field.name, rule));
            }
            for value in found {
                self.value(field, value)?;
            }
        }
        match values.names().next() {
            Some(name) => Err(self.unwritable(name, "the table has no such field")),
            None => Ok(()),
        }
    }

    fn value(&mut self, field: &Field, value: Value) -> Result<(), Unwritable> {
        let wrong = |writing: &Writing| Err(writing.unwritable(field.name, describe(&field.kind)));
        self.writer.open(&format!("svc:{}", field.name));
        match (&field.kind, value) {
            (Kind::Text { .. }, Value::Text(text)) => {
                self.writer.text(&text);
            }
            (Kind::Enumeration(enumeration), Value::Text(text)) => {
                if enumeration.words.iter().all(|(word, _)| *word != text) {
                    return wrong(self);
                }
                self.writer.text(&text);
            }
            (Kind::Integer { least, most }, Value::Integer(number)) if (least..=most).contains(&&number) => {
                self.writer.text(&number.to_string());
            }
            (Kind::Boolean, Value::Boolean(fact)) => {
                self.writer.text(if fact { "true" } else { "false" });
            }
            (Kind::Moment, Value::Moment(moment)) => {
                self.writer.text(&moment::write(moment));
            }
            (Kind::Bytes { most }, Value::Bytes(octets)) if octets.len() <= *most => match &mut self.parts {
                None => {
                    self.writer.text(&STANDARD.encode(&octets));
                }
                Some(parts) => {
                    parts.push(octets);
                    let reference = format!("cid:{}", content_id(parts.len()));
                    self.writer.open("xop:Include").with("xmlns:xop", XOP).with("href", &reference).close();
                }
            },
            (Kind::Record(record), Value::Record(values)) => {
                let outer = self.path.clone();
                self.path = format!("{outer}/{}", field.name);
                self.fields(record.fields, values)?;
                self.path = outer;
            }
            _ => return wrong(self),
        }
        self.writer.close();
        Ok(())
    }
}
