//! A logo that somebody uploads: a PNG within limits, or an SVG that draws and does nothing else.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::error::DirectoryError;
use crate::limits;

/// A picture that is shown beside an organisation's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// What kind of file it is.
    pub kind: LogoKind,
    /// The file.
    pub octets: Vec<u8>,
}

/// What kind of file a logo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoKind {
    /// A PNG.
    Png,
    /// An SVG.
    Svg,
}

impl LogoKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            LogoKind::Png => "png",
            LogoKind::Svg => "svg",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            LogoKind::Png => "image/png",
            LogoKind::Svg => "image/svg+xml",
        }
    }
}

const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// What only draws. No script, no style sheet, no animation, no foreign object, no picture within.
const ELEMENTS: [&str; 20] = [
    "svg",
    "g",
    "defs",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "use",
];

impl Logo {
    /// The logo, if it is one that can be shown to others without harm.
    pub(super) fn checked(octets: &[u8]) -> Result<Logo, DirectoryError> {
        if octets.len() > limits::LOGO_LIMIT_OCTETS {
            return Err(refused(format!("it has {} octets", octets.len())));
        }
        let kind = match octets.starts_with(&PNG) {
            true => png(octets).map(|()| LogoKind::Png),
            false => svg(octets).map(|()| LogoKind::Svg),
        }
        .map_err(refused)?;
        Ok(Logo { kind, octets: octets.to_vec() })
    }
}

fn refused(reason: String) -> DirectoryError {
    DirectoryError::Invalid {
        field: "logo",
        reason,
        rule: "a PNG of at most 2000 pixels a side, or an SVG without scripts, styles and links; at most 128 KiB",
    }
}

/// PNG (Third Edition) §11.2.1: the first chunk says how large it is.
fn png(octets: &[u8]) -> Result<(), String> {
    let header = octets.get(8..24).filter(|header| header[4..8] == *b"IHDR");
    let header = header.ok_or_else(|| "it is a damaged PNG".to_owned())?;
    let side = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (width, height) = (side(8), side(12));
    let is_within = |side: u32| (1..=limits::LOGO_LIMIT_PIXELS).contains(&side);
    match is_within(width) && is_within(height) {
        true => Ok(()),
        false => Err(format!("it has {width} × {height} pixels")),
    }
}

fn svg(octets: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(octets).map_err(|_| "it is neither a PNG nor an SVG".to_owned())?;
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    let mut has_root = false;
    loop {
        match reader.read_event().map_err(|_| "it is no well-formed SVG".to_owned())? {
            Event::Start(element) => {
                check(&element, depth == 0 && !has_root)?;
                has_root = true;
                depth += 1;
                if depth > 64 {
                    return Err("its elements are nested too deep".to_owned());
                }
            }
            Event::Empty(element) => {
                check(&element, depth == 0 && !has_root)?;
                has_root = true;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            // Entities could grow without end, and a style sheet could fetch.
            Event::DocType(_) | Event::PI(_) => {
                return Err("it has a document type or an instruction".to_owned());
            }
            Event::Eof if has_root && depth == 0 => return Ok(()),
            Event::Eof => return Err("it is neither a PNG nor an SVG".to_owned()),
            _ => {}
        }
    }
}

fn check(element: &BytesStart<'_>, is_root: bool) -> Result<(), String> {
    let name = element.name().as_ref().to_owned();
    if !ELEMENTS.contains(&name.as_str()) || (is_root != (name == "svg")) {
        return Err(format!("it has an element «{name}»"));
    }
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| "it is no well-formed SVG".to_owned())?;
        let key = attribute.key.as_ref().to_lowercase();
        let value = attribute.value.to_lowercase();
        let squeezed: String = value.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let is_link = key == "href" || key == "xlink:href";
        let is_harmless = !key.starts_with("on")
            && key != "style"
            && key != "xml:base"
            && (!is_link || squeezed.starts_with('#'))
            && (!squeezed.contains("url(") || squeezed.starts_with("url(#"))
            && !squeezed.contains('&')
            && !squeezed.contains("javascript:")
            && !squeezed.contains("data:");
        if !is_harmless {
            return Err(format!("«{name}» has «{key}»"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Logo, LogoKind};

    fn kind(octets: &[u8]) -> Option<LogoKind> {
        Logo::checked(octets).ok().map(|logo| logo.kind)
    }

    #[test]
    fn a_picture_that_only_draws_is_taken() {
        let drawing = br##"<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs><linearGradient id="a"><stop offset="0" stop-color="#123456"/></linearGradient></defs><rect width="9" height="9" fill="url(#a)"/><use href="#a"/></svg>"##;
        assert_eq!(kind(drawing), Some(LogoKind::Svg));
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        png.extend([0, 0, 1, 0, 0, 0, 0, 64, 8, 6, 0, 0, 0]);
        assert_eq!(kind(&png), Some(LogoKind::Png));
    }

    #[test]
    fn whatever_could_do_more_is_refused() {
        for wrong in [
            "",
            "GIF89a",
            "<svg>",
            "<html></html>",
            "<svg><script>alert(1)</script></svg>",
            "<svg onload='alert(1)'/>",
            "<svg><a href='https://evil.test'><rect/></a></svg>",
            "<svg><use href='https://evil.test/#x'/></svg>",
            "<svg><use xlink:href='data:image/svg+xml,x'/></svg>",
            "<svg><rect style='background:url(//evil.test)'/></svg>",
            "<svg><rect fill='url( https://evil.test/x )'/></svg>",
            "<svg><rect fill='&#106;avascript:x'/></svg>",
            "<svg><foreignObject/></svg>",
            "<svg><image href='#x'/></svg>",
            "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg/>",
            "<?xml-stylesheet href='https://evil.test/a.css'?><svg/>",
            "<g><svg/></g>",
        ] {
            assert_eq!(kind(wrong.as_bytes()), None, "{wrong}");
        }
        let mut huge = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        huge.extend([0, 1, 0, 0, 0, 0, 0, 64]);
        assert_eq!(kind(&huge), None);
        assert_eq!(kind(&vec![b' '; 200_000]), None);
    }
}
