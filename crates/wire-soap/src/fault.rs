//! Why something was not done, in the words of both versions (SOAP 1.1 §4.4, SOAP 1.2 part 1 §5.4).

use crate::envelope::Version;
use crate::limits::QUOTED_CHARACTERS;
use crate::namespaces::{ENVELOPE_1_1, ENVELOPE_1_2};
use crate::xml::Writer;

/// What kind of trouble, and whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The request breaks a rule of its table.
    Validation,
    /// Nobody, or somebody with a wrong secret.
    Auth,
    /// Somebody who may not.
    Forbidden,
    /// There is no such thing within the caller's reach.
    NotFound,
    /// The thing is in a state that does not allow it, or exists already.
    Conflict,
    /// More octets, parts or repetitions than are taken.
    TooLarge,
    /// A recipient's address takes no letters.
    RecipientBlocked,
    /// The recipient has not agreed to this way of delivery.
    ConsentMissing,
    /// A scanner found something.
    MalwareFound,
    /// It does not work now; again after a while.
    Temporary,
    /// A bug of ours.
    Internal,
    /// An envelope of another version (SOAP 1.1 §4.4.1, SOAP 1.2 part 1 §5.4.6).
    VersionMismatch,
    /// An entry of the header that must be understood, and is not (the same sections).
    MustUnderstand,
}

impl Code {
    /// Those that a service answers; the last two come from the protocol itself.
    pub const ALL: [Code; 13] = [
        Code::Validation,
        Code::Auth,
        Code::Forbidden,
        Code::NotFound,
        Code::Conflict,
        Code::TooLarge,
        Code::RecipientBlocked,
        Code::ConsentMissing,
        Code::MalwareFound,
        Code::Temporary,
        Code::Internal,
        Code::VersionMismatch,
        Code::MustUnderstand,
    ];

    /// As the detail has it: `Client.NotFound`.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::Validation => "Client.Validation",
            Code::Auth => "Client.Auth",
            Code::Forbidden => "Client.Forbidden",
            Code::NotFound => "Client.NotFound",
            Code::Conflict => "Client.Conflict",
            Code::TooLarge => "Client.TooLarge",
            Code::RecipientBlocked => "Client.RecipientBlocked",
            Code::ConsentMissing => "Client.ConsentMissing",
            Code::MalwareFound => "Client.MalwareFound",
            Code::Temporary => "Server.Temporary",
            Code::Internal => "Server.Internal",
            Code::VersionMismatch => "VersionMismatch",
            Code::MustUnderstand => "MustUnderstand",
        }
    }

    /// Whether the request, sent again as it is, would be refused again.
    pub fn is_the_clients(self) -> bool {
        !matches!(self, Code::Temporary | Code::Internal)
    }
}

/// A refusal or a trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub code: Code,
    /// What is wrong this time, for a person, in English.
    pub reason: String,
    /// The element that is wrong: `SendMessage/recipient[2]/address`.
    pub field: Option<String>,
    /// What holds.
    pub rule: Option<String>,
    /// When it may work.
    pub retry_after_seconds: Option<u32>,
}

impl Fault {
    /// A fault of a kind.
    pub fn new(code: Code, reason: impl Into<String>) -> Fault {
        Fault { code, reason: reason.into(), field: None, rule: None, retry_after_seconds: None }
    }

    /// With the element that is wrong.
    pub fn field(mut self, field: impl Into<String>) -> Fault {
        self.field = Some(field.into());
        self
    }

    /// With what holds.
    pub fn rule(mut self, rule: impl Into<String>) -> Fault {
        self.rule = Some(rule.into());
        self
    }

    /// With when it may work.
    pub fn retry_after(mut self, seconds: u32) -> Fault {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// There is no such thing within the caller's reach.
    pub fn not_found(what: &str) -> Fault {
        Fault::new(Code::NotFound, format!("{what} not found"))
    }

    /// A bug of ours; the log has it.
    pub fn internal() -> Fault {
        Fault::new(Code::Internal, "something went wrong on our side")
    }

    /// The envelope that says it, with the detail in the service's namespace.
    pub fn to_envelope(&self, version: Version, namespace: &str) -> String {
        let mut writer = Writer::new();
        writer.open("soap:Envelope").with("xmlns:soap", version.namespace()).with("xmlns:svc", namespace);
        if self.code == Code::VersionMismatch && version == Version::Two {
            // SOAP 1.2 part 1 §5.4.7: what is spoken here.
            writer.open("soap:Header").open("soap:Upgrade");
            for (prefix, spoken) in [("s12", ENVELOPE_1_2), ("s11", ENVELOPE_1_1)] {
                writer.open("soap:SupportedEnvelope").with(&format!("xmlns:{prefix}"), spoken);
                writer.with("qname", &format!("{prefix}:Envelope")).close();
            }
            writer.close().close();
        }
        writer.open("soap:Body").open("soap:Fault");
        match version {
            Version::One => self.write_1_1(&mut writer),
            Version::Two => self.write_1_2(&mut writer),
        }
        writer.finish()
    }

    /// SOAP 1.1 §4.4: the code with its kind behind a dot (§4.4.1).
    fn write_1_1(&self, writer: &mut Writer) {
        writer.leaf("faultcode", &format!("soap:{}", self.code.as_str()));
        writer.open("faultstring").with("xml:lang", "en").text(&self.reason).close();
        // SOAP 1.1 §4.4: no detail where the body was not looked at.
        if !self.code.is_the_protocols() {
            writer.open("detail");
            self.write_detail(writer);
        }
    }

    /// SOAP 1.2 part 1 §5.4: whose trouble it is, and what kind as a subcode.
    fn write_1_2(&self, writer: &mut Writer) {
        writer.open("soap:Code");
        if self.code.is_the_protocols() {
            writer.leaf("soap:Value", &format!("soap:{}", self.code.as_str()));
        } else {
            let whose = if self.code.is_the_clients() { "soap:Sender" } else { "soap:Receiver" };
            writer.leaf("soap:Value", whose);
            writer.open("soap:Subcode").leaf("soap:Value", &format!("svc:{}", self.code.as_str())).close();
        }
        writer.close();
        writer.open("soap:Reason");
        writer.open("soap:Text").with("xml:lang", "en").text(&self.reason).close().close();
        if !self.code.is_the_protocols() {
            writer.open("soap:Detail");
            self.write_detail(writer);
        }
    }

    fn write_detail(&self, writer: &mut Writer) {
        writer.open("svc:ServiceFault").leaf("svc:code", self.code.as_str());
        writer.leaf("svc:message", &self.reason);
        for (name, text) in [("svc:field", &self.field), ("svc:rule", &self.rule)] {
            if let Some(text) = text {
                writer.leaf(name, text);
            }
        }
        if let Some(seconds) = self.retry_after_seconds {
            writer.leaf("svc:retryAfter", &seconds.to_string());
        }
        writer.close();
    }
}

impl Code {
    fn is_the_protocols(self) -> bool {
        matches!(self, Code::VersionMismatch | Code::MustUnderstand)
    }
}

/// A stranger's text, cut and without what moves a terminal's cursor.
pub(crate) fn quoted(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(QUOTED_CHARACTERS).collect()
}
