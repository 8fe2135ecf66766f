//! One line per rule.

mod gathering;
mod lists;
mod origin;
mod placing;

use crate::*;

fn evidence(header: &str) -> Evidence {
    Evidence {
        header: HeaderFacts::of(header.as_bytes(), true),
        has_been_here: false,
        authorship: Authorship::NotOurs,
        authentication: None,
    }
}

#[track_caller]
fn check(evidence: &Evidence, expected: &str) {
    let verdict = match decide(evidence, &Policy::default()) {
        Verdict::Accept(placement) => format!("{placement:?}"),
        Verdict::Refuse(reply) => format!("{} {}", reply.code(), reply.status()),
    };
    assert_eq!(verdict, expected);
}

#[test]
fn ordinary_letters_come_in() {
    check(&evidence("From: a@b.test\r\n\r\nhello\r\n"), "Inbox");
    check(&evidence(""), "Inbox");
    check(&evidence("no header at all"), "Inbox");
}

#[test]
fn letters_that_run_in_circles_are_refused() {
    check(&evidence(&"Received: from x\r\n\tby y\r\n".repeat(49)), "Inbox");
    check(&evidence(&"Received: from x\r\n\tby y\r\n".repeat(50)), "554 5.4.6");
    check(&evidence(&format!("Subject: x\r\n\r\n{}", "Received: from x\r\n".repeat(60))), "Inbox");
    check(&Evidence { has_been_here: true, ..evidence("") }, "554 5.4.6");
}

#[test]
fn headers_have_a_length() {
    check(&evidence(&format!("X: {}\r\n\r\n", "y".repeat(256 * 1024 - 7))), "Inbox");
    check(&evidence(&format!("X: {}\r\n\r\n", "y".repeat(256 * 1024))), "552 5.3.4");
    let cut = Evidence { header: HeaderFacts::of(b"X: y\r\n", false), ..evidence("") };
    check(&cut, "552 5.3.4");
    check(&evidence(&"X: y\r\n".repeat(5_001)), "552 5.3.4");
}

#[test]
fn submitted_letters_are_written_in_ones_own_name() {
    let with = |authorship| Evidence { authorship, ..evidence("") };
    check(&with(Authorship::Own), "Inbox");
    check(&with(Authorship::Missing), "550 5.7.1");
    check(&with(Authorship::Foreign("boss@valbois.test".to_owned())), "550 5.7.1");
}

#[test]
fn headers_tell_what_they_hold() {
    let facts = HeaderFacts::of(
        b"Delivered-To: Anna+x@Valbois.TEST\r\nmessage-id: <1@x>\r\nDATE : now\r\nFrom: \r\n a@b.test\r\n\r\nFrom: c@d.test\r\n",
        true,
    );
    assert_eq!(facts.delivered_to, ["anna+x@valbois.test"]);
    assert_eq!(facts.from, [b"a@b.test"]);
    assert!(facts.has_message_id && facts.has_date && facts.is_complete && !facts.has_eight_bit);
}

#[test]
fn authors_are_found_in_every_form() {
    for (from, expected) in [
        ("a@b.test", "a@b.test"),
        ("Anna <a@b.test>", "a@b.test"),
        ("\"Doe, Anna <x@y.test>\" <a@b.test>", "a@b.test"),
        ("(me, and (you)) a@b.test (x@y.test)", "a@b.test"),
        ("a@b.test, Bruno <c@d.test>", "a@b.test c@d.test"),
        ("Team: a@b.test, <c@d.test>;", "a@b.test c@d.test"),
        ("\"a b\"@b.test", "\"a b\"@b.test"),
        ("<\"x>y\"@b.test>", "\"x>y\"@b.test"),
        ("a@b.test <a@b.test>", "a@b.test a@b.test"),
        ("boss@b.test <a@b.test>", "a@b.test boss@b.test"),
        ("boss@b.test a@b.test", "a@b.test boss@b.test"),
        ("<a@b.test> boss@b.test", "a@b.test !<a@b.test> boss@b.test"),
        ("boss@b.test\\<a@b.test>", "a@b.test !boss@b.test\\"),
        ("boss @ b.test a@b.test", "a@b.test !boss @ b.test"),
        ("\"boss\"@b.test a@b.test", "a@b.test boss@b.test"),
        ("<@x.test:a@b.test>", "a@b.test"),
        ("Anna", "!Anna"),
        ("", ""),
        ("<", ""),
        ("\"", ""),
        ("(\\", ""),
    ] {
        let facts = HeaderFacts { from: vec![from.as_bytes().to_vec()], ..HeaderFacts::default() };
        let authors: Vec<String> = facts
            .authors()
            .into_iter()
            .map(|author| author.map_or_else(|text| format!("!{text}"), |address| address.to_string()))
            .collect();
        assert_eq!(authors.join(" "), expected, "{from}");
    }
}

#[test]
fn no_author_hides_where_our_parser_does_not_look() {
    let mine = "From: a@b.test\r\n";
    for header in [
        // Behind more blanks, comments or addresses than are read of one field.
        format!("From: {}boss@b.test\r\n{mine}", " \r\n ".repeat(30_000)),
        format!("From: a@b.test ({}), boss@b.test\r\n", "x".repeat(70_000)),
        format!("From: {}boss@b.test\r\n", "a@b.test, ".repeat(2_001)),
    ] {
        let facts = HeaderFacts::of(format!("{header}\r\n").as_bytes(), true);
        assert!(facts.authors().iter().any(Result::is_err), "{}", &header[..40]);
    }
    // Behind more lines than are read of one header.
    let lines = format!("{mine}{}From: boss@b.test\r\n\r\n", "x\r\n".repeat(10_000));
    check(&evidence(&lines), "552 5.3.4");
}

#[test]
fn whoever_is_named_as_the_sender_counts_as_an_author() {
    let authors = |header: &str| {
        let facts = HeaderFacts::of(header.as_bytes(), true);
        facts.authors().into_iter().map(|author| author.unwrap().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(authors("From: a@b.test\r\nSender: Boss <boss@b.test>\r\n\r\n"), ["a@b.test", "boss@b.test"]);
    assert!(authors("Sender: a@b.test\r\n\r\n").is_empty());
}
