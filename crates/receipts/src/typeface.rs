//! Noto Sans: what it can show, how wide it is, where its lines break.

use std::borrow::Cow;
use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, UnicodeBuffer};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::limits;

/// One weight of the typeface.
pub(crate) struct Typeface {
    pub(crate) font: Font,
    face: Face<'static>,
    units: f32,
    /// The width of the cell in which digests stand, as part of the size.
    cell: f32,
}

/// Ordinary text.
pub(crate) static REGULAR: LazyLock<Typeface> = LazyLock::new(|| Typeface::new(notosans::REGULAR_TTF));
/// Titles and names.
pub(crate) static BOLD: LazyLock<Typeface> = LazyLock::new(|| Typeface::new(notosans::BOLD_TTF));

/// The room that a digit in its cell has at most, as part of the size.
const LARGEST_GAP: f32 = 0.09;

/// How many marks may stand on one letter: Vietnamese needs two; heaps of them would hide the lines around.
const MARKS: usize = 3;

/// What stands for a character that the typeface does not have.
const MISSING: [char; 3] = ['\u{25a1}', '\u{fffd}', '?'];

impl Typeface {
    fn new(bytes: &'static [u8]) -> Typeface {
        let font = Font::new(bytes.into(), 0).expect("the typeface compiled in is one");
        let face = Face::from_slice(bytes, 0).expect("the typeface compiled in is one");
        let units = face.units_per_em() as f32;
        let mut typeface = Typeface { font, face, units, cell: 0.0 };
        let widest = "0123456789abcdef".chars().map(|digit| typeface.advance(digit));
        typeface.cell = widest.fold(0.0, f32::max);
        typeface
    }

    fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some_and(|glyph| glyph.0 != 0)
    }

    fn advance(&self, character: char) -> f32 {
        let glyph = self.face.glyph_index(character).unwrap_or_default();
        f32::from(self.face.glyph_hor_advance(glyph).unwrap_or(0)) / self.units
    }

    /// How wide a text is, without kerning.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|character| self.advance(character)).sum::<f32>() * size
    }

    /// The glyphs of a text.
    pub(crate) fn shape(&self, text: &str) -> Vec<KrillaGlyph> {
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        // What is left after `shown` goes from left to right.
        buffer.set_direction(rustybuzz::Direction::LeftToRight);
        let shaped = rustybuzz::shape(&self.face, &[], buffer);
        let (infos, positions) = (shaped.glyph_infos(), shaped.glyph_positions());
        let glyph = |at: usize| {
            let (info, position) = (infos[at], positions[at]);
            let start = info.cluster as usize;
            let next = infos[at..].iter().map(|info| info.cluster as usize).find(|next| *next > start);
            let scale = |length: i32| length as f32 / self.units;
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                scale(position.x_advance),
                scale(position.x_offset),
                scale(position.y_offset),
                scale(position.y_advance),
                start..next.unwrap_or(text.len()),
                None,
            )
        };
        (0..infos.len()).map(glyph).collect()
    }

    /// The glyphs of digits, each in the middle of a cell, so that digests stand under each other. Narrow letters get
    /// narrower cells: a gap of a tenth of the size is a space to programs that copy text out.
    pub(crate) fn shape_in_cells(&self, text: &str) -> Vec<KrillaGlyph> {
        text.char_indices()
            .map(|(at, character)| {
                let glyph = self.face.glyph_index(character).unwrap_or_default();
                let advance = self.advance(character);
                let cell = self.cell.min(advance + LARGEST_GAP);
                let range = at..at + character.len_utf8();
                let offset = (cell - advance) / 2.0;
                KrillaGlyph::new(GlyphId::new(u32::from(glyph.0)), cell, offset, 0.0, 0.0, range, None)
            })
            .collect()
    }

    /// How wide a cell is.
    pub(crate) fn cell(&self, size: f32) -> f32 {
        self.cell * size
    }

    /// Breaks a text into lines of at most this width: at spaces, or else behind signs that part addresses and file
    /// names, or else anywhere.
    pub(crate) fn wrap(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        let mut used = 0.0;
        for word in text.split_inclusive(' ') {
            let length = self.width(word.trim_end_matches(' '), size);
            if used + length > width && used > 0.0 {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            if length <= width {
                line.push_str(word);
                used += self.width(word, size);
                continue;
            }
            // The word alone is too long.
            for character in word.chars() {
                let advance = self.advance(character) * size;
                if used + advance > width && used > 0.0 {
                    let rest = line.split_off(break_at(&line));
                    lines.push(std::mem::replace(&mut line, rest));
                    used = self.width(&line, size);
                }
                line.push(character);
                used += advance;
            }
        }
        lines.push(line);
        lines.iter().map(|line| line.trim_end_matches(' ').to_owned()).collect()
    }
}

/// Where a line without spaces is broken: behind the last parting sign of its second half, or at its end.
fn break_at(line: &str) -> usize {
    let found = line.rfind(|character: char| "@./-_:;,+=&?".contains(character)).map(|at| at + 1);
    found.filter(|at| *at > line.len() / 2).unwrap_or(line.len())
}

/// A text as it can be shown: composed (Unicode NFC), on one line, without characters that change the direction or are
/// not seen, those that the typeface lacks replaced. Says whether any was.
pub(crate) fn shown(text: &str) -> (Cow<'_, str>, bool) {
    let is_plain = |byte: u8| (0x20..0x7f).contains(&byte);
    if text.len() <= limits::TEXT_CHARACTERS && text.bytes().all(is_plain) {
        return (Cow::Borrowed(text), false);
    }
    let missing = MISSING.into_iter().find(|sign| REGULAR.has(*sign) && BOLD.has(*sign)).unwrap_or('?');
    let mut lacks_any = false;
    let (mut count, mut marks) = (0, 0);
    let mut out = String::new();
    for character in text.nfc() {
        if count == limits::TEXT_CHARACTERS {
            out.push('…');
            break;
        }
        marks = if is_combining_mark(character) { marks + 1 } else { 0 };
        if marks > MARKS {
            continue;
        }
        let character = match character {
            // What would let a name pass for another: direction (UAX #9), joiners, invisible signs.
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{00ad}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{fff0}'..='\u{fffb}' => continue,
            '\u{202f}' | '\u{2009}' => '\u{a0}',
            _ if character.is_control() || character.is_whitespace() && character != '\u{a0}' => ' ',
            _ if REGULAR.has(character) && BOLD.has(character) => character,
            _ => {
                lacks_any = true;
                missing
            }
        };
        out.push(character);
        count += 1;
    }
    (Cow::Owned(out), lacks_any)
}
