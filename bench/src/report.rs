//! The figures, as a table for people and as JSON for comparing runs.

use std::fmt;
use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::servers::Server;

/// One load: all messages accepted, and all in their mailboxes.
pub(crate) struct Load {
    pub(crate) messages: usize,
    pub(crate) accepted: Duration,
    pub(crate) in_mailboxes: Duration,
    pub(crate) cpu: Duration,
}

impl Load {
    fn per_second(&self) -> f64 {
        self.messages as f64 / self.in_mailboxes.as_secs_f64()
    }

    fn cpu_seconds_per_thousand(&self) -> f64 {
        self.cpu.as_secs_f64() * 1000.0 / self.messages as f64
    }
}

impl fmt::Display for Load {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} messages accepted in {:.2} s, in the mailboxes in {:.2} s: {:.0}/s, {:.2} CPU-s per 1,000",
            self.messages,
            self.accepted.as_secs_f64(),
            self.in_mailboxes.as_secs_f64(),
            self.per_second(),
            self.cpu_seconds_per_thousand()
        )
    }
}

/// One listing of the large folder.
pub(crate) struct Listing {
    pub(crate) took: Duration,
    pub(crate) cpu: Duration,
    pub(crate) bytes: u64,
}

/// What was measured on one server.
pub(crate) struct Side {
    name: String,
    pub(crate) memory_at_rest_bytes: u64,
    pub(crate) resident_at_rest_bytes: u64,
    pub(crate) memory_after_bytes: u64,
    pub(crate) loads: Vec<Load>,
    pub(crate) listings: Vec<Listing>,
}

impl Side {
    /// Nothing measured yet.
    pub(crate) fn of(server: &Server) -> Side {
        Side {
            name: server.name.clone(),
            memory_at_rest_bytes: 0,
            resident_at_rest_bytes: 0,
            memory_after_bytes: 0,
            loads: Vec::new(),
            listings: Vec::new(),
        }
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        let loads = |figure: fn(&Load) -> f64| median(self.loads.iter().map(figure).collect());
        let listings = |figure: fn(&Listing) -> f64| median(self.listings.iter().map(figure).collect());
        const MEBIBYTE: f64 = 1024.0 * 1024.0;
        vec![
            ("delivered_per_second", loads(Load::per_second)),
            ("accepted_per_second", loads(|load| load.messages as f64 / load.accepted.as_secs_f64())),
            ("cpu_seconds_per_1000", loads(Load::cpu_seconds_per_thousand)),
            ("listing_seconds", listings(|listing| listing.took.as_secs_f64())),
            ("listing_cpu_seconds", listings(|listing| listing.cpu.as_secs_f64())),
            ("listing_mebibytes", listings(|listing| listing.bytes as f64 / MEBIBYTE)),
            ("memory_at_rest_mebibytes", self.memory_at_rest_bytes as f64 / MEBIBYTE),
            ("resident_at_rest_mebibytes", self.resident_at_rest_bytes as f64 / MEBIBYTE),
            ("memory_after_mebibytes", self.memory_after_bytes as f64 / MEBIBYTE),
        ]
    }
}

/// Everything of one run.
pub(crate) struct Report {
    pub(crate) plan_messages: usize,
    pub(crate) plan_sessions: usize,
    pub(crate) plan_size_bytes: usize,
    pub(crate) plan_listing: usize,
    pub(crate) sides: Vec<Side>,
}

impl Report {
    /// For people: a line per figure, a column per server, and the ratio when there are two.
    pub(crate) fn table(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} messages of {} bytes over {} sessions, median of {}; folder of {} messages, median of {}\n",
            self.plan_messages,
            self.plan_size_bytes,
            self.plan_sessions,
            self.sides.first().map_or(0, |side| side.loads.len()),
            self.plan_listing,
            self.sides.first().map_or(0, |side| side.listings.len()),
        );
        let _ = write!(text, "{:<28}", "");
        for (index, side) in self.sides.iter().enumerate() {
            let _ = writeln!(text, "{}: {}", char::from(b'A' + u8::try_from(index).unwrap_or(0)), side.name);
            let _ = write!(text, "{:<28}", "");
        }
        let columns: Vec<_> = self.sides.iter().map(Side::figures).collect();
        let heads: String =
            (0..columns.len()).map(|index| format!("{:>12}", ["A", "B"][index.min(1)])).collect();
        let _ = writeln!(text, "{heads}{}", if columns.len() == 2 { "         B/A" } else { "" });
        for row in 0..columns.first().map_or(0, Vec::len) {
            let _ = write!(text, "{:<28}", columns[0][row].0);
            for column in &columns {
                let _ = write!(text, "{}", cell(column[row].1));
            }
            if let [one, other] = &columns[..] {
                let _ = write!(text, "{}", cell(other[row].1 / one[row].1));
            }
            text.push('\n');
        }
        text
    }

    /// For programs: the medians, and each load.
    pub(crate) fn json(&self) -> Value {
        let side = |side: &Side| {
            let figures: serde_json::Map<String, Value> =
                side.figures().into_iter().map(|(name, figure)| (name.to_owned(), json!(figure))).collect();
            let loads: Vec<Value> = side
                .loads
                .iter()
                .map(|load| json!({"messages": load.messages, "accepted_seconds": load.accepted.as_secs_f64(),
                    "in_mailboxes_seconds": load.in_mailboxes.as_secs_f64(), "cpu_seconds": load.cpu.as_secs_f64()}))
                .collect();
            json!({"name": side.name, "figures": figures, "loads": loads})
        };
        json!({
            "messages": self.plan_messages,
            "sessions": self.plan_sessions,
            "size_bytes": self.plan_size_bytes,
            "listing": self.plan_listing,
            "servers": self.sides.iter().map(side).collect::<Vec<_>>(),
        })
    }
}

/// What was not measured is a dash.
fn cell(value: f64) -> String {
    if value.is_finite() { format!("{value:>12.3}") } else { format!("{:>12}", "-") }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => (values[count / 2 - 1] + values[count / 2]) / 2.0,
    }
}
