//! A letter as a page, for a browser that runs no script: its header, its text or its HTML without anything that acts, its
//! attachments. The same in the browser: web/safe/letter.js and web/safe/clean.js.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use ammonia::{Builder, UrlRelative};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Value, context};
use wire_mime::{Content, Part, Structure, decode_charset, decode_words, fields, whole_header};

use crate::limits;
use crate::measuring::is_simple;

/// Fields that the page shows, in this order.
const SHOWN: [&str; 5] = ["from", "to", "cc", "date", "subject"];
/// Pictures that are shown within a text: what has no script in it.
const PICTURES: [&str; 5] = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];
/// The policy of the document in which the HTML of a letter is shown: nothing is fetched, nothing runs.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// A letter, read.
pub(crate) struct Letter {
    header: Vec<(&'static str, String)>,
    text: Option<String>,
    /// A whole document for a frame of its own.
    html: Option<String>,
    attachments: Vec<Attachment>,
}

struct Attachment {
    number: usize,
    name: String,
    kind: String,
    octets: usize,
}

impl Letter {
    pub(crate) fn read(letter: &[u8]) -> Letter {
        let structure = Structure::parse(letter);
        let leaves = leaves(&structure);
        let kind_of = |part: &Part| part.content_type.value.to_ascii_lowercase();
        let is_attached = |part: &Part| {
            part.disposition(letter).is_some_and(|how| how.value.eq_ignore_ascii_case("attachment"))
        };
        let body = |wanted: &str| {
            leaves.iter().position(|part| kind_of(part) == wanted && !is_attached(part)).filter(|at| {
                // A text behind other parts is a file that was sent with the letter.
                leaves[..*at].iter().all(|part| kind_of(part).starts_with("text/") && !is_attached(part))
                    || wanted == "text/html"
            })
        };
        let (html_at, text_at) = (body("text/html"), body("text/plain"));
        let html = html_at.and_then(|at| text_of(letter, leaves[at], limits::HTML_LIMIT_BYTES));
        // What is built to keep readers busy is a file.
        let html = html.filter(|html| is_simple(html));
        let text = text_at.and_then(|at| text_of(letter, leaves[at], limits::TEXT_LIMIT_BYTES));
        let pictures = Pictures { letter, leaves: &leaves };
        let pictures = html.as_ref().map(|html| pictures.of(html)).unwrap_or_default();
        let attachments = leaves.iter().enumerate().filter(|(at, _)| {
            let is_picture = id_of(letter, leaves[*at]).is_some_and(|id| pictures.contains_key(&id));
            let is_shown = is_picture
                || (Some(*at) == html_at && html.is_some())
                || (Some(*at) == text_at && text.is_some());
            !is_shown
        });
        Letter {
            header: header(letter),
            attachments: attachments
                .take(limits::ATTACHMENTS_LIMIT)
                .map(|(number, part)| Attachment {
                    number,
                    name: name_of(letter, part, number),
                    kind: kind_of(part),
                    octets: octets_of(letter, part).len(),
                })
                .collect(),
            html: html.map(|html| document(&clean(&html, &pictures))),
            text,
        }
    }

    /// The text, for quoting; of a letter that has only HTML, nothing.
    pub(crate) fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    pub(crate) fn shown(&self) -> Value {
        let attachments: Vec<Value> = self
            .attachments
            .iter()
            .map(|one| {
                let kilobytes = one.octets.div_ceil(1024);
                context! { number => one.number, name => one.name, kind => one.kind, kilobytes }
            })
            .collect();
        let header: Vec<Value> = self.header.iter().map(|(name, value)| context! { name, value }).collect();
        context! { header, text => self.text, html => self.html, attachments }
    }
}

/// An attachment by its number: media type, name, octets. A type that browsers show is not said: it is a file.
pub(crate) fn attachment(letter: &[u8], number: usize) -> Option<(String, String, Vec<u8>)> {
    let structure = Structure::parse(letter);
    let leaves = leaves(&structure);
    let part = leaves.get(number)?;
    let kind = "application/octet-stream".to_owned();
    Some((kind, name_of(letter, part, number), octets_of(letter, part).into_owned()))
}

/// The parts that hold something, in order; a letter within the letter is one of them.
fn leaves(structure: &Structure) -> Vec<&Part> {
    let (mut leaves, mut waiting) = (Vec::new(), vec![structure.root()]);
    while let Some(part) = waiting.pop() {
        if part.content == Content::Multipart {
            waiting.extend(part.children.iter().rev().filter_map(|child| structure.parts().get(*child)));
        } else {
            leaves.push(part);
        }
    }
    leaves
}

fn octets_of<'a>(letter: &'a [u8], part: &Part) -> Cow<'a, [u8]> {
    let body = letter.get(part.body.clone()).unwrap_or_default();
    part.encoding.decode(body).unwrap_or(Cow::Borrowed(body))
}

