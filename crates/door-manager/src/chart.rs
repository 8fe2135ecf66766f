//! Charts as SVG, drawn on the server: no script, no inline style, with a text for those who do not see them. The
//! numbers stand in a table beside each.

use std::fmt::Write;

use minijinja::HtmlEscape;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 28.0;
const TOP: f64 = 12.0;

/// A bar of parts that stand on one another.
pub(crate) struct Bar {
    /// Below it: `21.11.`.
    pub(crate) label: String,
    /// Class and amount, from below.
    pub(crate) parts: Vec<(&'static str, i64)>,
}

/// The next number like 1, 2 or 5 times a power of ten.
fn round_up(number: i64) -> i64 {
    let mut step = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            let candidate = step.saturating_mul(factor);
            if candidate >= number {
                return candidate;
            }
        }
        step = step.saturating_mul(10);
    }
}

fn begin(svg: &mut String, title: &str, top: i64) {
    let _ = write!(
        svg,
        "<svg class=\"chart\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\">",
        HtmlEscape(title)
    );
    let lines = if top >= 4 { 4 } else { top.max(1) };
    for line in 0..=lines {
        let value = top * line / lines;
        let y = y_of(value, top);
        let class = if line == 0 { "axis" } else { "grid" };
        let _ =
            write!(svg, "<line class=\"{class}\" x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        let text = crate::templates::grouped(value);
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{text}</text>",
            LEFT - 8.0,
            y + 4.0
        );
    }
}

fn y_of(value: i64, top: i64) -> f64 {
    let share = value as f64 / top.max(1) as f64;
    HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP)
}

fn labels(svg: &mut String, labels: &[&str], step: f64) {
    // As many as stand beside one another without touching.
    let every = labels.len().div_ceil(12).max(1);
    for (index, label) in labels.iter().enumerate().filter(|(index, _)| index % every == 0) {
        let x = LEFT + (index as f64 + 0.5) * step;
        let _ = write!(
            svg,
            "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 8.0,
            HtmlEscape(label)
        );
    }
}

/// Bars of parts.
pub(crate) fn bars(title: &str, bars: &[Bar]) -> String {
    let highest = bars.iter().map(|bar| bar.parts.iter().map(|(_, amount)| amount).sum()).max().unwrap_or(0);
    let top = round_up(highest.max(1));
    let mut svg = String::new();
    begin(&mut svg, title, top);
    let step = (WIDTH - LEFT) / bars.len().max(1) as f64;
    let width = (step * 0.7).min(48.0);
    for (index, bar) in bars.iter().enumerate() {
        let x = LEFT + (index as f64 + 0.5) * step - width / 2.0;
        let mut below = 0;
        for (class, amount) in bar.parts.iter().filter(|(_, amount)| *amount > 0) {
            let (y, base) = (y_of(below + amount, top), y_of(below, top));
            let height = (base - y).max(0.5);
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
            );
            below += amount;
        }
    }
    let names: Vec<&str> = bars.iter().map(|bar| bar.label.as_str()).collect();
    labels(&mut svg, &names, step);
    svg.push_str("</svg>");
    svg
}

/// A line through points; a day without a value is a gap.
pub(crate) fn line(title: &str, top: i64, points: &[(String, Option<i64>)]) -> String {
    let mut svg = String::new();
    begin(&mut svg, title, top);
    let step = (WIDTH - LEFT) / points.len().max(1) as f64;
    let place = |index: usize, value: i64| (LEFT + (index as f64 + 0.5) * step, y_of(value, top));
    let mut path = String::new();
    let mut follows = false;
    for (index, (_, value)) in points.iter().enumerate() {
        let Some(value) = value else {
            follows = false;
            continue;
        };
        let (x, y) = place(index, *value);
        let _ = write!(path, "{}{x:.1} {y:.1} ", if follows { 'L' } else { 'M' });
        let _ = write!(svg, "<circle class=\"dot\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>");
        follows = true;
    }
    let _ = write!(svg, "<path class=\"line\" d=\"{}\"/>", path.trim_end());
    let names: Vec<&str> = points.iter().map(|(label, _)| label.as_str()).collect();
    labels(&mut svg, &names, step);
    svg.push_str("</svg>");
    svg
}

/// A day as a label: `21.11.`, as all four languages understand it.
pub(crate) fn day(at: model::Timestamp) -> String {
    let text = at.rfc3339();
    match (text.get(8..10), text.get(5..7)) {
        (Some(day), Some(month)) => format!("{day}.{month}."),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::{Bar, bars, line, round_up};

    #[test]
    fn the_scale_ends_in_a_round_number() {
        for (number, rounded) in [(1, 1), (3, 5), (7, 10), (11, 20), (99, 100), (101, 200), (4_001, 5_000)] {
            assert_eq!(round_up(number), rounded);
        }
    }

    #[test]
    fn a_chart_has_a_bar_for_each_part_and_no_inline_style() {
        let svg = bars(
            "<letters>",
            &[Bar { label: "21.11.".to_owned(), parts: vec![("pass", 3), ("rejected", 1), ("failed", 0)] }],
        );
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("&lt;letters&gt;") && !svg.contains("style="), "{svg}");
        let svg = line(
            "score",
            100,
            &[("1".to_owned(), Some(90)), ("2".to_owned(), None), ("3".to_owned(), Some(80))],
        );
        assert_eq!((svg.matches('M').count(), svg.matches("<circle").count()), (2, 2));
    }
}
