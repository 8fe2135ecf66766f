//! MTA-STS: the announcement in DNS and the policy behind HTTPS (RFC 8461 §3).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Fault, Tags, limits};

/// `v=STSv1; id=20261121T120000;`, the TXT record of `_mta-sts.<domain>` (RFC 8461 §3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Changes with every change of the policy: 1 to 32 letters and digits.
    pub id: String,
}

impl Record {
    /// Reads the record.
    pub fn parse(text: &str) -> Result<Record, Fault> {
        let tags = Tags::parse(text)?;
        if tags.first() != Some(("v", "STSv1")) {
            return Err(Fault::new(0, "v", "an MTA-STS record begins with v=STSv1"));
        }
        let id = tags.get("id").unwrap_or_default();
        if id.is_empty() || id.len() > 32 || !id.bytes().all(|octet| octet.is_ascii_alphanumeric()) {
            return Err(tags.fault("id", "the id has 1 to 32 letters and digits"));
        }
        Ok(Record { id: id.to_owned() })
    }

    /// Whether a TXT record means to be one (others at the name are skipped, RFC 8461 §3.1).
    pub fn is_meant(text: &[u8]) -> bool {
        text.starts_with(b"v=STSv1;")
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v=STSv1; id={};", self.id)
    }
}

/// What a sender does where no server of the domain can be verified (RFC 8461 §5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It waits.
    Enforce,
    /// It sends all the same and reports.
    Testing,
    /// There is no policy (any more).
    #[default]
    None,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Enforce => "enforce",
            Mode::Testing => "testing",
            Mode::None => "none",
        })
    }
}

/// The policy (RFC 8461 §3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What to do.
    pub mode: Mode,
    /// How long it may be kept.
    pub max_age_seconds: u32,
    /// Host names, lower case; `*.example.org` stands for one label.
    pub mx: Vec<String>,
}

impl Policy {
    /// Reads the file. Unknown fields are skipped; of a field named twice the first counts (§3.2).
    pub fn parse(text: &str) -> Result<Policy, Fault> {
        if text.len() > limits::MTA_STS_POLICY_LIMIT_OCTETS {
            return Err(Fault::new(0, "", "the policy is too long"));
        }
        let (mut version, mut mode, mut max_age, mut mx) = (false, None, None, Vec::new());
        let mut position = 0;
        for line in text.split('\n') {
            let begin = position;
            position += line.len() + 1;
            let line = line.trim_end_matches(['\r', ' ', '\t']);
            if line.is_empty() {
                continue;
            }
            let Some((name, value)) = line.split_once(':') else {
                return Err(Fault::new(begin, line, "a line is a name, a colon and a value"));
            };
            let value = value.trim();
            match name {
                "version" if value == "STSv1" => version = true,
                "version" => return Err(Fault::new(begin, line, "the version is STSv1")),
                "mode" if mode.is_none() => {
                    mode = Some(match value {
                        "enforce" => Mode::Enforce,
                        "testing" => Mode::Testing,
                        "none" => Mode::None,
                        _ => return Err(Fault::new(begin, line, "the mode is enforce, testing or none")),
                    });
                }
                "max_age" if max_age.is_none() => {
                    let is_number =
                        (1..=10).contains(&value.len()) && value.bytes().all(|o| o.is_ascii_digit());
                    let seconds = value.parse::<u64>().ok().filter(|_| is_number);
                    let Some(seconds) = seconds else {
                        return Err(Fault::new(begin, line, "the maximum age is a number of seconds"));
                    };
                    max_age = Some(seconds.min(limits::MTA_STS_MAX_AGE_SECONDS.into()) as u32);
                }
                "mx" => {
                    if mx.len() == limits::MTA_STS_MX_LIMIT {
                        return Err(Fault::new(begin, line, "there are too many mx lines"));
                    }
                    let host = value.strip_prefix("*.").unwrap_or(value);
                    let is_name = !host.is_empty()
                        && host.split('.').all(|label| {
                            (1..=63).contains(&label.len())
                                && label.bytes().all(|o| o.is_ascii_alphanumeric() || o == b'-' || o == b'_')
                        });
                    if !is_name {
                        return Err(Fault::new(begin, line, "an mx line holds a host name or *. and a name"));
                    }
                    mx.push(value.to_ascii_lowercase());
                }
                _ => {}
            }
        }
        match (version, mode, max_age) {
            (false, ..) => Err(Fault::new(0, "version", "the line version: STSv1 is missing")),
            (_, None, _) => Err(Fault::new(0, "mode", "the line mode is missing")),
            (.., None) => Err(Fault::new(0, "max_age", "the line max_age is missing")),
            (_, Some(mode), _) if mode != Mode::None && mx.is_empty() => {
                Err(Fault::new(0, "mx", "there is no mx line"))
            }
            (_, Some(mode), Some(max_age_seconds)) => Ok(Policy { mode, max_age_seconds, mx }),
        }
    }

    /// Whether a mail exchanger of that name is allowed (§4.1; the wildcard is one leftmost label).
    pub fn allows(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        self.mx.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(parent) => {
                host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent)
            }
            None => *pattern == host,
        })
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version: STSv1\r\nmode: {}\r\n", self.mode)?;
        self.mx.iter().try_for_each(|mx| write!(f, "mx: {mx}\r\n"))?;
        write!(f, "max_age: {}\r\n", self.max_age_seconds)
    }
}