fn text_of(letter: &[u8], part: &Part, limit: usize) -> Option<String> {
    let octets = octets_of(letter, part);
    let charset = part.content_type.text("charset");
    (octets.len() <= limit).then(|| decode_charset(&octets, charset.as_deref()).into_owned())
}

/// A name without what leads elsewhere in a file system, or turns the direction of what follows.
fn name_of(letter: &[u8], part: &Part, number: usize) -> String {
    let disposition = part.disposition(letter).and_then(|how| how.text("filename"));
    let name = disposition.or_else(|| part.content_type.text("name")).unwrap_or_default();
    let is_kept = |c: &char| {
        !c.is_control() && !matches!(c, '/' | '\\' | ':' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let name: String = name.chars().filter(is_kept).take(150).collect();
    match (name.trim().trim_start_matches('.'), part.content) {
        ("", Content::Message) => format!("{}.eml", number + 1),
        ("", _) => (number + 1).to_string(),
        (name, _) => name.to_owned(),
    }
}

fn header(letter: &[u8]) -> Vec<(&'static str, String)> {
    let header = whole_header(letter).unwrap_or(letter);
    let value = |name: &&'static str| {
        let field = fields(header).find(|field| field.is(name))?;
        let text = decode_words(&field.unfolded());
        let text: String = text.chars().filter(|c| !c.is_control()).take(2000).collect();
        Some((*name, text.trim().to_owned()))
    };
    SHOWN.iter().filter_map(value).collect()
}

/// Content-ID without its angle brackets (RFC 2045 §7).
fn id_of(letter: &[u8], part: &Part) -> Option<String> {
    let header = letter.get(part.header.clone())?;
    let id = fields(header).find(|field| field.is("content-id"))?;
    Some(String::from_utf8_lossy(&id.unfolded()).trim().trim_matches(['<', '>']).to_owned())
}

/// The pictures that a letter brings along for its text.
struct Pictures<'a> {
    letter: &'a [u8],
    leaves: &'a [&'a Part],
}

impl Pictures<'_> {
    /// Those that the text names, as addresses that hold the picture itself.
    fn of(&self, html: &str) -> HashMap<String, String> {
        let (mut pictures, mut left) = (HashMap::new(), limits::PICTURES_LIMIT_BYTES);
        for part in self.leaves {
            let kind = part.content_type.value.to_ascii_lowercase();
            let Some(id) = id_of(self.letter, part) else { continue };
            if id.is_empty() || !PICTURES.contains(&kind.as_str()) || !html.contains(&id) {
                continue;
            }
            let octets = octets_of(self.letter, part);
            if octets.len() > left {
                continue;
            }
            left -= octets.len();
            pictures.insert(id, format!("data:{kind};base64,{}", STANDARD.encode(&octets)));
        }
        pictures
    }
}

/// HTML without anything that acts or fetches: elements and attributes of a list, links to elsewhere, pictures that the letter
/// itself brings.
fn clean(html: &str, pictures: &HashMap<String, String>) -> String {
    // The filter outlives this call, as far as the compiler knows.
    let pictures = pictures.clone();
    let mut builder = Builder::default();
    builder
        .add_tags(["font", "center", "big", "u"])
        .add_generic_attributes(["style", "dir", "align", "valign", "bgcolor", "color", "width", "height"])
        .add_clean_content_tags([
            "title",
            "template",
            "noscript",
            "svg",
            "math",
            "iframe",
            "object",
            "embed",
            "textarea",
            "select",
            "noframes",
            "noembed",
            "xmp",
            "plaintext",
        ])
        .rm_tags(["map", "area"])
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid", "data"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            ("a", "href") => is_link(value).then_some(Cow::Borrowed(value)),
            ("img", "src") => match value.strip_prefix("cid:") {
                Some(id) => pictures.get(id).map(|picture| Cow::Owned(picture.clone())),
                None => is_picture(value).then_some(Cow::Borrowed(value)),
            },
            (_, "href" | "src" | "cite" | "longdesc" | "background") => None,
            (_, "style") => is_harmless_style(value).then_some(Cow::Borrowed(value)),
            _ => Some(Cow::Borrowed(value)),
        });
    builder.clean(html).to_string()
}

