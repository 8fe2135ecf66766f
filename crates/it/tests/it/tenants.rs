//! Rows are reached through the tenant: every statement on a table with a column `organisation` names it, or says here
//! why it does not. A statement that was forgotten is found here, whether or not a test meets a foreign identifier.

use std::collections::{BTreeMap, BTreeSet};

use super::architecture::{files, is_test};

/// Why a statement need not name the organisation.
#[derive(Clone, Copy, Debug)]
enum Why {
    /// A chore or the operator's list, over everybody's rows.
    Everybody,
    /// There is no scope yet, or none at all: signing in, tokens and links, names that must be nobody else's, what a
    /// letter or a question to the name server leads to.
    Unscoped,
    /// A person's own things: the account belongs to the person, in every organisation.
    Own,
    /// The way of every letter: by the key of a delivery that this node has claimed or of the mailbox that it is for,
    /// with whose organisation it came.
    Claimed,
    /// The row, or what it belongs to, was read within the scope earlier in the same transaction.
    LookedUp,
}

use Why::{Claimed, Everybody, LookedUp, Own, Unscoped};

/// The file below `crates`, the function, how many statements of it do not name the organisation, and why.
const WITHOUT: &[(&str, &str, usize, Why)] = &[
    ("directory/src/access/rows.rs", "no_primary", 1, Own),
    ("directory/src/access/rows.rs", "set_language", 1, Own),
    ("directory/src/access/rows.rs", "unsent", 1, Everybody),
    ("directory/src/administration/rows/address.rs", "addresses", 1, Everybody),
    // Bans are everybody's; whether an organisation asks for their end is looked up within the scope, in a column.
    ("directory/src/administration/rows/ban.rs", "bans", 1, Everybody),
    ("directory/src/administration/rows/ban.rs", "seen_ban", 1, Everybody),
    ("directory/src/administration/rows/ban.rs", "select_seen", 1, Everybody),
    ("directory/src/administration/rows/deleted.rs", "overdue", 1, Everybody),
    ("directory/src/administration/rows/domain.rs", "is_domain_taken", 1, Unscoped),
    ("directory/src/administration/rows/staff.rs", "staff", 1, Everybody),
    ("directory/src/administration/rows/user.rs", "delete_user", 4, LookedUp),
    ("directory/src/factor/rows.rs", "begin", 1, Unscoped),
    ("directory/src/factor/rows.rs", "begun", 1, Unscoped),
    ("directory/src/factor/rows.rs", "count_try", 1, Unscoped),
    ("directory/src/factor/rows.rs", "login_of", 1, Own),
    ("directory/src/forgetting/rows.rs", "allowed_sources", 1, Everybody),
    ("directory/src/forgetting/rows.rs", "invitations", 2, Everybody),
    ("directory/src/forgetting/rows.rs", "notices", 1, Everybody),
    ("directory/src/forgetting/rows.rs", "unban_requests", 1, Everybody),
    ("directory/src/job/rows.rs", "confirmed", 1, Everybody),
    ("directory/src/job/rows.rs", "count_bad", 1, Everybody),
    ("directory/src/job/rows.rs", "end", 2, Everybody),
    ("directory/src/job/rows.rs", "forget", 2, Everybody),
    ("directory/src/job/rows.rs", "good", 1, Everybody),
    ("directory/src/job/rows.rs", "hashed", 1, Everybody),
    ("directory/src/job/rows.rs", "made", 1, Everybody),
    ("directory/src/job/rows.rs", "running", 1, Everybody),
    ("directory/src/job/rows.rs", "spoil", 1, Everybody),
    ("directory/src/job/rows.rs", "unhashed", 1, Everybody),
    ("directory/src/membership/rows.rs", "count_offers", 1, Own),
    ("directory/src/membership/rows.rs", "forget_offers_to", 1, LookedUp),
    ("directory/src/membership/rows.rs", "forget_old_offers", 1, Everybody),
    ("directory/src/membership/rows.rs", "owner_of_domain", 1, Unscoped),
    ("directory/src/notice/rows.rs", "posted", 1, Everybody),
    ("directory/src/notice/rows.rs", "waiting", 1, Everybody),
    ("directory/src/profile/rows.rs", "language_and_phone", 1, LookedUp),
    ("directory/src/profile/rows.rs", "set_password", 1, Own),
    ("directory/src/recipient/rows.rs", "is_proved", 1, LookedUp),
    ("directory/src/rows.rs", "add_synonym", 1, Unscoped),
    ("directory/src/rows.rs", "deleted_accounts", 1, Everybody),
    ("directory/src/sender_list/rows.rs", "in_force", 1, Everybody),
    ("directory/src/sender_list/rows.rs", "versions", 1, Everybody),
    ("directory/src/session/rows.rs", "choose", 1, Own),
    ("directory/src/session/rows.rs", "end_all_others", 1, Own),
    ("directory/src/session/rows.rs", "keep_after_new_password", 1, Own),
    ("directory/src/session/rows.rs", "seen", 1, Own),
    ("directory/src/sources/rows.rs", "active_of_subject", 1, Everybody),
    ("directory/src/sources/rows.rs", "active_subjects", 1, Everybody),
    ("directory/src/sources/rows.rs", "allowed_source_by_token", 1, Unscoped),
    ("directory/src/sources/rows.rs", "allowed_sources", 1, Everybody),
    ("directory/src/sources/rows.rs", "allowed_without_letter", 1, Everybody),
    ("directory/src/sources/rows.rs", "ip", 1, Everybody),
    ("directory/src/sources/rows.rs", "ips", 1, Everybody),
    ("directory/src/sources/rows.rs", "is_unban_asked_for", 1, Unscoped),
    ("directory/src/sources/rows.rs", "open_unban_requests_from", 1, Unscoped),
    ("directory/src/sources/rows.rs", "unban_request", 1, Everybody),
    ("directory/src/sources/rows.rs", "unban_requests", 1, Everybody),
    ("directory/src/sources/rows.rs", "unban_requests_from", 1, Unscoped),
    ("directory/src/sources/rows.rs", "unban_without_letter", 1, Everybody),
    ("directory/src/token/rows.rs", "used", 1, Unscoped),
    // The book of whose servers are identified is everybody's; a hosted name, or one that was shown to be another
    // integration's, is nobody else's.
    ("gateways/src/rows.rs", "hosted_by", 1, Unscoped),
    ("gateways/src/rows.rs", "is_proven_elsewhere", 1, Unscoped),
    ("gateways/src/rows.rs", "revision", 1, Everybody),
    ("hosts/src/rows.rs", "applied_roles", 1, Everybody),
    ("hosts/src/rows.rs", "domains_with_servers", 1, Everybody),
    ("hosts/src/rows/applying.rs", "abandoned_runs", 1, Everybody),
    ("hosts/src/rows/applying.rs", "apply_thing", 2, Everybody),
    ("hosts/src/rows/applying.rs", "hold_run", 1, Everybody),
    ("hosts/src/rows/applying.rs", "next_of_run", 1, Everybody),
    ("hosts/src/rows/applying.rs", "take_run", 1, Everybody),
    ("keys/src/rows.rs", "domains_after", 1, Everybody),
    ("keys/src/rows.rs", "signing", 1, Unscoped),
    ("keys/src/rows.rs", "zones_retiring_before", 1, Everybody),
    ("mail-queue/src/rows.rs", "claim", 1, Everybody),
    ("mail-queue/src/rows.rs", "claimed", 1, Everybody),
    ("mail-queue/src/rows.rs", "defer", 1, Claimed),
    ("mail-queue/src/rows.rs", "finish", 1, Claimed),
    ("mail-queue/src/rows.rs", "forget_delivery_of", 2, Claimed),
    ("mail-queue/src/rows.rs", "free_lease", 1, Everybody),
    ("mail-queue/src/rows.rs", "free_leases", 1, Everybody),
    ("mail-queue/src/rows.rs", "live_blobs", 1, Everybody),
    ("mail-queue/src/rows.rs", "message", 1, Claimed),
    ("mail-queue/src/rows.rs", "next_due", 1, Everybody),
    ("mail-queue/src/rows.rs", "put_back", 1, Claimed),
    ("mail-queue/src/rows.rs", "renew", 1, Claimed),
    ("mail-reports/src/rows.rs", "prune_batch", 2, Everybody),
    ("mail-route/src/rows.rs", "relay_rules", 1, Everybody),
    ("mail-route/src/rows.rs", "remove_relay_rule", 1, Everybody),
    // What came to an address, from whichever organisation: the recipient's own.
    ("mail-secure/src/receiving/rows.rs", "received", 1, Own),
    ("mail-secure/src/rows.rs", "blobs_in_use", 1, Everybody),
    ("mail-secure/src/rows.rs", "due_notices", 1, Everybody),
    ("mail-secure/src/rows.rs", "expired", 1, Everybody),
    ("mail-secure/src/rows.rs", "forget_notice", 1, Everybody),
    ("mail-secure/src/rows.rs", "out_of_time", 1, Everybody),
    ("mail-secure/src/rows.rs", "postpone_notice", 1, Everybody),
    ("mail-secure/src/rows.rs", "to_remind", 1, Everybody),
    // A person's answers and journal are theirs, whichever organisation's letter it is.
    ("mail-secure/src/rows/answers.rs", "of_person", 1, Own),
    ("mail-secure/src/rows/answers.rs", "to_copy", 1, Own),
    ("mail-secure/src/rows/erasing.rs", "organisations_with_shares", 1, Everybody),
    ("mail-secure/src/rows/own.rs", "received", 1, Own),
    ("mail-secure/src/rows/own.rs", "sent", 1, Own),
    // The public log is the platform's: one tree over everybody's statements.
    ("mail-secure/src/rows/log.rs", "any_waiting", 1, Everybody),
    ("mail-secure/src/rows/log.rs", "waiting", 1, Everybody),
    ("mail-store/src/rows/account.rs", "next_uid_validity", 1, Claimed),
    ("mail-store/src/rows/account.rs", "use_account", 1, Claimed),
    ("mail-store/src/rows/account.rs", "used", 1, Claimed),
    ("mail-store/src/rows/whole.rs", "erase", 1, Everybody),
    ("mail-store/src/rows/whole.rs", "wrong_counters", 1, Everybody),
    ("renumbering/src/rows.rs", "waiting", 1, Everybody),
    ("reputation/src/rows.rs", "prune", 2, Everybody),
    ("onboarding/src/rows.rs", "is_name_taken", 1, Unscoped),
    ("trail/src/changes/rows.rs", "organisations", 1, Everybody),
    ("zones/src/diagnosis/rows.rs", "due", 1, Everybody),
    ("zones/src/diagnosis/rows.rs", "forget_gone", 1, Everybody),
    ("zones/src/linking/rows.rs", "running", 1, Everybody),
    ("zones/src/rows.rs", "enclosing_anywhere", 1, Unscoped),
    ("zones/src/rows.rs", "has_domain_at_or_below", 1, Unscoped),
    ("zones/src/rows.rs", "is_domain_of_another_around", 1, Unscoped),
    ("zones/src/rows.rs", "is_taken_around", 1, Unscoped),
    ("zones/src/rows.rs", "records_at", 1, Unscoped),
    ("zones/src/rows.rs", "secret_of_key", 1, Unscoped),
];

