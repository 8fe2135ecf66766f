//! Commands without an argument, or with one that is only text: DATA, RSET, NOOP, QUIT, HELP, VRFY, EXPN
//! (RFC 5321 §4.1.1.4 to §4.1.1.10), STARTTLS (RFC 3207 §4).

use super::Command;
use crate::SyntaxError;

// data = "DATA" CRLF, rset = "RSET" CRLF, quit = "QUIT" CRLF, STARTTLS has no parameters
// vrfy = "VRFY" SP String CRLF, expn = "EXPN" SP String CRLF, help = "HELP" [SP String], noop = "NOOP" [SP String]
pub(super) fn parse(verb: &str, argument: &str) -> Result<Command, SyntaxError> {
    let (name, command) = match verb {
        "NOOP" => return Ok(Command::Noop),
        "HELP" => return Ok(Command::Help),
        "VRFY" if !argument.is_empty() => return Ok(Command::Vrfy(argument.to_owned())),
        "EXPN" if !argument.is_empty() => return Ok(Command::Expn(argument.to_owned())),
        "VRFY" => return Err(SyntaxError::argument("VRFY", "an address or a name follows")),
        "EXPN" => return Err(SyntaxError::argument("EXPN", "the name of a list follows")),
        "DATA" => ("DATA", Command::Data),
        "RSET" => ("RSET", Command::Rset),
        "QUIT" => ("QUIT", Command::Quit),
        "STARTTLS" => ("STARTTLS", Command::Starttls),
        _ => return Err(SyntaxError::UnknownCommand),
    };
    match argument.is_empty() {
        true => Ok(command),
        false => Err(SyntaxError::argument(name, "no argument is allowed")),
    }
}

pub(super) fn encode(command: &Command, wire: &mut Vec<u8>) {
    let (verb, argument) = match command {
        Command::Data => ("DATA", ""),
        Command::Rset => ("RSET", ""),
        Command::Quit => ("QUIT", ""),
        Command::Help => ("HELP", ""),
        Command::Starttls => ("STARTTLS", ""),
        Command::Vrfy(argument) => ("VRFY ", argument.as_str()),
        Command::Expn(argument) => ("EXPN ", argument.as_str()),
        // Those with arguments of their own have encoders of their own.
        _ => ("NOOP", ""),
    };
    wire.extend_from_slice(verb.as_bytes());
    wire.extend_from_slice(argument.as_bytes());
}
