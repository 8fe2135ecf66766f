//! What a change was, in the words of the audit: only what changed, as an administrator says it.

/// The parts that changed, with commas between them.
pub(super) fn told<const COUNT: usize>(parts: [Option<String>; COUNT]) -> String {
    let changed: Vec<String> = parts.into_iter().flatten().collect();
    if changed.is_empty() { "nothing".to_owned() } else { changed.join(", ") }
}

pub(super) fn called(name: Option<&str>) -> Option<String> {
    name.map(|name| format!("called «{name}»"))
}

#[test]
fn only_what_changed_is_told() {
    assert_eq!(told([called(Some("Acme")), None, Some("for imap".to_owned())]), "called «Acme», for imap");
    assert_eq!(told([called(None)]), "nothing");
}
