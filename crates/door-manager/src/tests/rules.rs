//! Every rule that a form can be refused by is said in the reader's language: the rules are taken from the sources of
//! the crates that refuse, the keys follow the rules' own words.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::screens::{action_key, fact_key, held_key, rule_key};
use crate::words::{Language, knows, source};

/// The crates whose refusals a screen shows.
const CRATES: [&str; 8] =
    ["directory", "gateways", "hosts", "zones", "mail-route", "keys", "renumbering", "onboarding"];

/// The program's own sources of a crate, without comments and tests.
fn sources(name: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).join("src")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            match path.file_name().and_then(|name| name.to_str()).unwrap_or_default() {
                "tests" | "tests.rs" => {}
                _ if path.is_dir() => folders.push(path),
                name if name.ends_with(".rs") => {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
                    let is_code = |line: &&str| !line.trim_start().starts_with("//");
                    texts.push(text.lines().filter(is_code).collect::<Vec<_>>().join("\n"));
                }
                _ => {}
            }
        }
    }
    texts
}

/// The literal at the beginning of a text, and what stands behind it.
fn literal(text: &str) -> Option<(String, &str)> {
    let inside = text.strip_prefix('"')?;
    let (mut words, mut characters) = (String::new(), inside.char_indices().peekable());
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((words, &inside[at + 1..])),
            '\\' => match characters.next() {
                Some((_, '\n')) => while characters.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                Some((_, escaped)) => words.push(escaped),
                None => {}
            },
            _ => words.push(character),
        }
    }
    None
}

/// What stands between the parentheses that open at the beginning of a text, at its commas.
fn arguments(text: &str) -> Vec<&str> {
    let (mut all, mut depth, mut from, mut at) = (Vec::new(), 0, 1, 0);
    while at < text.len() {
        let rest = &text[at..];
        let character = rest.chars().next().unwrap();
        match character {
            '"' => {
                let Some((_, behind)) = literal(rest) else { break };
                at = text.len() - behind.len();
                continue;
            }
            '\'' if rest.chars().nth(2) == Some('\'') => {
                at += rest.char_indices().nth(3).map_or(rest.len(), |(index, _)| index);
                continue;
            }
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && character == ',') {
            all.push(text[from..at].trim());
            from = at + 1;
        }
        if depth == 0 {
            break;
        }
        at += character.len_utf8();
    }
    all.retain(|argument| !argument.is_empty());
    all
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Where a word stands in a text, as a whole one: what follows it.
fn behind<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(word).filter_map(move |(at, _)| {
        let rest = &text[at + word.len()..];
        let begins = !text[..at].chars().next_back().is_some_and(is_name);
        (begins && !rest.starts_with(is_name)).then_some(rest)
    })
}

/// A function or closure that takes a rule: its name, as which argument, and of how many.
type Taker = (String, usize, usize);

/// Those of a crate.
fn takers(texts: &[String]) -> BTreeSet<Taker> {
    // `DirectoryError::invalid`, which the other crates use too.
    let mut takers = BTreeSet::from([("invalid".to_owned(), 2, 3)]);
    for text in texts {
        for rest in behind(text, "fn") {
            let name: String = rest.trim_start().chars().take_while(|c| is_name(*c)).collect();
            let Some(open) = rest.find('(') else { continue };
            let parameters = arguments(&rest[open..]);
            let place = parameters.iter().position(|parameter| {
                ["rule: &'static str", "form: &'static str"].iter().any(|taken| parameter.starts_with(taken))
            });
            takers.extend(place.map(|place| (name, place, parameters.len())));
        }
        for rest in behind(text, "let") {
            let Some((name, rest)) = rest.split_once(" = |") else { continue };
            let Some((parameters, _)) = rest.split_once('|') else { continue };
            let is_closure = name.trim().chars().all(is_name) && !parameters.contains(['{', ';']);
            let parameters: Vec<&str> = parameters.split(',').map(str::trim).collect();
            let place = parameters.iter().position(|one| one.split(':').next() == Some("rule"));
            if let (true, Some(place)) = (is_closure, place) {
                takers.insert((name.trim().to_owned(), place, parameters.len()));
            }
        }
    }
    takers
}

/// A sentence and no other text of a program.
fn is_sentence(words: &str) -> bool {
    words.matches(' ').count() >= 2 && !words.starts_with(|c: char| c.is_uppercase()) && !words.contains('{')
}

