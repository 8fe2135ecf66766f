//! Lines as they are kept: JSON, so that a later version may add a field.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Check, Line, Says};

#[derive(Serialize, Deserialize)]
struct Kept {
    check: String,
    subject: String,
    says: String,
    what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
}

pub(crate) fn write(lines: &[Line]) -> String {
    let kept: Vec<Kept> = lines
        .iter()
        .map(|line| Kept {
            check: line.check.as_str().to_owned(),
            subject: line.subject.clone(),
            says: line.says.as_str().to_owned(),
            what: line.what.clone(),
            at: line.at.map(|at| at.0),
        })
        .collect();
    serde_json::to_string(&kept).expect("invariant: texts are always JSON")
}

/// The lines of a text; what this version does not know is left out.
pub(crate) fn read(text: &str) -> Vec<Line> {
    let kept: Vec<Kept> = serde_json::from_str(text).unwrap_or_default();
    kept.into_iter()
        .filter_map(|kept| {
            Some(Line {
                check: Check::of_word(&kept.check)?,
                subject: kept.subject,
                says: Says::of_word(&kept.says)?,
                what: kept.what,
                at: kept.at.map(Timestamp),
            })
        })
        .collect()
}
