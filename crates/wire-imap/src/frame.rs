//! Finds where a command ends: lines and the literals they announce, before anything is parsed.

use crate::limits;

/// What one command may take.
#[derive(Clone, Copy, Debug)]
pub struct FrameLimits {
    /// Octets of all lines together; small literals count too.
    pub command_octets: usize,
    /// Octets of one literal of APPEND.
    pub message_octets: u64,
    /// Octets of one other literal.
    pub literal_octets: u64,
    /// A literal of APPEND above this is told as [`Step::Large`], so that it need not stand in the buffer.
    pub large_octets: u64,
}

impl FrameLimits {
    /// For a connection that nobody has logged in to.
    pub const UNAUTHENTICATED: FrameLimits = FrameLimits {
        command_octets: limits::UNAUTHENTICATED_OCTETS,
        message_octets: 4096,
        literal_octets: 4096,
        large_octets: u64::MAX,
    };

    /// For a session; messages up to `message_octets`, all of them in the buffer.
    pub const fn authenticated(message_octets: u64) -> FrameLimits {
        FrameLimits {
            command_octets: limits::COMMAND_OCTETS,
            message_octets,
            literal_octets: limits::SMALL_LITERAL_OCTETS,
            large_octets: u64::MAX,
        }
    }
}

/// What the bytes at hand amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing is complete: read more.
    More,
    /// The client waits for `+` before it sends so many octets (RFC 9051 §4.3); call `next` again after that.
    Wanted(u64),
    /// A message above [`FrameLimits::large_octets`] follows. The caller takes it from behind `end`, writes
    /// [`Step::EMPTY_LITERAL`] in place of the octets from `begin` to `end`, and says so to [`Framer::replaced`].
    Large {
        /// Where the announcement begins.
        begin: usize,
        /// Where the message begins.
        end: usize,
        /// The message's octets.
        octets: u64,
        /// Whether the client waits for `+`.
        waits: bool,
    },
    /// A command takes the first so many octets.
    Command(usize),
    /// A synchronising literal is too big: answer the command with NO or BAD; it took so many octets, and the
    /// literal does not come.
    Refused(usize),
    /// A line or a literal that comes unasked is above its limit: end the connection.
    TooLong,
}

impl Step {
    /// What stands for a message that was taken out of the buffer.
    pub const EMPTY_LITERAL: &'static [u8] = b"{0+}\r\n";
}

/// Looks at a growing buffer and remembers how far it got.
#[derive(Clone, Debug, Default)]
pub struct Framer {
    /// Where the line that we look at begins.
    line_start: usize,
    /// Up to here there is no line feed.
    scanned: usize,
    /// Octets of messages in the buffer, which do not count as the command's own.
    message_octets: u64,
    /// Octets of messages that were taken out of the buffer.
    replaced_octets: u64,
}

struct Announced {
    /// From the end of the line.
    octets_before_end: usize,
    octets: u64,
    waits: bool,
}

impl Framer {
    /// A framer at the beginning of a command.
    pub fn new() -> Framer {
        Framer::default()
    }

    /// Says what `buffer` holds, which begins with a command. After `Command` and `Refused` the caller takes
    /// these octets away and the framer is at the next command.
    pub fn next(&mut self, buffer: &[u8], limits: FrameLimits) -> Step {
        loop {
            // Inside a literal that has not come yet.
            if self.line_start > buffer.len() {
                return Step::More;
            }
            let begin = self.scanned.max(self.line_start);
            let Some(found) = buffer.get(begin..).and_then(|rest| memchr::memchr(b'\n', rest)) else {
                self.scanned = buffer.len();
                let own = (buffer.len() as u64).saturating_sub(self.message_octets);
                let line = buffer.len() - self.line_start;
                return if own > limits.command_octets as u64 || line > limits::LINE_OCTETS {
                    Step::TooLong
                } else {
                    Step::More
                };
            };
            let end = begin + found + 1;
            let line = buffer.get(self.line_start..end).unwrap_or_default();
            let own = (end as u64).saturating_sub(self.message_octets);
            if line.len() > limits::LINE_OCTETS || own > limits.command_octets as u64 {
                return Step::TooLong;
            }
            let Some(literal) = announced(line) else {
                *self = Framer::default();
                return Step::Command(end);
            };
            let is_append = is_append(buffer);
            let limit = if is_append { limits.message_octets } else { limits.literal_octets };
            let fits_command = is_append && literal.octets > limits.literal_octets
                || own.saturating_add(literal.octets) <= limits.command_octets as u64;
            if literal.octets > limit || !fits_command {
                if literal.waits {
                    *self = Framer::default();
                    return Step::Refused(end);
                }
                return Step::TooLong;
            }
            if is_append && literal.octets > limits.literal_octets {
                // Many messages in one command (MULTIAPPEND) share the limit of one.
                let all = self.message_octets + self.replaced_octets + literal.octets;
                if all > limits.message_octets {
                    if literal.waits {
                        *self = Framer::default();
                        return Step::Refused(end);
                    }
                    return Step::TooLong;
                }
                if literal.octets > limits.large_octets {
                    self.replaced_octets += literal.octets;
                    let begin = end - literal.octets_before_end;
                    return Step::Large { begin, end, octets: literal.octets, waits: literal.waits };
                }
                self.message_octets += literal.octets;
            }
            let Some(after) = usize::try_from(literal.octets).ok().and_then(|octets| end.checked_add(octets))
            else {
                return Step::TooLong;
            };
            self.line_start = after;
            self.scanned = after;
            if literal.waits {
                return Step::Wanted(literal.octets);
            }
        }
    }
}

impl Framer {
    /// After [`Step::Large`]: the buffer goes on at `end`, behind the [`Step::EMPTY_LITERAL`].
    pub fn replaced(&mut self, end: usize) {
        self.line_start = end;
        self.scanned = end;
    }
}

/// The literal that a line announces at its end.
///
/// ```abnf
/// literal  = "{" number64 ["+"] "}" CRLF *CHAR8
/// literal8 = "~{" number64 ["+"] "}" CRLF *OCTET
/// ```
fn announced(line: &[u8]) -> Option<Announced> {
    let length = line.len();
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let inside = line.strip_suffix(b"}")?;
    let open = memchr::memrchr(b'{', inside)?;
    let octets_before_end = length - open;
    let inside = inside.get(open + 1..)?;
    let (digits, waits) = match inside.strip_suffix(b"+") {
        Some(digits) => (digits, false),
        None => (inside, true),
    };
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    let mut octets = 0u64;
    for digit in digits {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        octets = octets.checked_mul(10)?.checked_add(digit)?;
    }
    Some(Announced { octets_before_end, octets, waits })
}

/// Whether the command is APPEND: the only one whose literals may be messages.
fn is_append(buffer: &[u8]) -> bool {
    let head = buffer.get(..buffer.len().min(limits::TAG_OCTETS + 16)).unwrap_or_default();
    let mut words = head.split(|&byte| byte == b' ');
    words.next().is_some() && words.next().is_some_and(|word| word.eq_ignore_ascii_case(b"APPEND"))
}
