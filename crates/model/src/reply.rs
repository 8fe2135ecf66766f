//! An SMTP reply (RFC 5321 §4.2) with its enhanced status code (RFC 3463), ours or a peer's.

use std::fmt;

/// What the first digit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// 2yz: done.
    Done,
    /// 3yz: go on.
    GoOn,
    /// 4yz: not now.
    Later,
    /// 5yz: not at all.
    Never,
}

/// The subject and detail of RFC 3463; the class is the reply's, so that the two cannot disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnhancedCode {
    /// The second number.
    pub subject: u16,
    /// The third number.
    pub detail: u16,
}

/// A code, perhaps an enhanced code, and text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reply {
    code: u16,
    enhanced: Option<EnhancedCode>,
    text: String,
}

impl Reply {
    /// A reply; `code` is brought into 200–599. Line breaks in `text` separate the lines of the reply,
    /// other control characters become spaces.
    pub fn new(code: u16, enhanced: Option<(u16, u16)>, text: impl Into<String>) -> Reply {
        let text: String =
            text.into().chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
        Reply {
            code: code.clamp(200, 599),
            enhanced: enhanced.map(|(subject, detail)| EnhancedCode { subject, detail }),
            text,
        }
    }

    /// `450 4.subject.detail text`, or another code of class 4.
    pub fn later(code: u16, subject: u16, detail: u16, text: impl Into<String>) -> Reply {
        Reply::new(400 + code % 100, Some((subject, detail)), text)
    }

    /// `550 5.subject.detail text`, or another code of class 5.
    pub fn never(code: u16, subject: u16, detail: u16, text: impl Into<String>) -> Reply {
        Reply::new(500 + code % 100, Some((subject, detail)), text)
    }

    /// `250 2.subject.detail text`, or another code of class 2.
    pub fn done(code: u16, subject: u16, detail: u16, text: impl Into<String>) -> Reply {
        Reply::new(200 + code % 100, Some((subject, detail)), text)
    }

    /// What the first digit says.
    pub fn class(&self) -> Class {
        match self.code / 100 {
            2 => Class::Done,
            3 => Class::GoOn,
            4 => Class::Later,
            _ => Class::Never,
        }
    }

    /// The three digits.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// Subject and detail, if there is an enhanced code.
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        self.enhanced
    }

    /// The enhanced code as `4.2.2`; without one, what the basic code amounts to (`4.0.0`).
    pub fn status(&self) -> String {
        let (subject, detail) = self.enhanced.map_or((0, 0), |code| (code.subject, code.detail));
        format!("{}.{subject}.{detail}", self.code / 100)
    }

    /// The text; its lines are separated by `\n`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes on the wire: one line, or several joined by `-` (RFC 5321 §4.2.1).
    pub fn to_wire(&self) -> String {
        let enhanced = self.enhanced.map(|_| format!("{} ", self.status())).unwrap_or_default();
        let lines: Vec<&str> = self.text.split('\n').collect();
        let mut wire = String::with_capacity(self.text.len() + 16 * lines.len());
        for (index, line) in lines.iter().enumerate() {
            let mark = if index + 1 == lines.len() { ' ' } else { '-' };
            wire.push_str(&format!("{}{mark}{enhanced}{line}\r\n", self.code));
        }
        wire
    }
}

impl fmt::Display for Reply {
    /// On one line, for logs and reports.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.code)?;
        if self.enhanced.is_some() {
            write!(f, "{} ", self.status())?;
        }
        f.write_str(&self.text.replace('\n', " "))
    }
}
