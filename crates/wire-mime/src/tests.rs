//! Known answers of the RFCs, and properties that hold for any bytes.

use proptest::prelude::*;

use crate::*;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn crlf(message: &str) -> Vec<u8> {
    message.replace('\n', "\r\n").into_bytes()
}

fn envelope(header: &str) -> String {
    text(&Summary::of(&crlf(header)).envelope)
}

fn body_structure(message: &str) -> String {
    text(&Summary::of(&crlf(message)).body_structure)
}

/// The message of RFC 9051 §8.
const SAMPLE: &str = "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
From: Terry Gray <gray@cac.washington.edu>
Subject: IMAP4rev2 WG mtg summary and minutes
To: imap@cac.washington.edu
Cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
Message-Id: <B27397-0100000@cac.washington.edu>
MIME-Version: 1.0
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

Hello
";

#[test]
fn envelope_is_that_of_the_standard() {
    // RFC 9051 §8; the date with its comment as it stands.
    assert_eq!(
        envelope(SAMPLE),
        "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary and minutes\" \
         ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) \
         ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) \
         ((\"Terry Gray\" NIL \"gray\" \"cac.washington.edu\")) \
         ((NIL NIL \"imap\" \"cac.washington.edu\")) \
         ((NIL NIL \"minutes\" \"CNRI.Reston.VA.US\")(\"John Klensin\" NIL \"KLENSIN\" \"MIT.EDU\")) NIL NIL \
         \"<B27397-0100000@cac.washington.edu>\")"
    );
    assert_eq!(
        body_structure(SAMPLE),
        "(\"text\" \"plain\" (\"charset\" \"US-ASCII\") NIL NIL \"7bit\" 7 1 NIL NIL NIL NIL)"
    );
}

