//! An endpoint of the platform: the name and the port to which customers connect, and its addresses before and after.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use model::Domain;
use serde::{Deserialize, Serialize};

use crate::limits::{ADDRESS_LIMIT, PATH_LIMIT_OCTETS};

/// How a customer is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mode {
    /// Its own mail servers are connected to ours, both ways.
    #[serde(rename = "A")]
    Gateway,
    /// Business software sends by SMTP with TLS and AUTH.
    #[serde(rename = "B")]
    Submission,
    /// Business software uses the SOAP services.
    #[serde(rename = "C")]
    Soap,
}

impl Mode {
    /// All of them.
    pub const EACH: [Mode; 3] = [Mode::Gateway, Mode::Submission, Mode::Soap];

    /// The letter that customers know it by.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Gateway => "A",
            Mode::Submission => "B",
            Mode::Soap => "C",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Mode, String> {
        let known = Mode::EACH.into_iter().find(|mode| mode.as_str().eq_ignore_ascii_case(text.trim()));
        known.ok_or_else(|| format!("«{text}» is none of A, B, C"))
    }
}

/// Modes as `A,B`.
pub(crate) fn modes_text(modes: &[Mode]) -> String {
    modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>().join(",")
}

/// Modes of `A,B`, each once and in their order.
pub(crate) fn modes_of(text: &str) -> Result<Vec<Mode>, String> {
    let parsed: Vec<Mode> = text.split(',').map(str::parse).collect::<Result<_, _>>()?;
    Ok(Mode::EACH.into_iter().filter(|mode| parsed.contains(mode)).collect())
}

/// An endpoint, written as `gw1.example.com:25 A,B 192.0.2.1 198.51.100.1`: host and port, perhaps with a path, the modes
/// that use it, its old and its new addresses. `=` stands for a space where one word is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name.
    pub host: Domain,
    /// Its port.
    pub port: u16,
    /// The path of a SOAP service, such as `/3.0/`; empty for SMTP.
    pub path: String,
    /// Who connects to it.
    pub modes: Vec<Mode>,
    /// Its addresses until the date.
    pub old: Vec<IpAddr>,
    /// Those from the date on.
    pub new: Vec<IpAddr>,
}

impl Endpoint {
    /// Where customers connect to: `gw1.example.com:25`, or an address of HTTPS.
    pub fn place(&self) -> String {
        match (self.path.as_str(), self.port) {
            ("", port) => format!("{}:{port}", self.host),
            (path, 443) => format!("https://{}{path}", self.host),
            (path, port) => format!("https://{}:{port}{path}", self.host),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |all: &[IpAddr]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let Endpoint { host, port, path, modes, old, new } = self;
        write!(f, "{host}:{port}{path} {} {} {}", modes_text(modes), list(old), list(new))
    }
}

fn addresses(text: &str) -> Result<Vec<IpAddr>, String> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let address: IpAddr = part.parse().map_err(|_| format!("«{part}» is no IP address"))?;
        let address = address.to_canonical();
        if !all.contains(&address) {
            all.push(address);
        }
    }
    match all.len() {
        0..=ADDRESS_LIMIT => Ok(all),
        count => Err(format!("{count} addresses are more than {ADDRESS_LIMIT}")),
    }
}

impl FromStr for Endpoint {
    type Err = String;

    fn from_str(text: &str) -> Result<Endpoint, String> {
        // People write arrows between old and new.
        let words = text.split(|c: char| c.is_whitespace() || c == '=').filter(|part| !part.is_empty());
        let parts: Vec<&str> = words.filter(|part| !matches!(*part, "->" | "→")).collect();
        let [place, modes, old, new] = parts.as_slice() else {
            return Err(format!("«{}» has {} of four parts", text.trim(), parts.len()));
        };
        let (host, rest) = place.split_once(':').ok_or_else(|| format!("«{place}» has no port"))?;
        let host = Domain::parse(host).map_err(|error| error.to_string())?;
        if host.literal().is_some() || !host.as_str().contains('.') {
            return Err(format!("«{host}» is no full host name"));
        }
        let (port, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let port: u16 = port.parse().ok().filter(|port| *port > 0).ok_or(format!("«{port}» is no port"))?;
        let is_plain = path.bytes().all(|octet| octet.is_ascii_graphic());
        if path.len() > PATH_LIMIT_OCTETS || !is_plain {
            return Err("the path is too long, or has characters that no path has".to_owned());
        }
        let modes = modes_of(modes)?;
        if modes.contains(&Mode::Soap) && modes.len() > 1 {
            return Err(format!("{host} is either of SMTP (A, B) or of SOAP (C)"));
        }
        if !path.is_empty() && modes != [Mode::Soap] {
            return Err(format!("{host} has a path: only SOAP (C) has one"));
        }
        let (old, new) = (addresses(old)?, addresses(new)?);
        if let Some(both) = old.iter().find(|address| new.contains(address)) {
            return Err(format!("{both} is old and new"));
        }
        Ok(Endpoint { host, port, path: path.to_owned(), modes, old, new })
    }
}
