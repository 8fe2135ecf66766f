//! What a password is used for.

use std::fmt;
use std::str::FromStr;

/// What a password is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuthProtocol {
    /// Submission.
    Smtp,
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// ManageSieve.
    Sieve,
    /// JMAP.
    Jmap,
    /// SOAP: for application accounts only, so that no device password is good for it alone.
    Soap,
}

impl AuthProtocol {
    /// Those that a device password may be good for.
    pub(crate) const EACH: [AuthProtocol; 5] =
        [AuthProtocol::Smtp, AuthProtocol::Imap, AuthProtocol::Pop3, AuthProtocol::Sieve, AuthProtocol::Jmap];

    /// The word that commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            AuthProtocol::Smtp => "smtp",
            AuthProtocol::Imap => "imap",
            AuthProtocol::Pop3 => "pop3",
            AuthProtocol::Sieve => "sieve",
            AuthProtocol::Jmap => "jmap",
            AuthProtocol::Soap => "soap",
        }
    }

    pub(crate) const fn bit(self) -> u32 {
        match self {
            AuthProtocol::Smtp => 1,
            AuthProtocol::Imap => 2,
            AuthProtocol::Pop3 => 4,
            AuthProtocol::Sieve => 8,
            AuthProtocol::Jmap => 16,
            AuthProtocol::Soap => 32,
        }
    }
}

impl fmt::Display for AuthProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AuthProtocol {
    type Err = String;

    fn from_str(text: &str) -> Result<AuthProtocol, String> {
        AuthProtocol::EACH
            .into_iter()
            .find(|protocol| protocol.as_str() == text.trim())
            .ok_or_else(|| format!("«{text}» is no protocol: smtp, imap, pop3, sieve or jmap"))
    }
}
