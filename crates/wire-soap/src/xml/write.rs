//! The writer of XML: elements open and close in pairs, and every text is escaped on its way in.

use super::is_character;

/// A document under way.
pub(crate) struct Writer {
    text: String,
    /// Each with whether it has elements in it.
    open: Vec<(String, bool)>,
    /// Whether the last element's start tag has not ended, so that attributes may follow.
    in_tag: bool,
    /// Whether each element begins on a line of its own: for documents that people read.
    is_indented: bool,
}

impl Writer {
    pub(crate) fn new() -> Writer {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        Writer { text, open: Vec::new(), in_tag: false, is_indented: false }
    }

    /// For people: no element has both text and elements in it.
    pub(crate) fn indented() -> Writer {
        Writer { is_indented: true, ..Writer::new() }
    }

    fn begin_line(&mut self, depth: usize) {
        if self.is_indented {
            if !self.text.ends_with('\n') {
                self.text.push('\n');
            }
            self.text.extend(std::iter::repeat_n("  ", depth));
        }
    }

    fn end_tag(&mut self) {
        if std::mem::take(&mut self.in_tag) {
            self.text.push('>');
        }
    }

    /// Begins an element; `name` is ours, with its prefix.
    pub(crate) fn open(&mut self, name: &str) -> &mut Writer {
        self.end_tag();
        if let Some((_, has_elements)) = self.open.last_mut() {
            *has_elements = true;
        }
        self.begin_line(self.open.len());
        self.text.push('<');
        self.text.push_str(name);
        self.open.push((name.to_owned(), false));
        self.in_tag = true;
        self
    }

    /// An attribute of the element that was just begun.
    pub(crate) fn with(&mut self, name: &str, value: &str) -> &mut Writer {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        escape(value, &mut self.text);
        self.text.push('"');
        self
    }

    /// Text in the element that was begun last.
    pub(crate) fn text(&mut self, text: &str) -> &mut Writer {
        self.end_tag();
        escape(text, &mut self.text);
        self
    }

    /// Ends the element that was begun last.
    pub(crate) fn close(&mut self) -> &mut Writer {
        let (name, has_elements) = self.open.pop().unwrap_or_default();
        if std::mem::take(&mut self.in_tag) {
            self.text.push_str("/>");
        } else {
            if has_elements {
                self.begin_line(self.open.len());
            }
            self.text.push_str("</");
            self.text.push_str(&name);
            self.text.push('>');
        }
        self
    }

    /// A whole element with text in it.
    pub(crate) fn leaf(&mut self, name: &str, text: &str) -> &mut Writer {
        self.open(name).text(text).close()
    }

    /// The document, everything ended.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.text
    }
}

/// Escapes for text and for attributes in double quotes. Line ends are kept as they are (XML 1.0 §2.11); what is no
/// character of XML becomes U+FFFD, because no document can say it.
fn escape(raw: &str, text: &mut String) {
    let mut kept = 0;
    for (at, character) in raw.char_indices() {
        let escaped = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\r' => "&#13;",
            '\n' => "&#10;",
            '\t' => "&#9;",
            character if !is_character(character) => "\u{fffd}",
            _ => continue,
        };
        text.push_str(&raw[kept..at]);
        text.push_str(escaped);
        kept = at + character.len_utf8();
    }
    text.push_str(&raw[kept..]);
}