fn is_link(address: &str) -> bool {
    let address = address.trim_start().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "tel:"].iter().any(|scheme| address.starts_with(scheme))
}

fn is_picture(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("data:") else { return false };
    PICTURES.iter().any(|kind| rest.strip_prefix(kind).is_some_and(|rest| rest.starts_with(";base64,")))
}

/// Whether a style fetches nothing and lies over nothing.
fn is_harmless_style(style: &str) -> bool {
    const BAD: [&str; 9] =
        ["url", "image", "expression", "behavior", "binding", "position", "import", "src", "var"];
    let lower = style.to_ascii_lowercase();
    style.is_ascii() && !lower.contains(['\\', '@', '<', '/']) && !BAD.iter().any(|bad| lower.contains(bad))
}

fn document(html: &str) -> String {
    format!(
        "<!DOCTYPE html><html><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\
         <meta name=\"referrer\" content=\"no-referrer\"></head>\
         <body style=\"margin:16px;background:#fff;color:#16211f;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere\">\
         {html}</body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(html: &str) -> String {
        clean(html, &HashMap::from([("p1@x".to_owned(), "data:image/png;base64,AAAA".to_owned())]))
    }

    #[test]
    fn nothing_that_acts_or_fetches_is_left_of_a_letters_html() {
        for attack in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\" jAvascript:alert(1)\">x</a>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
            "<a href=\"/safe/o/0/accept\">x</a>",
            "<p style=\"background:url(https://evil.test/a)\">x</p>",
            "<p style=\"background:u\\72l(https://evil.test/a)\">x</p>",
            "<p style=\"background:image-set('https://evil.test/a' 1x)\">x</p>",
            "<style>@import 'https://evil.test/a';</style>",
            "<svg onload=alert(1)><image href=\"https://evil.test/a\"/></svg>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
            "<meta http-equiv=refresh content=\"0;url=https://evil.test/\">",
            "<base href=\"https://evil.test/\">",
            "<form action=\"https://evil.test/\"><input name=password><button>x</button></form>",
            "<img src=\"https://evil.test/pixel.gif\">",
            "<img srcset=\"https://evil.test/pixel.gif 1x\">",
            "<table background=\"https://evil.test/a\"><tr><td>x</td></tr></table>",
            "<blockquote cite=\"https://evil.test/a\">x</blockquote>",
            "<iframe src=\"https://evil.test/\"></iframe>",
            "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
            "<object data=\"https://evil.test/\"></object><embed src=\"https://evil.test/\">",
            "<link rel=stylesheet href=\"https://evil.test/a.css\">",
            "<video src=\"https://evil.test/\" poster=\"https://evil.test/\"></video>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\"></noscript>",
            "<img src=\"data:image/svg+xml;base64,AAAA\">",
            "<!--><img src=x onerror=alert(1)>-->",
        ] {
            let html = cleaned(attack).to_ascii_lowercase();
            for bad in [
                "alert",
                "evil.test",
                "javascript",
                "onerror",
                "onload",
                "<form",
                "<input",
                "<meta",
                "<base",
                "<svg",
                "svg+xml",
                "/safe/",
            ] {
                // Text that was in an attribute may be left as text: nothing acts in it.
                let in_tag =
                    html.split('<').any(|tag| tag.split('>').next().is_some_and(|tag| tag.contains(bad)));
                assert!(!in_tag, "{bad} of {attack}: {html}");
            }
        }
    }

    #[test]
    fn what_a_letter_says_stays() {
        let html = cleaned(
            "<p style=\"color:red\">Bonjour <b>Zoé</b> <a href=\"https://exemple.ch/\">ici</a><img src=\"cid:p1@x\"></p>",
        );
        assert!(html.contains("<p style=\"color:red\">Bonjour <b>Zoé</b>"), "{html}");
        assert!(html.contains("href=\"https://exemple.ch/\""), "{html}");
        assert!(html.contains("target=\"_blank\"") && html.contains("noreferrer"), "{html}");
        assert!(html.contains("src=\"data:image/png;base64,AAAA\""), "{html}");
    }

    /// So many attributes of a tag, with values that look like its end.
    fn attributes(count: usize) -> String {
        (0..count).map(|number| format!(" a{number}=\">\"")).collect()
    }

    #[test]
    fn deep_html_and_many_parts_are_read_within_limits() {
        let html = |html: &str| Letter::read(format!("Content-Type: text/html\r\n\r\n{html}").as_bytes());
        for bomb in [
            "<div>".repeat(50_000),
            "<div></b>".repeat(50_000),
            (0..200).map(|number| format!("<p><font color=c{number}>")).collect(),
            "<b></b>".repeat(50_000),
            // Each paragraph opens «b» again, with all of its attributes, or with a long one.
            format!("<p><b{}></p>{}", attributes(20_000), "<p>x</p>".repeat(9_000)),
            format!("<p><b{}></p>{}", attributes(30), "<p>x</p>".repeat(9_000)),
            format!("<p><b style=\"{}\"></p>{}", "color:red;".repeat(1_000), "<p>x</p>".repeat(9_000)),
            // A reader compares each attribute of a tag with all before it.
            format!("<p{}>", attributes(100_000)),
            format!("<p x=\">\"{}>", attributes(100_000)),
            format!("<p x='\">'{}>", attributes(100_000)),
            format!("</p{}>", attributes(100_000)),
            format!("<p a=\"1\" =\"{}>", " a".repeat(100_000)),
            format!("<p a=b/=\"{}>", " a".repeat(100_000)),
            format!("<!-- --!><p{}>", attributes(100_000)),
            format!("<{}", "<a a=\"".repeat(100_000)),
            // What ends within a comment does not end.
            (0..300).map(|number| format!("<p><b x{number}><!--</b>-->")).collect(),
            "<div><!--</div>-->".repeat(300),
            "<table>".to_owned() + &"<b>x".repeat(300),
        ] {
            let read = html(&bomb);
            assert!(read.html.is_none(), "{}", bomb.chars().take(80).collect::<String>());
            assert_eq!(read.attachments.len(), 1, "it is a file");
        }
        let harmless =
            "<p title=\"a > b <c\">x<img alt='' src=\"data:image/png;base64,AAAA\"><!-- <b> --></p>";
        assert!(html(&harmless.repeat(1_000)).html.is_some());
        assert!(html(&"<p>one<p>two<br><table><tr><td>x<td>y<tr><td>z</table>".repeat(20)).html.is_some());
        let mut letter = "Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_owned();
        for number in 0..10_000 {
            letter += &format!("--b\r\nContent-Type: text/plain; name=n{number}\r\n\r\nx\r\n");
        }
        let read = Letter::read((letter + "--b--\r\n").as_bytes());
        assert_eq!(read.text.as_deref(), Some("x"));
        assert!(read.attachments.len() <= limits::ATTACHMENTS_LIMIT);
    }

    #[test]
    fn a_letter_within_the_letter_is_an_attachment_and_charsets_are_heard() {
        let letter = b"From: =?utf-8?q?Zo=C3=A9?= <z@x.test>\r\nSubject: =?iso-8859-1?q?=E9t=E9?=\r\n\
            Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
            Content-Transfer-Encoding: quoted-printable\r\n\r\nl'=E9t=E9\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
            Subject: inner\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\r\n--b\r\n\
            Content-Type: application/pdf; name=\"../../x\"\r\nContent-Disposition: attachment; filename*=utf-8''r%C3%A9sum%C3%A9.pdf\r\n\
            Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b--\r\n";
        let read = Letter::read(letter);
        assert_eq!(read.text.as_deref(), Some("l'été"));
        assert!(read.html.is_none());
        let names: Vec<&str> = read.attachments.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["2.eml", "résumé.pdf"]);
        assert_eq!(attachment(letter, 2).unwrap().2, [0, 0, 0]);
        assert_eq!(read.header[0], ("from", "Zoé <z@x.test>".to_owned()));
        // UTF-7 and the like are no way around: what is not known is read as what it looks like.
        let utf7 = b"Content-Type: text/html; charset=utf-7\r\n\r\n+ADw-script+AD4-alert(1)+ADw-/script+AD4-";
        let html = Letter::read(utf7).html.unwrap();
        assert!(!html.contains("<script"), "{html}");
    }
}
