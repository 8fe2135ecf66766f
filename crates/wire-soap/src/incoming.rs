//! A request: from the octets of an HTTP body to checked values.

use bytes::Bytes;

use crate::credentials::UsernameToken;
use crate::envelope::{self, Version};
use crate::fault::{Code, Fault, quoted};
use crate::media::MediaType;
use crate::multipart::{self, Parts, XOP_XML};
use crate::read;
use crate::schema::{Operation, Service};
use crate::value::Values;
use crate::xml::{self, Element, NotXml};

/// What came in over HTTP.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The field `Content-Type`.
    pub content_type: &'a str,
    /// The field `SOAPAction` (SOAP 1.1 §6.1.1), if there is one.
    pub soap_action: Option<&'a str>,
    /// The body.
    pub body: &'a Bytes,
    /// How many octets a body may have.
    pub most_octets: usize,
}

/// A request that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The media type is none of SOAP's: HTTP's 415 (SOAP 1.2 part 2 §7.5.2.2).
    MediaType,
    /// Answered with a fault in this version.
    Fault {
        /// In which to answer.
        version: Version,
        /// What to answer.
        fault: Fault,
    },
}

/// What the media types say, and where the envelope is.
struct Announced {
    action: Option<String>,
    envelope: Bytes,
    parts: Option<Parts>,
}

/// A request that was read and keeps to its table.
#[derive(Clone, Debug)]
pub struct Request {
    /// In which to answer.
    pub version: Version,
    /// Whether the answer goes by MTOM as well.
    pub is_mtom: bool,
    /// Who calls, if the header says so.
    pub username_token: Option<UsernameToken>,
    /// What is asked for.
    pub operation: &'static Operation,
    /// With what.
    pub values: Values,
}

impl Incoming<'_> {
    /// The version in which to answer whoever sends this media type, as far as it says; SOAP 1.1 otherwise.
    pub fn version(content_type: &str) -> Version {
        let is_two =
            MediaType::parse(content_type).and_then(|media| version_of(&media)) == Some(Version::Two);
        if is_two { Version::Two } else { Version::One }
    }

    /// Reads a request to a service.
    ///
    /// # Errors
    /// [`Refused::MediaType`] where it is no SOAP, else the fault to answer: [`Code::TooLarge`] beyond a limit,
    /// [`Code::VersionMismatch`] and [`Code::MustUnderstand`] as SOAP has them, [`Code::Auth`] for credentials that are
    /// no name with a password, and [`Code::Validation`] for everything else.
    pub fn read(self, service: &'static Service) -> Result<Request, Refused> {
        let media = MediaType::parse(self.content_type).ok_or(Refused::MediaType)?;
        let version = version_of(&media).ok_or(Refused::MediaType)?;
        let refused = |fault| Refused::Fault { version, fault };
        if self.body.len() > self.most_octets {
            let reason = format!("a request has at most {} octets", self.most_octets);
            return Err(refused(Fault::new(Code::TooLarge, reason)));
        }
        let Announced { action, envelope, mut parts } = self.announced(&media, version).map_err(refused)?;
        let root = xml::read(&envelope).map_err(|wrong| refused(not_xml(&wrong)))?;
        let is_mtom = parts.is_some();
        let envelope = envelope::read(version, root).map_err(refused)?;
        let (operation, values) =
            operation(service, action.as_deref(), &envelope.body, parts.as_mut()).map_err(refused)?;
        Ok(Request { version, is_mtom, username_token: envelope.username_token, operation, values })
    }

    fn announced(&self, media: &MediaType, version: Version) -> Result<Announced, Fault> {
        check_charset(media)?;
        let (inner, envelope, parts) = match media.essence == "multipart/related" {
            false => (None, self.body.clone(), None),
            true => {
                let (inner, envelope, parts) = multipart::read(media, self.body)?;
                check_charset(&inner)?;
                // XOP §4.1: the parameter of the part says of what the envelope is.
                let is_same = inner.parameter("type").and_then(|kind| MediaType::parse(kind)?.version());
                if is_same != Some(version) {
                    let reason = "the envelope's part is of another version than the whole";
                    return Err(Fault::new(Code::VersionMismatch, reason));
                }
                (Some(inner), envelope, Some(parts))
            }
        };
        let action = match version {
            Version::One => self.soap_action.map(|action| action.trim().trim_matches('"').to_owned()),
            Version::Two => action_of(media, inner.as_ref()),
        };
        Ok(Announced { action: action.filter(|action| !action.is_empty()), envelope, parts })
    }
}

