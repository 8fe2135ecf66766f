//! `relais domain check`: the lamps of a domain.

use serde_json::{Value, json};
use zones::diagnosis::{Diagnosis, Fix, Lamp, Light, Mended};

use super::output::{Output, shown};

fn fix_json(fix: &Fix) -> Value {
    match fix {
        Fix::Write { remove, add } => json!({
            "here": true,
            "remove": remove.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "add": add.iter().map(|new| format!("{} {} {}", new.owner, new.kind, new.data)).collect::<Vec<_>>(),
        }),
        Fix::Sign => json!({"here": true, "sign": true}),
        Fix::Copy { remove, add } => json!({
            "here": false,
            "remove": remove.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "add": add.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }),
    }
}

fn lamp_json(lamp: &Lamp) -> Value {
    json!({
        "check": lamp.check.as_str(),
        "light": lamp.light.as_str(),
        "found": lamp.found,
        "expected": lamp.expected,
        "remarks": lamp.remarks.iter().map(|remark| json!({
            "key": remark.says.key(), "what": remark.what, "text": remark.to_string(),
        })).collect::<Vec<_>>(),
        "fix": lamp.fix.as_ref().map(fix_json),
    })
}

/// The lamps, and how to mend them; what was mended comes with the name of its zone.
pub(super) fn show(diagnosis: &Diagnosis, mended: Option<&(Mended, String)>) -> Output {
    let mut text = String::new();
    if let Some((mended, zone)) = mended {
        let (added, removed) = (mended.diff.added.len(), mended.diff.removed.len());
        text.push_str(&format!("mended: {added} records written, {removed} removed; "));
        text.push_str(&format!("`relais zone restore {zone} {}` takes it back\n\n", mended.before));
    }
    for lamp in &diagnosis.lamps {
        let remarks: Vec<String> = lamp.remarks.iter().map(ToString::to_string).collect();
        let line = format!("{:<8} {:<12} {}", lamp.light.as_str(), lamp.check.as_str(), remarks.join("; "));
        text.push_str(&shown(&line));
        text.push('\n');
        match &lamp.fix {
            Some(Fix::Write { .. } | Fix::Sign) => {
                let (domain, check) = (&diagnosis.domain, lamp.check);
                text.push_str(&format!("{:22}relais domain check {domain} --fix {check}\n", ""));
            }
            Some(Fix::Copy { remove, add }) => {
                for (word, lines) in [("remove", remove), ("publish", add)] {
                    for line in lines {
                        text.push_str(&format!("{:22}{word}: {}\n", "", shown(&line.to_string())));
                    }
                }
            }
            None => {}
        }
    }
    let json = json!({
        "domain": diagnosis.domain.to_string(),
        "checked_at": diagnosis.checked_at.rfc3339(),
        "light": diagnosis.light().as_str(),
        "lamps": diagnosis.lamps.iter().map(lamp_json).collect::<Vec<_>>(),
        "mended": mended.map(|(mended, zone)| json!({"zone": zone, "before": mended.before})),
    });
    let status = match diagnosis.light() {
        Light::Bad => 1,
        Light::Unknown => 3,
        _ => 0,
    };
    Output::new(json, text).with_status(status)
}