/// Every rule of a crate.
fn rules(name: &str) -> BTreeSet<String> {
    let texts = sources(name);
    let takers = takers(&texts);
    let mut rules = BTreeSet::new();
    for text in &texts {
        for word in ["rule", "form", "RULE"] {
            for (at, _) in text.match_indices(word) {
                let rest =
                    text[at + word.len()..].trim_start_matches(": &str").trim_start_matches(": &'static str");
                let value = rest.trim_start().strip_prefix([':', '=']).map(str::trim_start);
                rules.extend(value.and_then(literal).map(|(words, _)| words));
            }
        }
        for (taker, place, count) in &takers {
            for rest in behind(text, taker).filter(|rest| rest.starts_with('(')) {
                let taken = arguments(rest);
                let rule = taken.get(*place).filter(|_| taken.len() == *count);
                rules.extend(rule.and_then(|value| literal(value)).map(|(words, _)| words));
            }
        }
        // `=> (reason, rule)`, and the rules that have a name of their own.
        for rest in text.split("=> ").skip(1) {
            let opened = rest.trim_start_matches('{').trim_start();
            if !opened.starts_with('(') {
                continue;
            }
            // A number before a text is a reply's, and no reason.
            if let [reason, rule] = arguments(opened)[..]
                && !reason.starts_with(|c: char| c.is_ascii_digit())
            {
                rules.extend(literal(rule).map(|(words, _)| words).filter(|words| is_sentence(words)));
            }
        }
        for rest in text.split("const ").skip(1).filter_map(|rest| rest.split_once(": &str =")) {
            rules.extend(
                literal(rest.1.trim_start()).map(|(words, _)| words).filter(|words| is_sentence(words)),
            );
        }
        for some in ["Some(", "then_some("] {
            for rest in behind(text, some.trim_end_matches('(')).filter(|rest| rest.starts_with('(')) {
                let values = arguments(rest);
                rules.extend(
                    values
                        .first()
                        .and_then(|value| literal(value))
                        .map(|(words, _)| words)
                        .filter(|words| is_sentence(words)),
                );
            }
        }
    }
    rules.retain(|rule| !rule.is_empty());
    rules
}

#[test]
fn every_rule_is_said_in_every_language() {
    let all: BTreeSet<String> = CRATES.iter().flat_map(|name| rules(name)).collect();
    // The ways in which a rule is written, each found.
    for rule in [
        "a note has at most 80 characters, on one line",
        "a deleted address keeps its name for 30 days: it is restored, or deleted for good",
        "a label has 1 to 63 octets (RFC 1035 §2.3.4)",
        "a name has one DMARC record at most, or none of them counts (RFC 7489 §6.6.3)",
        "what is unlinked, or becomes the main domain, is a linked domain of the mail service",
        "a colour of six digits: #0b4f57",
        "a priority is 0 to 65535 (RFC 9460 §2.4.1)",
        "a host's name has 1 to 63 letters, digits and hyphens (RFC 1123 §2.1)",
        "a source is one mechanism (ip4:, ip6:, a:, mx:, include:, exists:); «-all» is put behind them",
    ] {
        assert!(all.contains(rule), "{rule} is not found in the sources");
    }
    let mut lacks = Vec::new();
    for rule in &all {
        let key = rule_key(rule);
        lacks.extend(
            Language::ALL
                .iter()
                .filter(|language| !knows(**language, &key))
                .map(|language| format!("{language} {key}: {rule}")),
        );
    }
    assert!(lacks.is_empty(), "{} lack words:\n{}", lacks.len(), lacks.join("\n"));
    // And no words without a rule.
    let keys: BTreeSet<String> = all.iter().map(|rule| rule_key(rule)).collect();
    let said = source(Language::French).lines().filter_map(|line| line.split_once(" = "));
    let stray: Vec<&str> =
        said.map(|(key, _)| key).filter(|key| key.starts_with("rule-") && !keys.contains(*key)).collect();
    assert!(stray.is_empty(), "no crate has these rules any more: {stray:?}");
}

/// The record that proves a domain is taken out of the reason's words.
#[test]
fn the_words_around_the_record_of_a_proof_are_known() {
    let text = sources("zones").concat();
    assert!(text.contains("publish the TXT record {} with the value {} and try again"));
    let text = sources("gateways").concat();
    assert!(text.contains("publish the TXT record {} with the value {}\","));
}

