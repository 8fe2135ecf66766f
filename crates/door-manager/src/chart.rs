//! Charts as SVG, drawn on the server: no script, no inline style, with a text for those who do not see them. The
//! numbers stand in a table beside each.

use std::fmt::Write;

use minijinja::HtmlEscape;

/// The sheet that a chart is drawn on, in units of its view box.
struct Sheet {
    class: &'static str,
    width: f64,
    height: f64,
    /// Room for the numbers of the scale.
    left: f64,
    /// Days that are named below without touching.
    labels: usize,
}

const TOP: f64 = 12.0;
const BOTTOM: f64 = 28.0;
/// Of the same chart one is shown, as wide as the window is: a small one of the wide sheet could not be read.
const SHEETS: [Sheet; 2] = [
    Sheet { class: "wide", width: 960.0, height: 240.0, left: 56.0, labels: 12 },
    Sheet { class: "narrow", width: 328.0, height: 200.0, left: 44.0, labels: 5 },
];

/// A bar of parts that stand on one another.
pub(crate) struct Bar {
    /// Below it: `21.11.`.
    pub(crate) label: String,
    /// Class and amount, from below.
    pub(crate) parts: Vec<(&'static str, i64)>,
}

/// Lines of the scale above its axis.
const LINES: i64 = 4;

/// The next number whose quarters are round.
fn round_up(number: i64) -> i64 {
    let quarter = number / LINES + i64::from(number % LINES > 0);
    let mut power = 1_i64;
    loop {
        for tenths in [10, 15, 20, 25, 30, 40, 50, 75] {
            let round = tenths * power / 10;
            if tenths * power % 10 == 0 && round >= quarter {
                return LINES.saturating_mul(round);
            }
        }
        power = power.saturating_mul(10);
    }
}

impl Sheet {
    fn begin(&self, title: &str, top: i64) -> String {
        let Sheet { class, width, height, left, .. } = self;
        let mut svg = format!(
            "<svg class=\"chart {class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">",
            HtmlEscape(title)
        );
        for line in 0..=LINES {
            let value = top * line / LINES;
            let y = self.y(value, top);
            let class = if line == 0 { "axis" } else { "grid" };
            let text = crate::reader::number(value);
            let _ = write!(
                svg,
                "<line class=\"{class}\" x1=\"{left}\" x2=\"{width}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
                left - 8.0,
                y + 4.0
            );
        }
        svg
    }

    fn y(&self, value: i64, top: i64) -> f64 {
        let share = value as f64 / top.max(1) as f64;
        self.height - BOTTOM - share * (self.height - BOTTOM - TOP)
    }

    /// The middle of a day's place, and how wide that is.
    fn x(&self, index: usize, count: usize) -> (f64, f64) {
        let step = (self.width - self.left) / count.max(1) as f64;
        (self.left + (index as f64 + 0.5) * step, step)
    }

    fn end<'a>(&self, mut svg: String, labels: impl ExactSizeIterator<Item = &'a str>) -> String {
        let count = labels.len();
        let every = count.div_ceil(self.labels).max(1);
        for (index, label) in labels.enumerate().filter(|(index, _)| index % every == 0) {
            let (x, step) = self.x(index, count);
            // The first would reach beyond the edge if it stood in the middle of a narrow place.
            let (x, anchor) = if step < 40.0 && index == 0 { (self.left, "start") } else { (x, "middle") };
            let _ = write!(
                svg,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                self.height - 8.0,
                HtmlEscape(label)
            );
        }
        svg.push_str("</svg>");
        svg
    }

    fn bars(&self, title: &str, bars: &[Bar]) -> String {
        let highest =
            bars.iter().map(|bar| bar.parts.iter().map(|(_, amount)| amount).sum()).max().unwrap_or(0);
        let top = round_up(highest.max(1));
        let mut svg = self.begin(title, top);
        for (index, bar) in bars.iter().enumerate() {
            let (middle, step) = self.x(index, bars.len());
            let width = (step * 0.7).min(48.0);
            let x = middle - width / 2.0;
            let mut below = 0;
            for (class, amount) in bar.parts.iter().filter(|(_, amount)| *amount > 0) {
                let (y, base) = (self.y(below + amount, top), self.y(below, top));
                let height = (base - y).max(0.5);
                let _ = write!(
                    svg,
                    "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
                );
                below += amount;
            }
        }
        self.end(svg, bars.iter().map(|bar| bar.label.as_str()))
    }

    fn line(&self, title: &str, top: i64, points: &[(String, Option<i64>)]) -> String {
        let mut svg = self.begin(title, top);
        let mut path = String::new();
        let mut follows = false;
        for (index, (_, value)) in points.iter().enumerate() {
            let Some(value) = value else {
                follows = false;
                continue;
            };
            let (x, step) = self.x(index, points.len());
            let y = self.y(*value, top);
            let _ = write!(path, "{}{x:.1} {y:.1} ", if follows { 'L' } else { 'M' });
            // Where days stand close, the line alone is clearer.
            let radius = if step > 16.0 { 3.0 } else { 1.5 };
            let _ = write!(svg, "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\"/>");
            follows = true;
        }
        let _ = write!(svg, "<path class=\"line\" d=\"{}\"/>", path.trim_end());
        self.end(svg, points.iter().map(|(label, _)| label.as_str()))
    }
}

/// Bars of parts.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    SHEETS.iter().map(|sheet| sheet.bars(title, bars)).collect()
}

/// A line through points; a day without a value is a gap.
pub(crate) fn line(title: &str, top: i64, points: &[(String, Option<i64>)]) -> String {
    SHEETS.iter().map(|sheet| sheet.line(title, top, points)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Bar, SHEETS, bars, line, round_up};

    #[test]
    fn the_scale_has_round_numbers() {
        for (number, rounded) in
            [(1, 4), (4, 4), (7, 8), (99, 100), (101, 120), (290, 300), (4_001, 6_000), (5_930, 6_000)]
        {
            assert_eq!(round_up(number), rounded);
        }
    }

    #[test]
    fn a_chart_has_a_bar_for_each_part_and_no_inline_style() {
        let svg = bars(
            "<letters>",
            &[Bar { label: "21.11.".to_owned(), parts: vec![("pass", 3), ("rejected", 1), ("failed", 0)] }],
        );
        assert_eq!(svg.matches("<rect").count(), 2 * SHEETS.len());
        assert!(svg.contains("&lt;letters&gt;") && !svg.contains("style="), "{svg}");
        let svg = line(
            "score",
            100,
            &[("1".to_owned(), Some(90)), ("2".to_owned(), None), ("3".to_owned(), Some(80))],
        );
        let each = 2 * SHEETS.len();
        assert_eq!((svg.matches('M').count(), svg.matches("<circle").count()), (each, each));
    }
}
