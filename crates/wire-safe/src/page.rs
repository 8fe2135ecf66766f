//! The page that travels with a letter: the envelope in a form that sends it to the portal. No script, nothing from elsewhere,
//! nothing but ASCII in short lines, so that it goes through every mail server as it is (RFC 2045 §2.7) and through filters
//! that look for more than a form.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::limits::{PAGE_LINE_CHARACTERS, PAGE_WORD_CHARACTERS};
use crate::origin::PortalOrigin;
use crate::shares::MailShare;

/// Where the portal takes envelopes: a path below its origin.
pub const OPEN_PATH: &str = "/safe/open";
/// The form's field with the envelope.
pub const ENVELOPE_FIELD: &str = "envelope";
/// The form's field with the mail's share, which only the second button sends.
pub const SHARE_FIELD: &str = "a";

/// A page for one recipient.
#[derive(Debug)]
pub struct Page<'a> {
    /// What it says, in the recipient's language.
    pub words: PageWords<'a>,
    /// That language: `fr`, `de-CH` (RFC 5646).
    pub language: &'a str,
    /// The portal.
    pub origin: &'a PortalOrigin,
    /// The letter's share: the first button keeps it in the browser, the second sends it.
    pub mail_share: &'a MailShare,
    /// The sealed envelope.
    pub envelope: &'a [u8],
}

/// What the page says. Everything is text: no markup gets through.
#[derive(Clone, Copy, Debug)]
pub struct PageWords<'a> {
    /// Title and heading: that this is a letter under seal.
    pub title: &'a str,
    /// Below it, in a sentence or two: from whom, what to do.
    pub lead: &'a str,
    /// What is known of the letter, as names and values: sender, subject if it may be told, until when.
    pub facts: &'a [(&'a str, &'a str)],
    /// The button that opens in the browser.
    pub open: &'a str,
    /// Below it: what happens then.
    pub explanation: &'a str,
    /// Before the second button: that the platform will decrypt, for whom that is meant.
    pub explanation_without_script: &'a str,
    /// The second button.
    pub open_without_script: &'a str,
    /// At the end: how to see that the letter is genuine, and whom to ask.
    pub footer: &'a str,
}