/// The tables with a column `organisation`, as the migrations make them.
fn tables() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in files("sql") {
        let text: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
        for statement in text.join("\n").split(';') {
            let words: Vec<&str> =
                statement.split(|c: char| !is_of_word(c)).filter(|word| !word.is_empty()).collect();
            let is_table =
                matches!(words.first(), Some(&"CREATE" | &"ALTER")) && words.get(1) == Some(&"TABLE");
            if is_table && words[3..].contains(&"organisation") {
                found.insert(words[2].to_owned());
            }
        }
    }
    assert!(found.len() > 50 && found.contains("address") && !found.contains("factor"), "{found:?}");
    found
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What of Rust's source matters here.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    /// The text of a literal.
    Text(String),
    Other(char),
}

fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '/' && rest.peek() == Some(&'/') {
            while rest.next_if(|&c| c != '\n').is_some() {}
        } else if c == '"' {
            let mut text = String::new();
            while let Some(c) = rest.next().filter(|&c| c != '"') {
                if c == '\\' && rest.peek() == Some(&'\n') {
                    while rest.next_if(|c| c.is_whitespace()).is_some() {}
                } else if c == '\\' {
                    rest.next();
                } else {
                    text.push(c);
                }
            }
            found.push(Token::Text(text));
        } else if c == '\'' {
            // A character; of a lifetime only the apostrophe goes.
            let mut ahead = rest.clone();
            let first = ahead.next();
            if first == Some('\\') || ahead.next() == Some('\'') {
                if rest.next() == Some('\\') {
                    rest.next();
                }
                while rest.next().is_some_and(|c| c != '\'') {}
            }
        } else if is_of_word(c) {
            let mut word = String::from(c);
            while let Some(c) = rest.next_if(|&c| is_of_word(c)) {
                word.push(c);
            }
            found.push(Token::Word(word));
        } else if !c.is_whitespace() {
            found.push(Token::Other(c));
        }
    }
    found
}

