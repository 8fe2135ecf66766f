//! The forms in which headers and bodies are signed (RFC 6376 §3.4).

/// What may change on the way without breaking a signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Canonicalization {
    /// Nothing.
    #[default]
    Simple,
    /// White space, folding, the case of field names.
    Relaxed,
}

impl Canonicalization {
    /// The word in c=.
    pub fn word(self) -> &'static str {
        match self {
            Canonicalization::Simple => "simple",
            Canonicalization::Relaxed => "relaxed",
        }
    }
}

/// Gives a header field in canonical form to `sink`, without a CRLF at its end. `name` is what stands before
/// the colon and `value` all behind it, the final CRLF excluded or included.
pub fn canonical_field(
    name: &[u8],
    value: &[u8],
    canonicalization: Canonicalization,
    sink: &mut impl FnMut(&[u8]),
) {
    let value = value.strip_suffix(b"\n").map_or(value, |value| value.strip_suffix(b"\r").unwrap_or(value));
    if canonicalization == Canonicalization::Simple {
        sink(name);
        sink(b":");
        return sink(value);
    }
    // §3.4.2: lower case, unfolded, one blank for many, none around the colon and at the end.
    let mut line = name.trim_ascii_end().to_ascii_lowercase();
    line.push(b':');
    let mut has_blank = false;
    let begin = line.len();
    for &octet in value {
        match octet {
            b' ' | b'\t' => has_blank = true,
            b'\r' | b'\n' => {}
            octet => {
                if std::mem::take(&mut has_blank) && line.len() > begin {
                    line.push(b' ');
                }
                line.push(octet);
            }
        }
    }
    sink(&line);
}

/// A body in canonical form, piece by piece.
#[derive(Clone, Debug)]
pub struct BodyCanonicalizer {
    canonicalization: Canonicalization,
    /// Empty lines that count only if something follows.
    empty_lines: usize,
    has_cr: bool,
    has_blank: bool,
    is_within_line: bool,
    is_empty: bool,
}

impl BodyCanonicalizer {
    /// At the beginning of a body.
    pub fn new(canonicalization: Canonicalization) -> BodyCanonicalizer {
        BodyCanonicalizer {
            canonicalization,
            empty_lines: 0,
            has_cr: false,
            has_blank: false,
            is_within_line: false,
            is_empty: true,
        }
    }

    /// Takes the next bytes and gives what is certain of their form to `sink`.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(&[u8])) {
        let is_relaxed = self.canonicalization == Canonicalization::Relaxed;
        let mut rest = bytes;
        while let Some(&octet) = rest.first() {
            if std::mem::take(&mut self.has_cr) {
                if octet == b'\n' {
                    self.end_line(sink);
                    rest = &rest[1..];
                    continue;
                }
                self.content(b"\r", sink);
            }
            match octet {
                b'\r' => {
                    self.has_cr = true;
                    rest = &rest[1..];
                }
                b' ' | b'\t' if is_relaxed => {
                    self.has_blank = true;
                    rest = &rest[1..];
                }
                _ => {
                    let is_plain = |octet: &u8| match octet {
                        b'\r' => false,
                        b' ' | b'\t' => !is_relaxed,
                        _ => true,
                    };
                    let length = rest.iter().position(|octet| !is_plain(octet)).unwrap_or(rest.len());
                    self.content(&rest[..length], sink);
                    rest = &rest[length..];
                }
            }
        }
    }

    /// The end of the body.
    pub fn finish(mut self, sink: &mut impl FnMut(&[u8])) {
        if self.has_cr {
            self.content(b"\r", sink);
        }
        // A last line without its end gets one (§3.4.3, §3.4.4); the simple form of nothing is one line's end.
        if self.is_within_line || (self.is_empty && self.canonicalization == Canonicalization::Simple) {
            sink(b"\r\n");
        }
    }

    fn content(&mut self, bytes: &[u8], sink: &mut impl FnMut(&[u8])) {
        for _ in 0..std::mem::take(&mut self.empty_lines) {
            sink(b"\r\n");
        }
        if std::mem::take(&mut self.has_blank) {
            sink(b" ");
        }
        sink(bytes);
        self.is_within_line = true;
        self.is_empty = false;
    }

    fn end_line(&mut self, sink: &mut impl FnMut(&[u8])) {
        self.has_blank = false;
        match std::mem::take(&mut self.is_within_line) {
            true => sink(b"\r\n"),
            false => self.empty_lines += 1,
        }
    }
}