const STYLE: &str = "\
:root { color-scheme: light dark; --paper: #fbfbf9; --ink: #16211f; --soft: #55625f; --line: #8b9692; --accent: #0b5a5c }
@media (prefers-color-scheme: dark) {
:root { --paper: #111716; --ink: #e8edeb; --soft: #a3b0ac; --line: #66726f; --accent: #6cc5c1 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { max-width: 34em; margin: 0 auto; padding: 2em 1em; overflow-wrap: anywhere }
h1 { font-size: 1.5em; line-height: 1.25; margin: 0 0 .6em }
dt { color: var(--soft); font-size: .875em }
dd { margin: 0 0 .75em }
button { min-height: 44px; padding: .5em 1.5em; border-radius: 4px; font: inherit; cursor: pointer; max-width: 100% }
.first { border: 0; background: var(--accent); color: var(--paper); font-weight: 600 }
.second { margin: 2.5em 0; padding: 1em 0 0; border-top: 1px solid var(--line); font-size: .875em }
.second button { border: 1px solid var(--line); background: transparent; color: inherit }
footer { color: var(--soft); font-size: .875em }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
";

/// The page: HTML in ASCII, with lines of at most 998 characters that end with CR LF.
pub fn page(page: &Page<'_>) -> Vec<u8> {
    let words = &page.words;
    let (origin, share) = (page.origin.as_str(), page.mail_share.to_base64url());
    let mut html = Html::new(page.envelope.len() / 3 * 4 / 76 * 78 + 8 * 1024);
    html.line("<!DOCTYPE html>");
    html.open("<html lang=\"").word(page.language).line("\">");
    html.line("<head>").line("<meta charset=\"utf-8\">");
    html.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.line("<meta name=\"referrer\" content=\"no-referrer\">");
    // Should a filter or a mail client put something in, it may load and send nothing.
    html.line("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline';");
    html.open("base-uri 'none'; form-action ").open(origin).line("\">");
    html.open("<title>").prose(words.title, "\r\n").line("</title>");
    html.line("<style>").lines(STYLE).line("</style>").line("</head>").line("<body>").line("<main>");
    html.element("h1", words.title).element("p", words.lead);
    if !words.facts.is_empty() {
        html.line("<dl>");
        for (name, value) in words.facts {
            html.element("dt", name);
            // Somebody else's words: their direction ends with them.
            html.open("<dd><bdi>").prose(value, "<wbr\r\n>").line("</bdi></dd>");
        }
        html.line("</dl>");
    }
    html.line("<form method=\"post\" enctype=\"multipart/form-data\" accept-charset=\"utf-8\"");
    // Behind «#» it stays in the browser, and is there for the page that answers.
    html.open("action=\"").open(origin).open(OPEN_PATH).open("#a=").open(&share).line("\">");
    html.open("<button class=\"first\">").prose(words.open, "<wbr\r\n>").line("</button>");
    html.element("p", words.explanation);
    html.line("<div class=\"second\">").element("p", words.explanation_without_script);
    html.open("<button formaction=\"").open(origin).open(OPEN_PATH).line("\"");
    html.open("name=\"").open(SHARE_FIELD).open("\" value=\"").open(&share).open("\">");
    html.prose(words.open_without_script, "<wbr\r\n>").line("</button>").line("</div>");
    // At the end: the page can be read and used before the last of it is there, and the share comes before it.
    html.open("<input type=\"hidden\" name=\"").open(ENVELOPE_FIELD).line("\" value=\"");
    html.base64(page.envelope).line("\">").line("</form>");
    html.open("<footer>").prose(words.footer, "<wbr\r\n>").line("</footer>");
    html.line("</main>").line("</body>").line("</html>");
    html.text.into_bytes()
}

/// HTML that is being written, and how long its last line is.
struct Html {
    text: String,
    line_start: usize,
}

impl Html {
    fn new(capacity: usize) -> Html {
        Html { text: String::with_capacity(capacity), line_start: 0 }
    }

    /// Markup, as it is.
    fn open(&mut self, markup: &str) -> &mut Html {
        self.text.push_str(markup);
        self
    }

    /// Markup that ends its line.
    fn line(&mut self, markup: &str) -> &mut Html {
        self.text.push_str(markup);
        self.break_line("\r\n");
        self
    }

    fn lines(&mut self, markup: &str) -> &mut Html {
        markup.lines().for_each(|line| {
            self.line(line);
        });
        self
    }

    fn break_line(&mut self, with: &str) {
        self.text.push_str(with);
        self.line_start = self.text.len();
    }

    fn element(&mut self, name: &str, text: &str) -> &mut Html {
        self.open("<").open(name).open(">").prose(text, "<wbr\r\n>");
        self.open("</").open(name).line(">")
    }

    /// Text between elements: lines break at its spaces, and within very long words by `within_word`.
    fn prose(&mut self, text: &str, within_word: &str) -> &mut Html {
        for (number, word) in text.split_ascii_whitespace().enumerate() {
            if number > 0 && self.text.len() - self.line_start + word.len() >= PAGE_LINE_CHARACTERS {
                self.break_line("\r\n");
            } else if number > 0 {
                self.text.push(' ');
            }
            for (place, one) in word.chars().enumerate() {
                if place > 0 && place % PAGE_WORD_CHARACTERS == 0 {
                    self.break_line(within_word);
                }
                self.character(one);
            }
        }
        self
    }

    /// Text of an attribute without spaces.
    fn word(&mut self, text: &str) -> &mut Html {
        text.chars().take(PAGE_WORD_CHARACTERS).for_each(|one| self.character(one));
        self
    }

    fn character(&mut self, one: char) {
        match one {
            'a'..='z'
            | 'A'..='Z'
            | '0'..='9'
            | ' '
            | '.'
            | ','
            | '-'
            | '@'
            | ':'
            | ';'
            | '('
            | ')'
            | '?'
            | '!' => {
                self.text.push(one);
            }
            // Neither what has no shape nor what turns the direction of what follows: both let a text look like another.
            _ if one.is_control() || matches!(one, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') => {
                self.text.push_str("&#xfffd;");
            }
            _ => write!(self.text, "&#x{:x};", u32::from(one)).expect("writing to memory cannot fail"),
        }
    }

    /// Base64 in lines of 76 characters (RFC 2045 §6.8).
    fn base64(&mut self, octets: &[u8]) -> &mut Html {
        for line in octets.chunks(76 / 4 * 3) {
            STANDARD.encode_string(line, &mut self.text);
            self.break_line("\r\n");
        }
        self
    }
}
