//! What a change was, in the words of the audit: only what changed, as an administrator says it.

/// The parts that changed, with commas between them.
pub(super) fn told<const COUNT: usize>(parts: [Option<String>; COUNT]) -> String {
    let changed: Vec<String> = parts.into_iter().flatten().collect();
    if changed.is_empty() { "nothing".to_owned() } else { changed.join(", ") }
}

pub(super) fn state(is_disabled: Option<bool>) -> Option<String> {
    is_disabled.map(|is_disabled| if is_disabled { "disabled" } else { "enabled" }.to_owned())
}

pub(super) fn called(name: Option<&str>) -> Option<String> {
    name.map(|name| format!("called «{name}»"))
}

pub(super) fn quota(quota_bytes: Option<Option<u64>>) -> Option<String> {
    quota_bytes
        .map(|quota| quota.map_or_else(|| "no quota".to_owned(), |bytes| format!("quota {bytes} bytes")))
}

#[test]
fn only_what_changed_is_told() {
    assert_eq!(told([state(Some(true)), called(None), quota(Some(None))]), "disabled, no quota");
    assert_eq!(told([called(Some("Acme")), quota(Some(Some(5)))]), "called «Acme», quota 5 bytes");
    assert_eq!(told([state(None)]), "nothing");
}