/// What depends on a thing is said with its number.
#[test]
fn what_depends_on_a_thing_is_said_in_every_language() {
    let mut found = 0;
    for text in CRATES.iter().flat_map(|name| sources(name)) {
        for rest in behind(&text, "counted").filter(|rest| rest.starts_with('(')) {
            for what in arguments(rest).into_iter().skip(1).filter_map(literal).map(|(words, _)| words) {
                found += 1;
                assert!(knows(Language::Italian, &held_key(&what)), "{}: {what}", held_key(&what));
            }
        }
    }
    assert!(found >= 10, "{found}");
    for what in ["1 synonym", "3 synonyms", "1 host", "2 hosts"] {
        let what = what.split_once(' ').unwrap().1;
        assert!(knows(Language::Italian, &held_key(what)), "{what}");
    }
}

/// Every act that is audited has words in the journal.
#[test]
fn every_act_is_said_in_every_language() {
    let mut acts = BTreeSet::new();
    for text in CRATES.iter().chain(&["mail-queue", "gateways", "mail-secure"]).flat_map(|name| sources(name))
    {
        let mut take = |text: &str| acts.extend(literal(text.trim_start()).map(|(words, _)| words));
        for call in ["act", "act_limited", "audit", "command", "Change::new"] {
            for rest in behind(&text, call).filter(|rest| rest.starts_with('(')) {
                let mut texts = arguments(rest).into_iter().map(|argument| argument.trim_start_matches('('));
                if let Some(text) = texts.find(|text| text.starts_with('"')) {
                    take(text);
                }
            }
        }
        for rest in text.split("let action = ").skip(1) {
            let end = rest.find(';').unwrap_or(rest.len());
            for (at, _) in rest[..end].match_indices("{ \"").chain(rest[..end].match_indices("=> \"")) {
                take(rest[at..end].trim_start_matches(['{', '=', '>']));
            }
        }
    }
    acts.retain(|act| act.contains(' ') && !act.contains('{'));
    // What applying changes of servers writes down.
    for act in ["create", "modify", "delete"] {
        acts.extend(["host", "mail_server"].map(|thing| format!("apply: {act} {thing}")));
    }
    for act in
        ["create address", "offer membership", "hold deliveries", "begin operation on domain", "sign in"]
    {
        assert!(acts.contains(act), "{act} is not found in the sources: {acts:?}");
    }
    let lacks: Vec<String> = acts
        .iter()
        .flat_map(|act| Language::ALL.iter().map(move |language| (language, action_key(act))))
        .filter(|(language, key)| !knows(**language, key))
        .map(|(language, key)| format!("{language} {key}"))
        .collect();
    assert!(lacks.is_empty(), "{} lack words:\n{}", lacks.len(), lacks.join("\n"));
}

/// Every name under which an entry tells what was before and after has words in the journal. Records of a zone go by
/// their own names.
#[test]
fn every_fact_is_said_in_every_language() {
    let mut facts = BTreeSet::new();
    for text in CRATES.iter().chain(&["mail-queue", "gateways", "mail-secure"]).flat_map(|name| sources(name))
    {
        for call in ["with", "with_some", "with_bool", "with_new", "tell_new"] {
            for rest in behind(&text, call).filter(|rest| rest.starts_with('(')) {
                let names = arguments(rest).into_iter().take(2).filter_map(literal).map(|(words, _)| words);
                facts.extend(names.take(1));
            }
        }
    }
    // What applying changes of servers writes down: the fields of their forms.
    facts.extend(["name", "fqdn", "ipv4", "ipv6", "description", "host"].map(str::to_owned));
    facts.extend(hosts::ServerRole::ALL.map(|role| role.as_str().to_owned()));
    for fact in ["quota bytes", "recovery codes", "exchangers", "visible days", "smtp_out"] {
        assert!(facts.contains(fact), "{fact} is not found in the sources: {facts:?}");
    }
    let lacks: Vec<String> = facts
        .iter()
        .flat_map(|fact| Language::ALL.iter().map(move |language| (language, fact_key(fact))))
        .filter(|(language, key)| !knows(**language, key))
        .map(|(language, key)| format!("{language} {key}"))
        .collect();
    assert!(lacks.is_empty(), "{} lack words:\n{}", lacks.len(), lacks.join("\n"));
    let keys: BTreeSet<String> = facts.iter().map(|fact| fact_key(fact)).collect();
    let said = source(Language::French).lines().filter_map(|line| line.split_once(" = "));
    let stray: Vec<&str> =
        said.map(|(key, _)| key).filter(|key| key.starts_with("fact-") && !keys.contains(*key)).collect();
    assert!(stray.is_empty(), "nothing tells these any more: {stray:?}");
}