/// Where the bracket ends that opens at `open`.
fn end_of(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Other('(' | '[' | '{') => depth += 1,
            Token::Other(')' | ']' | '}') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    panic!("a bracket is not closed: {:?}", &tokens[open..tokens.len().min(open + 20)]);
}

/// The macros of a file that make a statement of what they are given: their body, and where it stands.
#[derive(Default)]
struct Macros(BTreeMap<String, Vec<Token>>);

impl Macros {
    /// The texts of an invocation, one after the other: the body's first.
    fn texts(&self, tokens: &[Token], into: &mut String) {
        for (at, token) in tokens.iter().enumerate() {
            match token {
                Token::Text(text) => {
                    into.push_str(text);
                    into.push(' ');
                }
                Token::Word(name) if tokens.get(at + 1) == Some(&Token::Other('!')) => {
                    if let Some(body) = self.0.get(name) {
                        self.texts(body, into);
                    }
                }
                _ => {}
            }
        }
    }
}

/// A statement, and the function or macro it stands in.
struct Statement {
    within: String,
    text: String,
}

/// The statements of a rows file. What is given to `concat!` or to a macro of the file that ends a statement is one.
fn statements(source: &str) -> Vec<Statement> {
    let tokens = tokens(source);
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(word)) => word.as_str(),
        _ => "",
    };
    let is = |at: usize, wanted: char| tokens.get(at) == Some(&Token::Other(wanted));
    // The macros first. One without `$rest` is no beginning of statements: its own are looked at as a function's are.
    let mut macros = Macros::default();
    let mut beginnings = Vec::new();
    for at in 0..tokens.len() {
        if word(at) == "macro_rules" && is(at + 1, '!') {
            let end = end_of(&tokens, at + 3);
            let pattern = end_of(&tokens, at + 4);
            let body = tokens[pattern + 1..end].to_vec();
            let takes: Vec<&Token> = tokens[at + 4..pattern].iter().collect();
            let is_beginning = takes.contains(&&Token::Word("rest".to_owned())) || takes.len() == 1;
            macros.0.insert(word(at + 2).to_owned(), body);
            if is_beginning {
                beginnings.push(at..end);
            }
        }
    }
    let mut found = Vec::new();
    let mut within = String::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(skipped) = beginnings.iter().find(|range| range.start == at) {
            at = skipped.end;
        } else if word(at) == "macro_rules" && is(at + 1, '!') {
            within = word(at + 2).to_owned();
            at += 3;
        } else if word(at) == "fn" && !word(at + 1).is_empty() {
            within = word(at + 1).to_owned();
            at += 1;
        } else if is(at + 1, '!') && (word(at) == "concat" || macros.0.contains_key(word(at))) {
            let end = end_of(&tokens, at + 2);
            let mut text = String::new();
            macros.texts(&tokens[at..end], &mut text);
            found.push(Statement { within: within.clone(), text });
            at = end;
        } else if let Token::Text(text) = &tokens[at] {
            found.push(Statement { within: within.clone(), text: text.clone() });
        }
        at += 1;
    }
    found
}

