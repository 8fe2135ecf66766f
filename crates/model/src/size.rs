//! Sizes as people write them: one reading and one writing for commands, lists and screens.
//!
//! `kB`, `MB`, `GB`, `TB` are powers of 1000, as disks are sold and mail providers count; who means powers of 1024
//! writes `KiB`, `MiB`, `GiB`, `TiB`. French writes `o` for `B`. What [`SizeStyle::exact`] writes, [`read_size`] reads
//! back to the octet.

/// Powers of 1000, the largest first.
const DECIMAL: [(&str, u64); 4] =
    [("T", 1_000_000_000_000), ("G", 1_000_000_000), ("M", 1_000_000), ("k", 1_000)];
/// Powers of 1024, the largest first.
const BINARY: [(&str, u64); 4] = [("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
/// Digits behind the mark that are looked at: more than an octet's share of the largest unit.
const FRACTION_LIMIT_DIGITS: usize = 12;

/// How a language writes sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeStyle {
    /// What an octet is called: `B`, or `o` in French.
    pub octet: char,
    /// Before the fraction: `.` or `,`.
    pub mark: char,
}

impl SizeStyle {
    /// As commands write.
    pub const PLAIN: SizeStyle = SizeStyle { octet: 'B', mark: '.' };

    /// The size to the octet, in the unit in which it is short: `1.5 GB`, `5 GiB`, `1234567 B`.
    pub fn exact(self, octets: u64) -> String {
        for (unit, factor) in &DECIMAL[..3] {
            // At most three digits behind the mark.
            if octets >= *factor && octets.is_multiple_of(factor / 1000) {
                return self.written(octets / (factor / 1000), 3, unit);
            }
        }
        for (unit, factor) in BINARY.iter().chain(&DECIMAL[3..]) {
            if octets >= *factor && octets.is_multiple_of(*factor) {
                return self.written(octets / factor, 0, unit);
            }
        }
        self.written(octets, 0, "")
    }

    /// The size as people say it, rounded to a tenth: `4.1 kB`.
    pub fn about(self, octets: u64) -> String {
        if octets < 1000 {
            return self.written(octets, 0, "");
        }
        for (unit, factor) in DECIMAL {
            let tenths = (u128::from(octets) * 10 + u128::from(factor) / 2) / u128::from(factor);
            if tenths >= 10 {
                return self.written(u64::try_from(tenths).unwrap_or(u64::MAX), 1, unit);
            }
        }
        self.written(octets, 0, "")
    }

    /// `number` with so many of its digits behind the mark.
    fn written(self, number: u64, digits: usize, unit: &str) -> String {
        let text = format!("{number:0>width$}", width = digits + 1);
        let (whole, fraction) = text.split_at(text.len() - digits);
        let fraction = fraction.trim_end_matches('0');
        let mark = if fraction.is_empty() { String::new() } else { self.mark.to_string() };
        format!("{whole}{mark}{fraction}\u{a0}{unit}{}", self.octet)
    }
}

/// A size as people write it: `5 GB`, `1,5 Go`, `500 Mo`, `2 GiB`, `1'500 kB`. `None` if it is none, has no unit, or
/// does not fit.
pub fn read_size(text: &str) -> Option<u64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !"'’".contains(*c)).collect();
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit() && !".,".contains(c))?);
    let factor = factor(unit)?;
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, ""));
    let is_number = |digits: &str| digits.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > FRACTION_LIMIT_DIGITS
    {
        return None;
    }
    if number.len() > whole.len() && fraction.is_empty() {
        return None;
    }
    let parts = 10u128.pow(u32::try_from(fraction.len()).ok()?);
    let fraction: u128 = if fraction.is_empty() { 0 } else { fraction.parse().ok()? };
    let number = whole.parse::<u64>().ok().map(u128::from)? * parts + fraction;
    u64::try_from(number.checked_mul(u128::from(factor))? / parts).ok()
}

fn factor(unit: &str) -> Option<u64> {
    let unit = unit.to_ascii_lowercase();
    let prefix = unit.strip_suffix(['b', 'o']).unwrap_or(&unit);
    if prefix.is_empty() {
        return (!unit.is_empty()).then_some(1);
    }
    let all = DECIMAL.iter().chain(&BINARY);
    all.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(prefix)).map(|(_, factor)| *factor)
}

#[cfg(test)]
mod tests {
    use super::{SizeStyle, read_size};

    const FRENCH: SizeStyle = SizeStyle { octet: 'o', mark: ',' };

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, expected) in [
            ("5GB", Some(5_000_000_000)),
            ("5 Go", Some(5_000_000_000)),
            ("1,5 Go", Some(1_500_000_000)),
            ("1.5\u{a0}GB", Some(1_500_000_000)),
            ("1'500 kB", Some(1_500_000)),
            ("800 ko", Some(800_000)),
            ("500 M", Some(500_000_000)),
            ("2 GiB", Some(2 << 30)),
            ("2 Gio", Some(2 << 30)),
            ("0,5 TiB", Some(1 << 39)),
            ("12 o", Some(12)),
            ("0.0001 kB", Some(0)),
            ("18446744073709551615 B", Some(u64::MAX)),
            ("18446744073709551616 B", None),
            ("99999999 TB", None),
            ("5", None),
            ("", None),
            ("Go", None),
            (",5 Go", None),
            ("5, Go", None),
            ("1.5.5 GB", None),
            ("-1 GB", None),
            ("5 XB", None),
            ("5 bb", None),
            ("1.0000000000000 GB", None),
        ] {
            assert_eq!(read_size(text), expected, "{text}");
        }
    }

    #[test]
    fn sizes_are_written_short_and_rounded_only_where_nobody_reads_them_back() {
        for (octets, exact, about) in [
            (0, "0 o", "0 o"),
            (999, "999 o", "999 o"),
            (1_500, "1500 o", "1,5 ko"),
            (4_096, "4 Kio", "4,1 ko"),
            (999_950, "999950 o", "1 Mo"),
            (500_000_000, "500 Mo", "500 Mo"),
            (1_500_000_000, "1,5 Go", "1,5 Go"),
            (5 << 30, "5 Gio", "5,4 Go"),
            (1_536 << 20, "1536 Mio", "1,6 Go"),
            (5_000_000_001, "5000000001 o", "5 Go"),
        ] {
            assert_eq!(FRENCH.exact(octets).replace('\u{a0}', " "), exact);
            assert_eq!(FRENCH.about(octets).replace('\u{a0}', " "), about);
        }
    }

    /// Numbers of every length, the round ones among them, from a generator that is the same each time.
    #[test]
    fn what_is_written_is_read_back_to_the_octet() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let check = |octets: u64| {
            for style in [SizeStyle::PLAIN, FRENCH, SizeStyle { octet: 'B', mark: ',' }] {
                let text = style.exact(octets);
                assert_eq!(read_size(&text), Some(octets), "{text}");
            }
        };
        for _ in 0..20_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let octets = state >> (state % 64);
            check(octets);
            for round in [1_000, 1_000_000, 1_000_000_000, 1 << 10, 1 << 20, 1 << 30] {
                check(octets / round * round);
            }
        }
        for power in 0..64 {
            for near in [-1_i64, 0, 1] {
                check((1_u64 << power).wrapping_add_signed(near));
            }
        }
    }
}
