//! Every route of the screens, read from the sources: what the tests walk, so that a new route is walked as well.

use std::path::{Path, PathBuf};

/// A route as the sources have it.
pub(super) struct Route {
    /// Its path, below `/manager` where it does not say otherwise.
    pub(super) path: String,
    /// Whether it has a page.
    pub(super) gets: bool,
    /// Whether it takes a form.
    pub(super) posts: bool,
}

impl Route {
    /// The path as browsers ask for it: `place` is this route's path with something at each of its places.
    pub(super) fn whole(place: &str) -> String {
        let is_whole = place.starts_with("/manager") || place.starts_with("/invitation/");
        if is_whole { place.to_owned() } else { format!("/manager{place}") }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// Every `.route("…", …)` of this crate, in the order of the paths. The program's own tests read it as well, from their
/// crate beside this one.
pub(super) fn routes() -> Vec<Route> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../door-manager/src"), &mut files);
    let mut all = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        for part in text.split(".route(").skip(1) {
            let part = part.trim_start();
            let Some((path, rest)) = part.strip_prefix('"').and_then(|rest| rest.split_once('"')) else {
                panic!("a route without a path in words: {}", &part[..part.len().min(80)])
            };
            // Up to the end of what the route leads to.
            let mut depth = 1;
            let end = rest.find(|c| {
                depth += match c {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                depth == 0
            });
            let leads_to = &rest[..end.unwrap_or(rest.len())];
            let (gets, posts) = (leads_to.contains("get("), leads_to.contains("post("));
            assert!(gets || posts, "{path}: {leads_to}");
            all.push(Route { path: path.to_owned(), gets, posts });
        }
    }
    all.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(all.len() > 150, "the routes are found: {}", all.len());
    all
}