/// The words of a statement, brackets apart.
fn words(statement: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in statement.chars() {
        match words.last_mut() {
            Some(word) if is_of_word(c) => word.push(c),
            _ if c == '(' || c == ')' => words.extend([c.to_string(), String::new()]),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn reaches(words: &[String], tables: &BTreeSet<String>) -> bool {
    words
        .windows(2)
        .any(|two| matches!(two[0].as_str(), "FROM" | "JOIN" | "INTO" | "UPDATE") && tables.contains(&two[1]))
}

/// Whether the organisation is part of what a statement asks for or writes, and not only of what it gives back.
fn names_the_organisation(words: &[String]) -> bool {
    // For each open bracket, and for the whole: whether these words are columns that are given back.
    let mut gives = vec![false];
    for word in words {
        let depth = gives.len() - 1;
        match word.as_str() {
            "(" => gives.push(gives[depth]),
            ")" if depth > 0 => drop(gives.pop()),
            "SELECT" | "RETURNING" => gives[depth] = true,
            // What is given back by a column that is itself a question stays given back.
            "FROM" => gives[depth] = depth > 0 && gives[depth - 1],
            "organisation" if !gives[depth] => return true,
            _ => {}
        }
    }
    false
}

#[test]
fn rows_are_reached_through_the_organisation() {
    let tables = tables();
    let mut without: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut all = 0;
    for (path, source) in files("rs") {
        if is_test(&path) || !(path.ends_with("/rows.rs") || path.contains("/rows/")) {
            continue;
        }
        let path = path.strip_prefix("crates/").unwrap_or(&path).to_owned();
        for Statement { within, text } in statements(&source) {
            let begins = text.trim_start();
            assert!(
                !["WHERE ", "AND ", "JOIN "].iter().any(|word| begins.starts_with(word)),
                "{path}: {within}: a part of a statement that is not seen whole: {text}"
            );
            let words = words(&text);
            if !reaches(&words, &tables) {
                continue;
            }
            all += 1;
            if !names_the_organisation(&words) {
                let shown = text.split_whitespace().collect::<Vec<_>>().join(" ");
                without.entry((path.clone(), within)).or_default().push(shown);
            }
        }
    }
    assert!(all > 500, "{all} statements: the rows were not found");
    let mut wrong = Vec::new();
    for ((path, within), found) in &without {
        let listed = WITHOUT.iter().find(|(file, function, ..)| file == path && function == within);
        match listed {
            Some((.., count, _)) if *count == found.len() => {}
            Some((.., count, why)) => {
                wrong.push(format!(
                    "{path}: {within}: listed with {count} ({why:?}), found {}: {found:#?}",
                    found.len()
                ));
            }
            None => wrong.push(format!("{path}: {within}: does not name the organisation: {found:#?}")),
        }
    }
    for (file, function, ..) in WITHOUT {
        if !without.contains_key(&((*file).to_owned(), (*function).to_owned())) {
            wrong.push(format!("{file}: {function}: listed, and names the organisation, or is gone"));
        }
    }
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_asked_for_is_told_from_what_is_given_back() {
    let tables = BTreeSet::from(["host".to_owned()]);
    for (statement, expected) in [
        ("SELECT name FROM host WHERE id = ?1", Some(false)),
        ("SELECT organisation, name FROM host WHERE id = ?1", Some(false)),
        ("SELECT name FROM host h WHERE h.organisation = ?1", Some(true)),
        ("SELECT name, (SELECT organisation FROM host) FROM host", Some(false)),
        ("DELETE FROM host WHERE id = ?1 RETURNING organisation", Some(false)),
        ("UPDATE host SET name = ?2 WHERE id = ?1", Some(false)),
        ("UPDATE host SET name = ?2 WHERE id = ?1 AND organisation = COALESCE(?3, organisation)", Some(true)),
        ("INSERT INTO host (id, organisation) VALUES (?1, ?2)", Some(true)),
        ("SELECT host FROM other", None),
    ] {
        let words = words(statement);
        let seen = reaches(&words, &tables).then(|| names_the_organisation(&words));
        assert_eq!(seen, expected, "{statement}");
    }
    let source =
        "macro_rules! select_host { ($rest:literal) => { concat!(\"SELECT name FROM host \", $rest) }; }
        fn host<'a>() { let c = '\"'; tx.query(select_host!(\"WHERE id = ?1\")) } // \"DELETE FROM host\"
        fn both() { x(\"UPDATE host \\\n SET a = 1\"); y(concat!(\"SELECT \", \"1\")) }";
    let found: Vec<_> = statements(source).into_iter().map(|one| (one.within, one.text)).collect();
    let expected = [
        ("host", "SELECT name FROM host  WHERE id = ?1 "),
        ("both", "UPDATE host SET a = 1"),
        ("both", "SELECT  1 "),
    ];
    assert_eq!(found, expected.map(|(within, text)| (within.to_owned(), text.to_owned())));
}
