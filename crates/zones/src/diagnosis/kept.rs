//! Lamps as they are kept: JSON, so that a later version may add a field. What would mend them is not kept:
//! it depends on the zone as it is by then.

use serde::{Deserialize, Serialize};

use super::remark::{Light, Remark, Says};
use super::{Check, Lamp};

#[derive(Serialize, Deserialize)]
struct Kept {
    check: String,
    light: String,
    found: Vec<String>,
    expected: Vec<String>,
    remarks: Vec<(String, String)>,
}

pub(super) fn write(lamps: &[Lamp]) -> String {
    let kept: Vec<Kept> = lamps
        .iter()
        .map(|lamp| Kept {
            check: lamp.check.to_string(),
            light: lamp.light.to_string(),
            found: lamp.found.clone(),
            expected: lamp.expected.clone(),
            remarks: lamp
                .remarks
                .iter()
                .map(|remark| (remark.says.key().to_owned(), remark.what.clone()))
                .collect(),
        })
        .collect();
    serde_json::to_string(&kept).expect("invariant: texts are always JSON")
}

/// The lamps of a text; what this version does not know is left out.
pub(super) fn read(text: &str) -> Vec<Lamp> {
    let kept: Vec<Kept> = serde_json::from_str(text).unwrap_or_default();
    kept.into_iter()
        .filter_map(|kept| {
            let says = |key: &str| Says::EACH.iter().copied().find(|says| says.key() == key);
            let remarks = kept.remarks.into_iter();
            Some(Lamp {
                check: kept.check.parse::<Check>().ok()?,
                light: Light::from_word(&kept.light)?,
                found: kept.found,
                expected: kept.expected,
                remarks: remarks.filter_map(|(key, what)| Some(Remark { says: says(&key)?, what })).collect(),
                fix: None,
            })
        })
        .collect()
}
