//! The page: where things stand, and how what is too long goes on.
//!
//! Everything is placed first and drawn afterwards, because the number of pages stands on the first one. Lengths are in
//! points, from the upper left corner. Three columns: what a section is about, what a row is, what it says.

use krilla::Document;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::KrillaGlyph;
use languages::Language;
use model::Timestamp;

use crate::error::NotARecord;
use crate::moment::pdf_date;
use crate::report::State;
use crate::typeface::{BOLD, REGULAR, Typeface, shown};
use crate::words::Speaks;

/// A4 (ISO 216).
const PAGE: (f32, f32) = (595.28, 841.89);
const LEFT: f32 = 57.0;
const RIGHT: f32 = PAGE.0 - 57.0;
const LABELS: f32 = 160.0;
const VALUES: f32 = 262.0;
/// Where rows begin on a page that continues, and where they end on each.
const TOP: f32 = 84.0;
const BOTTOM: f32 = PAGE.1 - 72.0;

/// Between rows, and before the line above a section.
const ROW_GAP: f32 = 4.0;
const SECTION_GAP: f32 = 5.0;

const INK: Colour = (28, 32, 36);
const QUIET: Colour = (98, 106, 112);
const HAIR: Colour = (196, 202, 206);
/// The one accent: a deep blue-green.
const ACCENT: Colour = (11, 79, 89);
const GOOD: Colour = (24, 121, 78);
const WARNING: Colour = (178, 106, 0);
const BAD: Colour = (176, 36, 36);

type Colour = (u8, u8, u8);

/// How a piece of text looks.
#[derive(Clone, Copy)]
struct Style {
    is_bold: bool,
    size: f32,
    leading: f32,
    colour: Colour,
}

const TITLE: Style = Style { is_bold: true, size: 23.0, leading: 28.0, colour: ACCENT };
const LEAD: Style = Style { is_bold: false, size: 10.5, leading: 15.5, colour: INK };
const HEADING: Style = Style { is_bold: true, size: 8.5, leading: 13.0, colour: ACCENT };
const LABEL: Style = Style { is_bold: false, size: 8.5, leading: 13.0, colour: QUIET };
const VALUE: Style = Style { is_bold: false, size: 9.5, leading: 13.0, colour: INK };
const STRONG: Style = Style { is_bold: true, size: 9.5, leading: 13.0, colour: INK };
const NOTE: Style = Style { is_bold: false, size: 8.0, leading: 11.5, colour: QUIET };
const DIGEST: Style = Style { is_bold: false, size: 8.5, leading: 12.5, colour: INK };
const FOOT: Style = Style { is_bold: false, size: 7.5, leading: 11.0, colour: QUIET };
const ISSUER: Style = Style { is_bold: true, size: 9.5, leading: 13.0, colour: ACCENT };

/// Hexadecimal digits in one group of a digest, and the room between groups as part of the size.
const GROUP: usize = 8;
const GROUP_GAP: f32 = 0.8;

impl Style {
    fn typeface(self) -> &'static Typeface {
        if self.is_bold { &BOLD } else { &REGULAR }
    }
}

