//! A peer's reply, read piece by piece (RFC 5321 §4.2), with its enhanced code (RFC 2034, RFC 3463).

use memchr::memchr;
use model::Reply;
use thiserror::Error;

use crate::limits::{REPLY_LIMIT_LINES, REPLY_LIMIT_OCTETS, REPLY_LINE_LIMIT_OCTETS};

/// The bytes are no reply; the connection cannot go on.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ReplyError {
    /// A line does not begin with three digits and a space or hyphen.
    #[error("«{0}» is not a reply (RFC 5321 §4.2)")]
    Malformed(String),
    /// A line, or the reply, is longer than we read.
    #[error(
        "the reply is longer than {REPLY_LIMIT_OCTETS} octets, {REPLY_LIMIT_LINES} lines or {REPLY_LINE_LIMIT_OCTETS} octets in a line"
    )]
    TooLong,
}

/// Collects the lines of one reply after the other.
#[derive(Debug, Default)]
pub struct ReplyParser {
    /// The beginning of a line whose end has not come yet.
    pending: Vec<u8>,
    text: String,
    enhanced: Option<(u16, u16)>,
    lines: usize,
}

impl ReplyParser {
    /// A parser at the beginning of a reply.
    pub fn new() -> ReplyParser {
        ReplyParser::default()
    }

    /// Reads from `input`; gives how many bytes were used, and the reply once its last line is there.
    /// After a reply, call again with the rest of the input for the next one.
    pub fn read(&mut self, input: &[u8]) -> Result<(usize, Option<Reply>), ReplyError> {
        let mut used = 0;
        while let Some(rest) = input.get(used..).filter(|rest| !rest.is_empty()) {
            let Some(end) = memchr(b'\n', rest) else {
                if self.pending.len() + rest.len() > REPLY_LINE_LIMIT_OCTETS {
                    return Err(ReplyError::TooLong);
                }
                self.pending.extend_from_slice(rest);
                return Ok((input.len(), None));
            };
            used += end + 1;
            let mut line = std::mem::take(&mut self.pending);
            line.extend_from_slice(&rest[..end]);
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if let Some(reply) = self.line(&line)? {
                return Ok((used, Some(reply)));
            }
        }
        Ok((used, None))
    }

    // Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
    fn line(&mut self, line: &[u8]) -> Result<Option<Reply>, ReplyError> {
        self.lines += 1;
        if line.len() > REPLY_LINE_LIMIT_OCTETS
            || self.lines > REPLY_LIMIT_LINES
            || self.text.len() + line.len() > REPLY_LIMIT_OCTETS
        {
            return Err(ReplyError::TooLong);
        }
        let malformed =
            || ReplyError::Malformed(String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned());
        let (code, is_last, text) = match line {
            [a @ b'2'..=b'5', b @ b'0'..=b'9', c @ b'0'..=b'9', rest @ ..] => {
                let code = [a, b, c].iter().fold(0, |sum, digit| sum * 10 + u16::from(**digit - b'0'));
                match rest {
                    [] => (code, true, rest),
                    [b' ', text @ ..] => (code, true, text),
                    [b'-', text @ ..] => (code, false, text),
                    _ => return Err(malformed()),
                }
            }
            _ => return Err(malformed()),
        };
        let text = String::from_utf8_lossy(text);
        let (enhanced, text) = split_enhanced(code, &text);
        if self.lines > 1 {
            self.text.push('\n');
        }
        self.text.push_str(text);
        // RFC 2034 §4: every line carries the same code; the last one counts where they differ.
        self.enhanced = enhanced.or(self.enhanced);
        if !is_last {
            return Ok(None);
        }
        let reply = Reply::new(code, self.enhanced, std::mem::take(&mut self.text));
        *self = ReplyParser::new();
        Ok(Some(reply))
    }
}

// status-code = class "." subject "." detail, class = "2"/"4"/"5", subject and detail = 1*3digit
fn split_enhanced(code: u16, text: &str) -> (Option<(u16, u16)>, &str) {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut numbers = word.split('.');
    let mut number = || numbers.next().filter(|n| n.len() <= 3 && n.bytes().all(|b| b.is_ascii_digit()));
    let (Some(class), Some(subject), Some(detail)) = (number(), number(), number()) else {
        return (None, text);
    };
    match (class.parse::<u16>(), subject.parse(), detail.parse(), numbers.next()) {
        // A class that contradicts the reply code is no enhanced code (RFC 2034 §4).
        (Ok(class @ (2 | 4 | 5)), Ok(subject), Ok(detail), None) if class == code / 100 => {
            (Some((subject, detail)), rest)
        }
        _ => (None, text),
    }
}
