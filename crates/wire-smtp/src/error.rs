//! What is wrong with a command, and the reply that says so.

use model::Reply;
use thiserror::Error;

/// A command that cannot be understood; [`SyntaxError::reply`] is what the peer hears.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SyntaxError {
    /// No such command.
    #[error("no such command")]
    UnknownCommand,
    /// The line is above its limit.
    #[error("the line is too long")]
    LineTooLong,
    /// The line ends with LF alone.
    #[error("a line ends with CRLF (RFC 5321 §2.3.8)")]
    BareLf,
    /// A control character, or bytes that are not UTF-8.
    #[error("a command has printable characters only")]
    Characters,
    /// The command's argument breaks a rule.
    #[error("{command}: {rule}")]
    Argument {
        /// The command.
        command: &'static str,
        /// The rule.
        rule: String,
    },
    /// A parameter that no extension of ours has (RFC 5321 §4.1.1.11).
    #[error("{command}: no parameter {name}")]
    UnknownParameter {
        /// The command.
        command: &'static str,
        /// The parameter as written.
        name: String,
    },
    /// A parameter's value breaks a rule.
    #[error("{command}: {name} {rule}")]
    Parameter {
        /// The command.
        command: &'static str,
        /// The parameter.
        name: &'static str,
        /// The rule.
        rule: &'static str,
    },
}

impl SyntaxError {
    /// The reply for the peer (RFC 5321 §4.2.2, RFC 3463 §3.6).
    pub fn reply(&self) -> Reply {
        match self {
            SyntaxError::UnknownCommand => Reply::never(500, 5, 1, "Command not recognised"),
            SyntaxError::LineTooLong => Reply::never(500, 5, 6, "Line too long"),
            SyntaxError::BareLf => Reply::never(500, 5, 2, "Lines end with CRLF"),
            SyntaxError::Characters => Reply::never(500, 5, 2, "Commands have printable characters only"),
            SyntaxError::UnknownParameter { .. } => Reply::never(555, 5, 4, self.to_string()),
            SyntaxError::Argument { .. } | SyntaxError::Parameter { .. } => {
                Reply::never(501, 5, 4, self.to_string())
            }
        }
    }

    pub(crate) fn argument(command: &'static str, rule: impl Into<String>) -> SyntaxError {
        SyntaxError::Argument { command, rule: rule.into() }
    }
}