/// What a row says, line by line or more.
pub(crate) enum Said<'a> {
    /// Ordinary text.
    Text(&'a str),
    /// A name.
    Strong(&'a str),
    /// Beside the point: a time in UTC, a size.
    Note(&'a str),
    /// A digest, in groups.
    Digest(&'a [u8; 32]),
}

enum Mark {
    Text { x: f32, y: f32, style: Style, text: String, glyphs: Vec<KrillaGlyph> },
    Bar { x: f32, y: f32, width: f32, height: f32, colour: Colour },
    Lamp { x: f32, y: f32, state: State },
}

/// A document that is being placed.
pub(crate) struct Sheet {
    pages: Vec<Vec<Mark>>,
    y: f32,
    language: Language,
    /// The heading of the section that is being written, for when it goes on.
    section: String,
    lacks_characters: bool,
}

/// What a document is, beside what stands on it.
pub(crate) struct Imprint<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) title: &'a str,
    /// What stands at the foot of every page.
    pub(crate) reference: &'a str,
    pub(crate) at: Timestamp,
    /// What is embedded: its name, its description, its bytes.
    pub(crate) evidence: Option<(&'static str, &'a str, &'a [u8])>,
}

impl Sheet {
    /// A first page with the issuer above, a title and what it comes to.
    pub(crate) fn new(language: Language, issuer: &str, title: &str, lead: &str) -> Sheet {
        let mut sheet = Sheet {
            pages: vec![Vec::new()],
            y: 57.0,
            language,
            section: String::new(),
            lacks_characters: false,
        };
        sheet.mark(Mark::Bar { x: LEFT, y: 57.0, width: 28.0, height: 3.0, colour: ACCENT });
        sheet.y = 74.0;
        sheet.paragraph(LEFT, RIGHT - LEFT, ISSUER, issuer);
        sheet.y += 20.0;
        sheet.paragraph(LEFT, RIGHT - LEFT, TITLE, title);
        sheet.y += 6.0;
        sheet.paragraph(LEFT, RIGHT - LEFT - 40.0, LEAD, lead);
        sheet.y += 12.0;
        sheet
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn line(&mut self, x: f32, style: Style, text: String) {
        let glyphs = style.typeface().shape(&text);
        // The baseline, so that the line's ink is in the middle of its height.
        let y = self.y + (style.leading + style.size * 0.72) / 2.0;
        self.mark(Mark::Text { x, y, style, text, glyphs });
        self.y += style.leading;
    }

    /// Text that is known to be shown, in lines.
    fn wrapped(&mut self, text: &str, style: Style, width: f32) -> Vec<String> {
        let (text, lacks) = shown(text);
        self.lacks_characters |= lacks;
        style.typeface().wrap(&text, style.size, width)
    }

    fn paragraph(&mut self, x: f32, width: f32, style: Style, text: &str) {
        for line in self.wrapped(text, style, width) {
            self.make_room(style.leading);
            self.line(x, style, line);
        }
    }

    /// Goes to the next page if this much does not fit.
    fn make_room(&mut self, height: f32) {
        if self.y + height <= BOTTOM {
            return;
        }
        self.pages.push(Vec::new());
        self.y = TOP;
        if !self.section.is_empty() {
            let heading = self.language.say_with("continued", &[("section", &self.section)]);
            self.heading(&heading);
        }
    }

    fn heading(&mut self, text: &str) {
        self.mark(Mark::Bar { x: LEFT, y: self.y, width: RIGHT - LEFT, height: 0.5, colour: HAIR });
        self.y += 8.0;
        let start = self.y;
        for line in self.wrapped(text, HEADING, LABELS - LEFT - 12.0) {
            self.line(LEFT, HEADING, line);
        }
        // Rows begin beside it.
        self.y = start;
    }

    /// Begins a section.
    pub(crate) fn section(&mut self, heading: &str) {
        self.section.clear();
        self.y += SECTION_GAP;
        // A heading and its first rows are not parted.
        self.make_room(64.0);
        self.heading(heading);
        self.section.push_str(heading);
    }

    /// A row: what it is, and what it says.
    pub(crate) fn row(&mut self, label: &str, said: &[Said<'_>]) {
        self.row_at(VALUES, label, said);
    }

    fn row_at(&mut self, values: f32, label: &str, said: &[Said<'_>]) {
        let label = self.wrapped(label, LABEL, values - LABELS - 12.0);
        let width = RIGHT - values;
        let mut lines: Vec<(Style, String)> = Vec::new();
        for said in said {
            let (style, text) = match said {
                Said::Text(text) => (VALUE, text),
                Said::Strong(text) => (STRONG, text),
                Said::Note(text) => (NOTE, text),
                Said::Digest(digest) => {
                    lines.extend(digest_lines(digest, width).into_iter().map(|line| (DIGEST, line)));
                    continue;
                }
            };
            let wrapped = self.wrapped(text, style, width);
            lines.extend(wrapped.into_iter().map(|line| (style, line)));
        }
        let height: f32 = lines.iter().map(|(style, _)| style.leading).sum();
        let height = height.max(label.len() as f32 * LABEL.leading);
        // A row stays together unless it is longer than half a page.
        let together = height.min((BOTTOM - TOP) / 2.0);
        self.make_room(together);
        let (start, page) = (self.y, self.pages.len());
        for line in label {
            self.line(LABELS, LABEL, line);
        }
        let below_label = self.y;
        self.y = start;
        for (style, text) in lines {
            self.make_room(style.leading);
            if style.size == DIGEST.size && style.colour == DIGEST.colour {
                self.digest_line(values, &text);
            } else {
                self.line(values, style, text);
            }
        }
        if self.pages.len() == page {
            self.y = self.y.max(below_label);
        }
        self.y += ROW_GAP;
    }

    /// A line of a digest: groups of digits in cells.
    fn digest_line(&mut self, x: f32, text: &str) {
        let style = DIGEST;
        let typeface = style.typeface();
        let y = self.y + (style.leading + style.size * 0.72) / 2.0;
        let step = group_width();
        for (at, group) in text.split(' ').enumerate() {
            let glyphs = typeface.shape_in_cells(group);
            let x = x + at as f32 * step;
            self.mark(Mark::Text { x, y, style, text: group.to_owned(), glyphs });
        }
        self.y += style.leading;
    }

    /// A line with a lamp: how it stands, what was looked at, what to do.
    pub(crate) fn lamp(&mut self, state: State, word: &str, text: &str, remark: Option<&str>) {
        let values = VALUES;
        let before = (self.pages.len(), self.y);
        let mut said = vec![Said::Text(text)];
        said.extend(remark.map(Said::Note));
        // The label leaves room for the lamp.
        let width = RIGHT - values;
        let height: f32 = [(VALUE, Some(text)), (NOTE, remark)]
            .into_iter()
            .filter_map(|(style, text)| Some((style, self.wrapped(text?, style, width).len())))
            .map(|(style, lines)| style.leading * lines as f32)
            .sum();
        self.make_room(height.min((BOTTOM - TOP) / 2.0));
        let y = if before.0 == self.pages.len() { before.1 } else { self.y };
        self.mark(Mark::Lamp { x: LABELS, y: y + LABEL.leading / 2.0, state });
        let word = format!("\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}{word}");
        self.row_at(values, &word, &said);
    }

    /// A paragraph across the columns of labels and values.
    pub(crate) fn text(&mut self, text: &str) {
        for line in self.wrapped(text, VALUE, RIGHT - LABELS) {
            self.make_room(VALUE.leading);
            self.line(LABELS, VALUE, line);
        }
        self.y += ROW_GAP;
    }

    /// A command, on a line of its own.
    pub(crate) fn command(&mut self, text: &str) {
        for line in self.wrapped(text, STRONG, RIGHT - LABELS - 10.0) {
            self.make_room(STRONG.leading);
            self.mark(Mark::Bar { x: LABELS, y: self.y, width: 1.5, height: STRONG.leading, colour: ACCENT });
            self.line(LABELS + 10.0, STRONG, line);
        }
        self.y += ROW_GAP;
    }

    /// Draws everything.
    pub(crate) fn finish(mut self, imprint: &Imprint<'_>) -> Result<Vec<u8>, NotARecord> {
        if self.lacks_characters {
            self.section.clear();
            self.y += 3.0;
            let words = self.language.say("lacking");
            self.make_room(NOTE.leading * 2.0);
            self.paragraph(LABELS, RIGHT - LABELS, NOTE, words);
        }
        let pages = self.pages.len();
        for number in 1..=pages {
            self.foot(number, pages, imprint);
        }
        draw(self.pages, self.language, imprint)
    }

    /// What stands at the foot of each page, and above each but the first.
    fn foot(&mut self, number: usize, of: usize, imprint: &Imprint<'_>) {
        let (number_text, of_text) = (number.to_string(), of.to_string());
        let count = self.language.say_with("page", &[("number", &number_text), ("of", &of_text)]);
        let mut marks =
            vec![Mark::Bar { x: LEFT, y: PAGE.1 - 58.0, width: RIGHT - LEFT, height: 0.5, colour: HAIR }];
        let mut put = |x: f32, y: f32, style: Style, text: &str, room: f32| {
            let (text, _) = shown(text);
            // One line: what does not fit stands on the first page in full.
            let text = style.typeface().wrap(&text, style.size, room).into_iter().next().unwrap_or_default();
            let glyphs = style.typeface().shape(&text);
            marks.push(Mark::Text { x, y, style, text, glyphs });
        };
        let width = REGULAR.width(&count, FOOT.size);
        put(LEFT, PAGE.1 - 45.0, FOOT, imprint.reference, RIGHT - LEFT - width - 20.0);
        put(RIGHT - width, PAGE.1 - 45.0, FOOT, &count, width + 5.0);
        if number > 1 {
            let line = format!("{} · {}", imprint.title, imprint.issuer);
            put(LEFT, 62.0, FOOT, &line, RIGHT - LEFT);
        }
        self.pages[number - 1].append(&mut marks);
    }
}

fn group_width() -> f32 {
    GROUP as f32 * REGULAR.cell(DIGEST.size) + GROUP_GAP * DIGEST.size
}

/// The digits of a digest in groups, as many in a line as fit, but a power of two: so that no line is left with one.
fn digest_lines(digest: &[u8; 32], width: f32) -> Vec<String> {
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let groups: Vec<&str> = (0..digits.len()).step_by(GROUP).map(|at| &digits[at..at + GROUP]).collect();
    let fitting = (((width + GROUP_GAP * DIGEST.size) / group_width()) as usize).clamp(1, groups.len());
    let per_line = 1 << fitting.ilog2();
    groups.chunks(per_line).map(|groups| groups.join(" ")).collect()
}

fn draw(pages: Vec<Vec<Mark>>, language: Language, imprint: &Imprint<'_>) -> Result<Vec<u8>, NotARecord> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A3_B)
        .finish()
        .map_err(|error| NotARecord::Pdf(format!("{error:?}")))?;
    let settings = krilla::SerializeSettings { configuration, ..Default::default() };
    let mut document = Document::new_with(settings);
    let date = pdf_date(imprint.at)?;
    let (title, _) = shown(imprint.title);
    let (issuer, _) = shown(imprint.issuer);
    document.set_metadata(
        Metadata::new()
            .title(title.into_owned())
            .authors(vec![issuer.into_owned()])
            .creator("Relais".to_owned())
            .language(language.tag().to_owned())
            .creation_date(date)
            .document_id(imprint.reference.to_owned()),
    );
    if let Some((name, description, bytes)) = imprint.evidence {
        document.embed_file(EmbeddedFile {
            path: name.to_owned(),
            mime_type: MimeType::new("application/json"),
            description: Some(description.to_owned()),
            association_kind: AssociationKind::Data,
            data: bytes.to_vec().into(),
            modification_date: Some(date),
            compress: Some(true),
            location: None,
        });
    }
    let size =
        PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| NotARecord::Pdf("page size".to_owned()))?;
    for marks in pages {
        let mut page = document.start_page_with(size.clone());
        let mut surface = page.surface();
        for mark in marks {
            draw_mark(&mut surface, mark);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|error| NotARecord::Pdf(error.to_string()))
}

fn fill(surface: &mut Surface<'_>, (red, green, blue): Colour) {
    surface.set_fill(Some(Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        opacity: NormalizedF32::ONE,
        rule: Default::default(),
    }));
}

fn draw_mark(surface: &mut Surface<'_>, mark: Mark) {
    match mark {
        Mark::Text { x, y, style, text, glyphs } => {
            fill(surface, style.colour);
            let font = style.typeface().font.clone();
            surface.draw_glyphs(Point::from_xy(x, y), &glyphs, font, &text, style.size, false);
        }
        Mark::Bar { x, y, width, height, colour } => {
            fill(surface, colour);
            let mut path = PathBuilder::new();
            if let Some(rectangle) = Rect::from_xywh(x, y, width, height) {
                path.push_rect(rectangle);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Lamp { x, y, state } => draw_lamp(surface, x, y, state),
    }
}

/// A lamp has a shape beside its colour, for who does not see colours or prints without them: a disc is good, a
/// triangle a warning, a square bad, a short line not looked at.
fn draw_lamp(surface: &mut Surface<'_>, x: f32, y: f32, state: State) {
    const RADIUS: f32 = 3.6;
    // Bézier curves that are a circle to the eye.
    const CURVE: f32 = RADIUS * 0.5523;
    let centre = x + RADIUS;
    let mut path = PathBuilder::new();
    let colour = match state {
        State::Good => {
            path.move_to(centre + RADIUS, y);
            path.cubic_to(centre + RADIUS, y + CURVE, centre + CURVE, y + RADIUS, centre, y + RADIUS);
            path.cubic_to(centre - CURVE, y + RADIUS, centre - RADIUS, y + CURVE, centre - RADIUS, y);
            path.cubic_to(centre - RADIUS, y - CURVE, centre - CURVE, y - RADIUS, centre, y - RADIUS);
            path.cubic_to(centre + CURVE, y - RADIUS, centre + RADIUS, y - CURVE, centre + RADIUS, y);
            GOOD
        }
        State::Warning => {
            path.move_to(centre, y - RADIUS);
            path.line_to(centre + RADIUS, y + RADIUS * 0.85);
            path.line_to(centre - RADIUS, y + RADIUS * 0.85);
            WARNING
        }
        State::Bad => {
            path.move_to(centre - RADIUS, y - RADIUS);
            path.line_to(centre + RADIUS, y - RADIUS);
            path.line_to(centre + RADIUS, y + RADIUS);
            path.line_to(centre - RADIUS, y + RADIUS);
            BAD
        }
        State::NotTested => {
            path.move_to(centre - RADIUS, y - 0.6);
            path.line_to(centre + RADIUS, y - 0.6);
            path.line_to(centre + RADIUS, y + 0.6);
            path.line_to(centre - RADIUS, y + 0.6);
            QUIET
        }
    };
    path.close();
    fill(surface, colour);
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}
