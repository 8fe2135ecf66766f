//! One core, three faces: what docs/faces.tsv says of each operation of the API, each route of the Manager and each
//! command is whole and true.

use std::collections::BTreeSet;
use std::path::Path;

use clap::CommandFactory;

#[expect(dead_code, reason = "the walks of the screens ask more of a route than its path")]
#[path = "../../door-manager/src/tests/routes.rs"]
mod routes;

fn read(place: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(place);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{place}: {error}"))
}

/// The operations of the API's document.
fn operations() -> BTreeSet<String> {
    let document: serde_json::Value = serde_json::from_str(&read("crates/door-api/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let methods = paths.flat_map(|path| path.as_object().unwrap().values());
    methods.filter_map(|method| Some(method["operationId"].as_str()?.to_owned())).collect()
}

/// The commands that have no commands below them, in words: `domain dkim list`.
fn commands(of: &clap::Command, above: &str, found: &mut BTreeSet<String>) {
    for command in of.get_subcommands() {
        let name = format!("{above} {}", command.get_name()).trim_start().to_owned();
        match command.has_subcommands() {
            true => commands(command, &name, found),
            false => drop(found.insert(name)),
        }
    }
}

fn missing_and_unknown(what: &str, real: &BTreeSet<String>, told: &BTreeSet<String>) -> Vec<String> {
    let missing = real.difference(told);
    let unknown = told.difference(real);
    missing
        .map(|name| format!("{what} «{name}» is in no line"))
        .chain(unknown.map(|name| format!("{what} «{name}» is not there")))
        .collect()
}

#[test]
fn what_one_face_can_do_the_others_can_or_it_is_said_why_not() {
    let mut told: [BTreeSet<String>; 3] = Default::default();
    let mut wrong = Vec::new();
    for line in read("docs/faces.tsv").lines().skip(1) {
        let parts: Vec<&str> = line.split('\t').collect();
        let [what, api, screens, command, why] = parts[..] else {
            wrong.push(format!("{line}: five columns, please"));
            continue;
        };
        let names = [
            api.split_whitespace().map(str::to_owned).collect::<Vec<_>>(),
            screens.split_whitespace().map(str::to_owned).collect(),
            command.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect(),
        ];
        if names.iter().any(Vec::is_empty) == why.is_empty() {
            wrong.push(format!("«{what}»: a missing face needs a reason, and only a missing one does"));
        }
        for (column, names) in told.iter_mut().zip(names) {
            column.extend(names);
        }
    }
    let mut all_commands = BTreeSet::new();
    commands(&crate::Cli::command(), "", &mut all_commands);
    let all_routes = routes::routes().into_iter().map(|route| route.path).collect();
    let [api, screens, command] = &told;
    wrong.extend(missing_and_unknown("the operation", &operations(), api));
    wrong.extend(missing_and_unknown("the route", &all_routes, screens));
    wrong.extend(missing_and_unknown("the command", &all_commands, command));
    assert!(wrong.is_empty(), "docs/faces.tsv:\n{}", wrong.join("\n"));
}