impl MediaType {
    fn version(&self) -> Option<Version> {
        match self.essence.as_str() {
            "text/xml" => Some(Version::One),
            "application/soap+xml" => Some(Version::Two),
            _ => None,
        }
    }
}

/// RFC 3902 §2: the parameter `action`; with MTOM it stands in the whole's `start-info` or at the part (MTOM §4.3).
fn action_of(media: &MediaType, inner: Option<&MediaType>) -> Option<String> {
    let said = |media: &MediaType| media.parameter("action").map(str::to_owned);
    let start_info = || MediaType::parse(media.parameter("start-info")?);
    let part = || MediaType::parse(inner?.parameter("type")?);
    said(media).or_else(|| said(&start_info()?)).or_else(|| said(inner?)).or_else(|| said(&part()?))
}

/// Which version a media type announces (SOAP 1.1 §6, RFC 3902, MTOM §4.3).
fn version_of(media: &MediaType) -> Option<Version> {
    if media.essence != "multipart/related" {
        return media.version();
    }
    // RFC 2387 §3.1: the type of the first part is said outside too.
    (media.parameter("type")?.eq_ignore_ascii_case(XOP_XML)).then_some(())?;
    MediaType::parse(media.parameter("start-info")?)?.version()
}

fn check_charset(media: &MediaType) -> Result<(), Fault> {
    let charset = media.parameter("charset");
    let is_read =
        charset.is_none_or(|set| ["utf-8", "us-ascii"].iter().any(|it| set.eq_ignore_ascii_case(it)));
    let reason = || format!("the charset «{}» is not read: send UTF-8", quoted(charset.unwrap_or_default()));
    if is_read { Ok(()) } else { Err(Fault::new(Code::Validation, reason())) }
}

fn not_xml(wrong: &NotXml) -> Fault {
    match wrong {
        NotXml::TooMuch { .. } => Fault::new(Code::TooLarge, wrong.to_string()),
        NotXml::Tokens { source, .. } => Fault::new(Code::Validation, format!("{wrong}: {source}")),
        _ => Fault::new(Code::Validation, wrong.to_string()),
    }
}

/// The operation that the body names, and its values. An action that says another one is refused: what a firewall lets
/// through by the field has to be what is done.
fn operation(
    service: &'static Service,
    action: Option<&str>,
    body: &Element<'_>,
    mut parts: Option<&mut Parts>,
) -> Result<(&'static Operation, Values), Fault> {
    let named = &*body.name.local;
    let operation = service.operations.iter().find(|operation| operation.name == named);
    let operation = operation.filter(|_| body.name.namespace.as_deref() == Some(service.namespace));
    let operation = operation.ok_or_else(|| {
        let reason = format!("there is no operation «{}»", quoted(named));
        Fault::new(Code::Validation, reason)
            .field(quoted(named))
            .rule(format!("an operation of {} in the namespace {}", service.name, service.namespace))
    })?;
    if let Some(action) = action
        && action != service.action(operation)
    {
        let reason = format!("the action «{}» is another one than the body's", quoted(action));
        return Err(Fault::new(Code::Validation, reason).rule(service.action(operation)));
    }
    let values = read::record(service.namespace, operation, body, parts.as_deref_mut())?;
    if let Some(parts) = parts {
        parts.check_empty()?;
    }
    Ok((operation, values))
}
