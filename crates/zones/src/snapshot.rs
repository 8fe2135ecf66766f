//! Records as the history keeps them: JSON, so that a later version may add a field.

use model::DomainId;
use serde::{Deserialize, Serialize};

use crate::entities::{ManagedBy, RecordData};
use crate::kind::RecordKind;

#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    owner: std::borrow::Cow<'a, str>,
    kind: std::borrow::Cow<'a, str>,
    data: std::borrow::Cow<'a, str>,
    ttl: u32,
    manager: std::borrow::Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    domain: Option<i64>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    note: std::borrow::Cow<'a, str>,
}

/// The records as one text.
pub(crate) fn write(records: &[RecordData]) -> String {
    let kept: Vec<Kept<'_>> = records
        .iter()
        .map(|record| Kept {
            owner: record.owner.as_str().into(),
            kind: record.kind.as_str().into(),
            data: record.data.as_str().into(),
            ttl: record.ttl,
            manager: record.managed_by.as_str().into(),
            domain: record.managed_by.domain().map(|DomainId(id)| id),
            note: record.note.as_str().into(),
        })
        .collect();
    serde_json::to_string(&kept).expect("invariant: texts and numbers are always JSON")
}

/// The records of a text; `None` if it is not one of ours.
pub(crate) fn read(text: &str) -> Option<Vec<RecordData>> {
    let kept: Vec<Kept<'_>> = serde_json::from_str(text).ok()?;
    kept.into_iter()
        .map(|kept| {
            Some(RecordData {
                owner: kept.owner.into_owned(),
                kind: RecordKind::parse(&kept.kind).ok()?,
                data: kept.data.into_owned(),
                ttl: kept.ttl,
                managed_by: ManagedBy::from_columns(&kept.manager, kept.domain)?,
                note: kept.note.into_owned(),
            })
        })
        .collect()
}