#[test]
fn envelopes_of_odd_headers_stay_legal() {
    for (header, expected) in [
        ("\n", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"),
        ("Subject:\n\n", "(NIL \"\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
        ("Subject: a \"b\" \\c\n\n", "(NIL \"a \\\"b\\\" \\\\c\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
        ("Subject: folded\n  here\n\n", "(NIL \"folded  here\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
        (
            "Subject: caf\u{e9} noir\n\n",
            "(NIL \"=?utf-8?B?Y2Fmw6k=?= noir\" NIL NIL NIL NIL NIL NIL NIL NIL)",
        ),
        (
            "To: undisclosed-recipients:;\n\n",
            "(NIL NIL NIL NIL NIL ((NIL NIL \"undisclosed-recipients\" NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL)",
        ),
        (
            "From: a@b.test\nSender: c@d.test\nReply-To:\n\n",
            "(NIL NIL ((NIL NIL \"a\" \"b.test\")) ((NIL NIL \"c\" \"d.test\")) ((NIL NIL \"a\" \"b.test\")) NIL NIL NIL NIL NIL)",
        ),
    ] {
        assert_eq!(envelope(header), expected, "{header}");
    }
    // Octets that are no UTF-8 count as windows-1252.
    let summary = Summary::of(b"Subject: caf\xe9\r\nTo: \xff@x.test\r\n\r\n");
    assert_eq!(summary.subject, "café");
    assert!(
        summary.envelope.windows(9).any(|window| window == b"{1}\r\n\xff \"x"),
        "{}",
        text(&summary.envelope)
    );
}

fn addresses(field: &str) -> String {
    let shown = |address: ListedAddress| match address {
        ListedAddress::Mailbox { name, route, local, domain } => {
            let route = if route.is_empty() { String::new() } else { format!("{}:", text(&route)) };
            format!("{}<{route}{}|{}>", text(&name), text(&local), text(&domain))
        }
        ListedAddress::GroupBegins(name) => format!("{}{{", text(&name)),
        ListedAddress::GroupEnds => "}".to_owned(),
    };
    parse_addresses(field.as_bytes()).into_iter().map(shown).collect::<Vec<_>>().join(" ")
}

#[test]
fn address_lists_are_read_as_people_write_them() {
    for (field, expected) in [
        // RFC 5322 appendix A.1
        ("John Doe <jdoe@machine.example>", "John Doe<jdoe|machine.example>"),
        (
            "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
            "Mary Smith<mary|x.test> <jdoe|example.org> Who?<one|y.test>",
        ),
        (
            "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
            "<boss|nil.test> Giant; \"Big\" Box<sysservices|example.net>",
        ),
        (
            "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
            "A Group{ Ed Jones<c|a.test> <joe|where.test> John<jdoe|one.test> }",
        ),
        ("Undisclosed recipients:;", "Undisclosed recipients{ }"),
        // A.5
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "Pete<pete|silly.test>"),
        (
            "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
            "A Group{ Chris Jones<c|public.example> <joe|example.org> John<jdoe|one.test> }",
        ),
        ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "Hidden recipients{ }"),
        // A.6.1
        ("Joe Q. Public <john.q.public@example.com>", "Joe Q. Public<john.q.public|example.com>"),
        (
            "Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example",
            "Mary Smith<@node.test:mary|example.net> <jdoe|test.example>",
        ),
        ("John Doe <jdoe@machine(comment).  example>", "John Doe<jdoe|machine.example>"),
        // RFC 5321 and what is met
        ("anna@valbois.test (Anna Muster)", "Anna Muster<anna|valbois.test>"),
        ("\"a b\"@valbois.test", "<a b|valbois.test>"),
        ("a@[192.0.2.1]", "<a|[192.0.2.1]>"),
        ("=?utf-8?q?J=C3=B6rg?= <j@x.test>", "=?utf-8?q?J=C3=B6rg?=<j|x.test>"),
        ("a@b.test <a@b.test>", "a@b.test<a|b.test>"),
        ("Anna Muster anna@valbois.test", "Anna Muster<anna|valbois.test>"),
        ("anna", "<anna|>"),
        ("a@b.test; c@d.test", "<a|b.test> <c|d.test>"),
        ("\"unclosed <a@b.test>", "<unclosed <a@b.test>|>"),
        ("<a@b.test", "<a|b.test>"),
        (" , ,", ""),
        ("", ""),
    ] {
        assert_eq!(addresses(field), expected, "{field}");
    }
}

#[test]
fn dates_are_read_in_old_and_new_forms() {
    for (field, expected) in [
        ("Fri, 21 Nov 1997 09:55:06 -0600", Some(("Fri, 21 Nov 1997 15:55:06 +0000", -360))),
        ("Thu, 13 Feb 1969 23:32:54 -0330", Some(("Fri, 14 Feb 1969 03:02:54 +0000", -210))),
        (
            "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
            Some(("Fri, 14 Feb 1969 03:02:00 +0000", -210)),
        ),
        ("21 Nov 97 09:55:06 GMT", Some(("Fri, 21 Nov 1997 09:55:06 +0000", 0))),
        ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", Some(("Fri, 21 Nov 1997 15:55:06 +0000", -360))),
        ("Mon, 1 Jan 01 00:00:00 EST", Some(("Mon, 1 Jan 2001 05:00:00 +0000", -300))),
        ("1 Jan 102 00:00 Z", Some(("Tue, 1 Jan 2002 00:00:00 +0000", 0))),
        ("Sat, 29 Feb 2020 23:59:60 +0100", Some(("Sat, 29 Feb 2020 23:00:00 +0000", 60))),
        ("21-Nov-2026 12:00:00+0100", Some(("Sat, 21 Nov 2026 11:00:00 +0000", 60))),
        ("yesterday", None),
        ("", None),
        ("99 Foo 2026 00:00 +0000", None),
        ("1 Jan 2026 99:00 +0000", None),
    ] {
        let date = Date::parse(field.as_bytes());
        let shown = date.map(|date| (date.at.rfc5322(), date.zone_minutes));
        assert_eq!(shown, expected.map(|(date, zone): (&str, i32)| (date.to_owned(), zone)), "{field}");
    }
    let late = Date::parse(b"Fri, 21 Nov 1997 23:30:00 -0600").unwrap();
    assert_eq!(late.local_day(), 10_186);
    assert_eq!(late.at.seconds() / 86_400, 10_187);
}

#[test]
fn encoded_words_are_decoded() {
    for (field, expected) in [
        // RFC 2047 §8
        ("=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"),
        ("=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
        (
            "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
            "If you can read this you understand the example.",
        ),
        ("(=?ISO-8859-1?Q?a?=)", "(a)"),
        ("(=?ISO-8859-1?Q?a?= b)", "(a b)"),
        ("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        ("(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        ("=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        // A character split over two words.
        ("=?utf-8?B?w6k=?= =?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "éé"),
        ("=?no-such-charset?Q?a?=", "a"),
        ("plain =? text ?=", "plain =? text ?="),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
        ("a =?utf-8?Q?b?= c", "a b c"),
    ] {
        assert_eq!(decode_words(&unfold(field.as_bytes())), expected, "{field}");
    }
}

#[test]
fn parameters_are_joined_and_decoded() {
    for (field, name, expected) in [
        ("text/plain; charset=us-ascii (Plain text)", "charset", Some("us-ascii")),
        ("text/plain; charset=\"us-ascii\"", "charset", Some("us-ascii")),
        // RFC 2231 §3, §4, §4.1
        (
            "message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"",
            "url",
            Some("ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"),
        ),
        (
            "application/x-stuff;\r\n title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
            "title",
            Some("This is ***fun***"),
        ),
        (
            "application/x-stuff;\r\n title*0*=us-ascii'en'This%20is%20even%20more%20;\r\n title*1*=%2A%2A%2Afun%2A%2A%2A%20;\r\n title*2=\"isn't it!\"",
            "title",
            Some("This is even more ***fun*** isn't it!"),
        ),
        ("attachment; filename=report.pdf", "filename", Some("report.pdf")),
        ("attachment; filename=my report.pdf", "filename", Some("my report.pdf")),
        ("attachment; filename=my (1) report.pdf", "filename", Some("my (1) report.pdf")),
        ("attachment; filename=\"=?utf-8?Q?caf=C3=A9.pdf?=\"", "filename", Some("café.pdf")),
        ("attachment; filename=old.pdf; filename*=utf-8''caf%C3%A9.pdf", "filename", Some("café.pdf")),
        ("attachment; filename=\"C:\\temp\\a.txt\"", "filename", Some("C:\\temp\\a.txt")),
        ("text/plain;;; =; charset", "charset", None),
        ("text/plain; charset=", "charset", Some("")),
    ] {
        assert_eq!(Valued::parse(field.as_bytes()).text(name).as_deref(), expected, "{field}");
    }
    assert_eq!(Valued::parse(b"TEXT / Plain ; a=b").value, "text/plain");
    assert_eq!(Valued::parse(b" (why) text/plain").value, "text/plain");
}

/// The structure of RFC 9051 §6.4.5.1.
const NESTED: &str = "From: a@b.test
Content-Type: multipart/mixed; boundary=outer

preamble
--outer

one
--outer
Content-Type: application/octet-stream; name=two.bin
Content-Transfer-Encoding: base64

dHdv
--outer
Content-Type: message/rfc822

Subject: inner
Content-Type: multipart/mixed; boundary=inner

--inner
Content-Type: text/plain

three one
--inner
Content-Type: application/octet-stream

three two
--inner--
--outer
Content-Type: multipart/mixed; boundary=\"four\"

--four
Content-Type: image/gif
Content-Description: a picture
Content-ID: <pic@b.test>

gif
--four
Content-Type: message/rfc822
Content-Disposition: attachment; filename=\"a.eml\"

Subject: innermost
Content-Type: multipart/alternative; boundary=last

--last
Content-Type: text/plain; charset=utf-8

plain
--last
Content-Type: text/html

<b>html</b>
--last--

--four--

--outer--
epilogue
";

fn section(message: &[u8], path: &[u32], part: SectionPart) -> Option<String> {
    let structure = Structure::parse(message);
    let section = Section { path: path.to_vec(), part };
    structure.section(message, &section).map(|found| match found {
        Found::Range(range) => text(&message[range]),
        Found::Fields(fields) => text(&fields),
    })
}

#[test]
fn sections_come_out_byte_for_byte() {
    let message = crlf(NESTED);
    let check = |path: &[u32], part: SectionPart, expected: Option<&str>| {
        let expected = expected.map(|text| text.replace('\n', "\r\n"));
        assert_eq!(section(&message, path, part.clone()), expected, "{path:?} {part:?}");
    };
    use SectionPart::{Header, HeaderFields, HeaderFieldsNot, Mime, Text, Whole};
    check(&[], Whole, Some(NESTED));
    check(&[], Header, Some("From: a@b.test\nContent-Type: multipart/mixed; boundary=outer\n\n"));
    check(&[], Text, NESTED.split_once("\n\n").map(|(_, text)| text));
    check(&[1], Whole, Some("one"));
    check(&[1], Mime, Some("\n"));
    check(&[1], Header, None);
    check(&[1, 1], Whole, None);
    check(&[2], Whole, Some("dHdv"));
    check(&[3], Header, Some("Subject: inner\nContent-Type: multipart/mixed; boundary=inner\n\n"));
    check(
        &[3],
        Text,
        Some(
            "--inner\nContent-Type: text/plain\n\nthree one\n--inner\nContent-Type: application/octet-stream\n\nthree two\n--inner--",
        ),
    );
    check(&[3, 1], Whole, Some("three one"));
    check(&[3, 1], Mime, Some("Content-Type: text/plain\n\n"));
    check(&[3, 2], Whole, Some("three two"));
    check(&[3, 3], Whole, None);
    check(
        &[4, 1],
        Mime,
        Some("Content-Type: image/gif\nContent-Description: a picture\nContent-ID: <pic@b.test>\n\n"),
    );
    check(&[4, 2], HeaderFields(vec!["SUBJECT".into(), "X".into()]), Some("Subject: innermost\n\n"));
    check(&[4, 2], HeaderFieldsNot(vec!["content-type".into()]), Some("Subject: innermost\n\n"));
    check(&[4, 2, 1], Whole, Some("plain"));
    check(&[4, 2, 2], Mime, Some("Content-Type: text/html\n\n"));
    check(&[5], Whole, None);
    check(&[0], Whole, None);
    check(&[], HeaderFields(vec!["from".into()]), Some("From: a@b.test\n\n"));
    check(&[], HeaderFieldsNot(vec!["From".into(), "Content-Type".into()]), Some("\n"));
    check(&[], Mime, None);
    let simple = crlf("Subject: x\n\nbody\n");
    assert_eq!(section(&simple, &[1], Whole).as_deref(), Some("body\r\n"));
    assert_eq!(section(&simple, &[1], Mime).as_deref(), Some("Subject: x\r\n\r\n"));
    assert_eq!(section(&simple, &[2], Whole), None);
    assert_eq!(section(&simple, &[1, 1], Whole), None);
    assert_eq!(section(b"Subject: no body", &[], Header).as_deref(), Some("Subject: no body"));
    let chosen = section(b"Subject: no body", &[], HeaderFields(vec!["subject".into()]));
    assert_eq!(chosen.as_deref(), Some("Subject: no body\r\n"));
}

#[test]
fn nested_structures_are_rendered_with_and_without_extensions() {
    let message = crlf(NESTED);
    let summary = Summary::of(&message);
    let octet_stream = "(\"application\" \"octet-stream\" NIL NIL NIL \"7bit\" 9 NIL NIL NIL NIL)";
    let expected = [
        "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 3 0 NIL NIL NIL NIL)",
        "(\"application\" \"octet-stream\" (\"name\" \"two.bin\") NIL NIL \"base64\" 4 NIL NIL NIL NIL)",
        "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 184 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) ",
        "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 9 0 NIL NIL NIL NIL)",
        octet_stream,
        " \"mixed\" (\"boundary\" \"inner\") NIL NIL NIL) 11 NIL NIL NIL NIL)",
        "((\"image\" \"gif\" NIL \"<pic@b.test>\" \"a picture\" \"7bit\" 3 NIL NIL NIL NIL)",
        "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 190 (NIL \"innermost\" NIL NIL NIL NIL NIL NIL NIL NIL) ",
        "((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 5 0 NIL NIL NIL NIL)",
        "(\"text\" \"html\" NIL NIL NIL \"7bit\" 11 0 NIL NIL NIL NIL)",
        " \"alternative\" (\"boundary\" \"last\") NIL NIL NIL) 12 NIL (\"attachment\" (\"filename\" \"a.eml\")) NIL NIL)",
        " \"mixed\" (\"boundary\" \"four\") NIL NIL NIL)",
        " \"mixed\" (\"boundary\" \"outer\") NIL NIL NIL)",
    ]
    .concat();
    assert_eq!(text(&summary.body_structure), expected);
    let body = text(&body_of_structure(&summary.body_structure));
    let expected = [
        "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 3 0)",
        "(\"application\" \"octet-stream\" (\"name\" \"two.bin\") NIL NIL \"base64\" 4)",
        "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 184 (NIL \"inner\" NIL NIL NIL NIL NIL NIL NIL NIL) ",
        "((\"text\" \"plain\" NIL NIL NIL \"7bit\" 9 0)",
        "(\"application\" \"octet-stream\" NIL NIL NIL \"7bit\" 9)",
        " \"mixed\") 11)",
        "((\"image\" \"gif\" NIL \"<pic@b.test>\" \"a picture\" \"7bit\" 3)",
        "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 190 (NIL \"innermost\" NIL NIL NIL NIL NIL NIL NIL NIL) ",
        "((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 5 0)",
        "(\"text\" \"html\" NIL NIL NIL \"7bit\" 11 0)",
        " \"alternative\") 12)",
        " \"mixed\")",
        " \"mixed\")",
    ]
    .concat();
    assert_eq!(body, expected);
    assert!(summary.has_attachment);
}

#[test]
fn messages_that_break_rules_are_still_messages() {
    for (message, expected) in [
        ("", "(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0 NIL NIL NIL NIL)"),
        ("Content-Type: nonsense\n\nx", "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 0 NIL NIL NIL NIL)"),
        // No boundary, and one that never comes.
        (
            "Content-Type: multipart/mixed\n\nx",
            "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 0 NIL NIL NIL NIL)",
        ),
        (
            "Content-Type: multipart/mixed; boundary=a\n\nx",
            "(\"text\" \"plain\" NIL NIL NIL \"7bit\" 1 0 NIL NIL NIL NIL)",
        ),
        // Never closed.
        (
            "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a  \n\ny\n",
            "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 1 0 NIL NIL NIL NIL)(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 3 1 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"a\") NIL NIL NIL)",
        ),
        // Another boundary that begins alike; an empty part.
        (
            "Content-Type: multipart/mixed; boundary=a\n\n--a\n--ab\n\n\n--a\n--a--\n",
            "((\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0 NIL NIL NIL NIL)(\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 0 0 NIL NIL NIL NIL) \"mixed\" (\"boundary\" \"a\") NIL NIL NIL)",
        ),
        // RFC 2046 §5.1.5
        (
            "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: d\n\nx\n--a--\n",
            "((\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 15 (NIL \"d\" NIL NIL NIL NIL NIL NIL NIL NIL) (\"text\" \"plain\" (\"charset\" \"us-ascii\") NIL NIL \"7bit\" 1 0 NIL NIL NIL NIL) 2 NIL NIL NIL NIL) \"digest\" (\"boundary\" \"a\") NIL NIL NIL)",
        ),
        (
            "Content-Type: text/plain\nContent-Language: de, fr\nContent-Location: http://x.test/\nContent-Transfer-Encoding: 8BIT\n\n",
            "(\"text\" \"plain\" NIL NIL NIL \"8bit\" 0 0 NIL NIL (\"de\" \"fr\") \"http://x.test/\")",
        ),
    ] {
        assert_eq!(body_structure(message), expected, "{message}");
    }
}

#[test]
fn line_feeds_alone_separate_lines_too() {
    let message = NESTED.as_bytes();
    assert_eq!(section(message, &[3, 1], SectionPart::Whole).as_deref(), Some("three one"));
    assert_eq!(
        section(message, &[4, 2], SectionPart::Header).as_deref(),
        Some("Subject: innermost\nContent-Type: multipart/alternative; boundary=last\n\n")
    );
    assert_eq!(Summary::of(message).envelope, Summary::of(&crlf(NESTED)).envelope);
}

#[test]
fn depth_and_number_of_parts_have_limits() {
    let mut deep = String::new();
    for level in 0..100 {
        deep.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
    }
    let summary = Summary::of(&crlf(&deep));
    assert_eq!(Structure::parse(&crlf(&deep)).parts().len(), limits::DEPTH_LIMIT);
    assert!(!body_of_structure(&summary.body_structure).is_empty());
    let enclosed = "Content-Type: message/rfc822\n\n".repeat(100);
    assert_eq!(Structure::parse(&crlf(&enclosed)).parts().len(), limits::DEPTH_LIMIT);
    let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(5000));
    let structure = Structure::parse(&crlf(&wide));
    assert_eq!(structure.parts().len(), limits::PARTS_LIMIT);
}

#[test]
fn transfer_encodings_are_undone_tolerantly() {
    let quoted = Encoding::QuotedPrintable;
    for (encoding, body, expected) in [
        (Encoding::Base64, "dHdv", "two"),
        (Encoding::Base64, "dH\r\ndv=\n", "two"),
        (Encoding::Base64, "YQ==YQ==", "aa"),
        (Encoding::Base64, "YW", "a"),
        (Encoding::Base64, "!Y*W", "a"),
        (quoted, "caf=C3=A9 =\r\nnoir  \r\nend", "café noir\r\nend"),
        (quoted, "a=3Db=XYc=", "a=b=XYc"),
        (quoted, "lower=c3=a9\n", "loweré\n"),
        (Encoding::Plain, "as it is", "as it is"),
    ] {
        assert_eq!(text(&encoding.decode(body.as_bytes()).unwrap()), expected, "{body}");
    }
    assert_eq!(Encoding::Unknown.decode(b"x"), None);
    let message = crlf(NESTED);
    let structure = Structure::parse(&message);
    assert_eq!(structure.binary(&message, &[2]).unwrap().unwrap().as_ref(), b"two");
    assert!(structure.binary(&message, &[9]).is_none());
    let unknown = b"Content-Transfer-Encoding: x-uuencode\r\n\r\nx";
    assert_eq!(Structure::parse(unknown).binary(unknown, &[1]), Some(Err(UnknownEncoding)));
}

#[test]
fn searches_see_decoded_text() {
    let message = crlf(
        "Subject: =?utf-8?Q?Caf=C3=A9?=\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe aus Val=\nbois\n--b\nContent-Type: text/html\n\n<html><style>hidden</style><p>Un <b>ch</b>ien &amp; un chat&nbsp;noir</html>\n--b\nContent-Type: application/octet-stream\n\nsecret\n--b--\n",
    );
    let structure = Structure::parse(&message);
    for (wanted, in_body, in_text) in [
        ("grüße aus valbois", true, true),
        ("GRÜSSE", false, false),
        ("Chien & un", true, true),
        ("chat noir", true, true),
        ("café", false, true),
        ("subject", false, true),
        ("hidden", false, false),
        ("secret", false, false),
        ("", true, true),
    ] {
        let wanted = fold(wanted);
        assert_eq!(structure.body_contains(&message, &wanted), in_body, "{wanted}");
        assert_eq!(structure.text_contains(&message, &wanted), in_text, "{wanted}");
    }
}

#[test]
fn stored_envelopes_are_read_back() {
    let header = "Subject: =?utf-8?Q?Caf=C3=A9?= \"noir\"\nFrom: =?utf-8?Q?J=C3=B6rg?= <j@x.test>\nTo: team: a@b.test, B <b@c.test>;\nCc: é@x.test\n\n";
    let stored = StoredEnvelope::parse(&Summary::of(&crlf(header)).envelope).unwrap();
    assert_eq!(stored.subject.as_deref(), Some("Café \"noir\""));
    assert_eq!(stored.from, "Jörg <j@x.test>");
    assert_eq!(stored.to, "<team>, <a@b.test>, B <b@c.test>, ");
    assert_eq!(stored.cc, "<é@x.test>");
    assert_eq!(stored.bcc, "");
    assert_eq!(stored.field("SUBJECT"), Some(Some("Café \"noir\"")));
    assert_eq!((stored.field("Bcc"), stored.field("message-id")), (Some(None), Some(None)));
    assert_eq!(stored.field("x-odd"), None);
}

#[test]
fn summaries_hold_what_lists_show() {
    let summary = Summary::of(&crlf(
        "Message-ID: <a@b.test>\nIn-Reply-To: <c@d.test> (comment)\nReferences: <e@f.test>\n <c@d.test>\nFrom: Anna <anna@valbois.test>\nDate: Sat, 21 Nov 2026 12:00:00 +0000\n\nx\n",
    ));
    assert_eq!(summary.message_id.as_deref(), Some("<a@b.test>"));
    assert_eq!(summary.in_reply_to, ["<c@d.test>"]);
    assert_eq!(summary.references, ["<e@f.test>", "<c@d.test>"]);
    assert_eq!(summary.from, [Mailbox { name: "Anna".into(), address: "anna@valbois.test".into() }]);
    assert_eq!(summary.date.map(|date| date.at.seconds()), Some(1_795_262_400));
    assert!(!summary.has_attachment);
}

/// Whether the bytes are one parenthesised list of strings, numbers, NILs and lists: what a client will read.
fn is_legal(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b'(') && render::end_of_item(bytes, 0) == Some(bytes.len())
}

/// Whether another implementation reads the two as a FETCH response, to its last octet.
fn assert_readable(summary: &Summary) {
    use imap_codec::ResponseCodec;
    use imap_codec::decode::Decoder;
    for (item, list) in [
        ("ENVELOPE", &summary.envelope),
        ("BODYSTRUCTURE", &summary.body_structure),
        ("BODY", &body_of_structure(&summary.body_structure)),
    ] {
        let response = [format!("* 1 FETCH ({item} ").as_bytes(), list, b")\r\n"].concat();
        match ResponseCodec::default().decode(&response) {
            Ok((rest, _)) => assert!(rest.is_empty(), "{}", text(&response)),
            Err(error) => panic!("{error:?}: {}", text(&response)),
        }
    }
}

#[test]
fn another_implementation_reads_what_we_write() {
    assert_readable(&Summary::of(&crlf(NESTED)));
    assert_readable(&Summary::of(&crlf(SAMPLE)));
    assert_readable(&Summary::of(b""));
}

fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"--a".to_vec()),
        Just(b"\r\n--a\r\n".to_vec()),
        Just(b"--a--".to_vec()),
        Just(b"--b\r\n".to_vec()),
        Just(b"Content-Type: multipart/mixed; boundary=a\r\n".to_vec()),
        Just(b"Content-Type: multipart/mixed; boundary=\"b\"\r\n".to_vec()),
        Just(b"Content-Type: message/rfc822\r\n\r\n".to_vec()),
        Just(b"Content-Disposition: attachment; filename*0*=utf-8''%; filename*1=x\r\n".to_vec()),
        Just(b"Subject: =?utf-8?Q?a?= \xe9\r\n".to_vec()),
        Just(b"From: a <b@c>, \"d\" (e) <@f:g@h>; i: j@k;\r\n".to_vec()),
        Just(b"Date: Mon, 1 Jan 2001 0:0 +0000\r\n".to_vec()),
        Just(b" folded\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_have_a_structure_within_bounds(message in pieces()) {
        let structure = Structure::parse(&message);
        let root = structure.root();
        prop_assert_eq!(root.header.start, 0);
        prop_assert_eq!(root.body.end, message.len());
        for part in structure.parts() {
            prop_assert_eq!(part.header.end, part.body.start);
            prop_assert!(part.header.start <= part.header.end && part.body.start <= part.body.end);
            prop_assert!(part.body.end <= message.len());
            let mut at = part.body.start;
            for child in &part.children {
                let child = &structure.parts()[*child];
                prop_assert!(child.header.start >= at && child.body.end <= part.body.end);
                at = child.body.end;
            }
            prop_assert_eq!(part.children.is_empty(), matches!(part.content, Content::Text | Content::Other));
        }
        let summary = Summary::of(&message);
        prop_assert!(is_legal(&summary.envelope), "{}", text(&summary.envelope));
        prop_assert!(is_legal(&summary.body_structure), "{}", text(&summary.body_structure));
        prop_assert!(is_legal(&body_of_structure(&summary.body_structure)));
        prop_assert!(!summary.envelope.contains(&0) && !summary.body_structure.contains(&0));
        prop_assert!(StoredEnvelope::parse(&summary.envelope).is_some());
        structure.text_contains(&message, "no such words");
        assert_readable(&summary);
    }

    #[test]
    fn header_and_text_are_the_whole(message in pieces()) {
        let whole = [section(&message, &[], SectionPart::Header), section(&message, &[], SectionPart::Text)];
        prop_assert_eq!(whole.map(Option::unwrap_or_default).concat(), text_of_parts(&message));
        // Chosen fields and the others are all fields, where every line is a field.
        let structure = Structure::parse(&message);
        for part in structure.parts() {
            let header = &message[part.header.clone()];
            for field in fields(header) {
                prop_assert!(header.windows(field.raw.len().max(1)).any(|window| window == field.raw));
                let at = field.value_at;
                prop_assert_eq!(&header[at..at + field.value.len()], field.value);
            }
        }
    }

    #[test]
    fn any_bytes_are_addresses_dates_and_words(field in proptest::collection::vec(any::<u8>(), 0..200)) {
        parse_addresses(&field);
        Date::parse(&field);
        decode_words(&field);
        Valued::parse(&field);
        Encoding::Base64.decode(&field);
        Encoding::QuotedPrintable.decode(&field);
        body_of_structure(&field);
        StoredEnvelope::parse(&field);
    }

    #[test]
    fn raw_text_survives_as_encoded_words(words in "[ a-zA-Zéß漢字😀=?_]{0,80}") {
        let subject = format!("Subject: {}\r\n\r\n", words.trim());
        let summary = Summary::of(subject.as_bytes());
        prop_assert!(summary.envelope.is_ascii());
        if !words.contains("=?") {
            prop_assert_eq!(&summary.subject, words.trim());
            let stored = StoredEnvelope::parse(&summary.envelope).unwrap();
            prop_assert_eq!(stored.subject.as_deref(), Some(words.trim()));
        }
    }
}

/// Header and text with what is no UTF-8 replaced piece by piece, as `section` shows them.
fn text_of_parts(message: &[u8]) -> String {
    let root = Structure::parse(message);
    let at = root.root().body.start;
    format!("{}{}", text(&message[..at]), text(&message[at..]))
}

#[test]
fn speed_summary_of_a_small_message() {
    let message = crlf(&format!(
        "{SAMPLE}{}",
        "A line of sixty-odd characters that a person might have written.\n".repeat(60)
    ));
    let rounds = 200;
    let start = std::time::Instant::now();
    let mut octets = 0;
    for _ in 0..rounds {
        octets += Summary::of(&message).envelope.len();
    }
    let each = start.elapsed() / rounds;
    println!("Summary::of {} octets: {each:?} ({octets})", message.len());
    // Unoptimised and on a busy machine; the optimised figure is a fiftieth.
    assert!(each < std::time::Duration::from_millis(20), "{each:?}");
}
