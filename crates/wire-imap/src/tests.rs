//! Known answers from the standards, stability of encode(parse(x)), and imap-codec as a second opinion.

use bytes::Bytes;
use imap_codec::CommandCodec;
use imap_codec::decode::Decoder;
use proptest::prelude::*;

use crate::*;

/// Parses a command whose tag is `a`. Answers its encoded form, or what was expected.
fn parse(text: &str) -> String {
    let bytes = Bytes::from(format!("a {text}\r\n"));
    match Tagged::parse(&bytes) {
        Ok(tagged) => {
            let encoded = tagged.encode();
            let again = Tagged::parse(&Bytes::from(encoded.clone()));
            assert_eq!(again.as_ref(), Ok(&tagged), "encode(parse(x)) is stable for {text}");
            String::from_utf8_lossy(&encoded).strip_prefix("a ").unwrap().trim_end().to_owned()
        }
        Err(malformed) => format!("BAD {}", malformed.expected),
    }
}

fn check(input: &str, expected: &str) {
    assert_eq!(parse(input), expected, "{input}");
}

/// The command comes back as it was written.
fn same(input: &str) {
    check(input, input);
}

fn is_bad(input: &str) {
    assert!(parse(input).starts_with("BAD "), "{input} became {}", parse(input));
}

#[test]
fn commands_of_any_state_are_read() {
    for word in [
        "CAPABILITY",
        "NOOP",
        "LOGOUT",
        "STARTTLS",
        "NAMESPACE",
        "IDLE",
        "CHECK",
        "CLOSE",
        "UNSELECT",
        "EXPUNGE",
        "UNAUTHENTICATE",
    ] {
        same(word);
        check(&word.to_ascii_lowercase(), word);
        check(&format!("{word} x"), "BAD the end of the command");
    }
    check("", "BAD a command");
    check("FROBNICATE", "BAD a command that we know");
    check("UID NOOP", "BAD a command that we know");
}

#[test]
fn tags_are_what_the_grammar_says() {
    for (line, tag) in [
        ("a1 NOOP\r\n", Some("a1")),
        ("a] NOOP\r\n", Some("a]")),
        ("a+b NOOP\r\n", None),
        ("+ NOOP\r\n", None),
        ("* NOOP\r\n", None),
        ("NOOP\r\n", None),
        (" NOOP\r\n", None),
        ("\r\n", None),
        ("é NOOP\r\n", None),
    ] {
        assert_eq!(read_tag(line.as_bytes()).as_deref(), tag, "{line:?}");
    }
}

#[test]
fn logins_are_read() {
    same("LOGIN SMITH SESAME");
    check("LOGIN \"anna@valbois.test\" \"p\\\"w\\\\d\"", "LOGIN anna@valbois.test \"p\\\"w\\\\d\"");
    check("LOGIN {4+}\r\nanna {2}\r\npw", "LOGIN anna pw");
    same("LOGIN anna \"\"");
    check("LOGIN anna", "BAD a space");
    check("LOGIN anna \"p\\w\"", "BAD a closing quote, and \\ before \\ and \" only");
    check("LOGIN anna \"open", "BAD a closing quote, and \\ before \\ and \" only");
    check("LOGIN anna {200}\r\npw", "BAD as many octets as the literal says");
    check("LOGIN anna {2}\r\np\0", "BAD a string without NUL");
    same("AUTHENTICATE PLAIN");
    same("AUTHENTICATE PLAIN AGFubmEAcHc=");
    same("AUTHENTICATE SCRAM-SHA-256 =");
    check("AUTHENTICATE PLAIN ***", "BAD an initial response");
    check("AUTHENTICATE PLAIN A", "BAD base64");
    same("ENABLE CONDSTORE UTF8=ACCEPT X-UNHEARD-OF");
    check("ENABLE", "BAD a space");
    check("id nil", "ID NIL");
    same("ID (\"name\" \"sodr\" \"version\" \"19.34\" \"os\" NIL)");
    is_bad(&format!("ID ({}\"a\" \"b\")", "\"a\" \"b\" ".repeat(30)));
    same("COMPRESS DEFLATE");
}

#[test]
fn passwords_are_never_printed() {
    for line in ["a LOGIN anna hunter2\r\n", "a AUTHENTICATE PLAIN aHVudGVyMg==\r\n"] {
        let shown = format!("{:?}", Tagged::parse(&Bytes::from_static(line.as_bytes())).unwrap());
        assert!(!shown.contains("hunter2") && shown.contains("Secret(…)"), "{shown}");
    }
}

#[test]
fn folders_are_selected() {
    same("SELECT INBOX");
    same("EXAMINE blurdybloop");
    check("SELECT {5+}\r\na b c (CONDSTORE)", "SELECT \"a b c\" (CONDSTORE)");
    // RFC 7162 §3.2.5.
    same("SELECT INBOX (QRESYNC (67890007 20050715194045000 41,43:211,214:541))");
    same("SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541 (1:29 1:31)))");
    same("SELECT INBOX (QRESYNC (67890007 90060115194045000 (1:29 1:31)))");
    same("SELECT INBOX (QRESYNC (67890007 90060115194045000))");
    same("SELECT INBOX (CONDSTORE QRESYNC (1 2))");
    is_bad("SELECT INBOX (QRESYNC (1 2 1:*))");
    is_bad("SELECT INBOX (QRESYNC (0 2))");
    is_bad("SELECT INBOX (FROBNICATE)");
    is_bad("SELECT");
    is_bad("SELECT a b");
}

#[test]
fn folders_are_made_and_named() {
    same("CREATE owatagusiam/blurdybloop");
    same("CREATE MyDrafts (USE (\\Drafts))");
    same("CREATE Everything (USE (\\All \\Archive))");
    same("DELETE blurdybloop");
    same("RENAME blurdybloop sarasoop");
    same("SUBSCRIBE #news.comp.mail.mime");
    same("UNSUBSCRIBE \"a b\"");
    check("SUBSCRIBE {3}\r\na\\b", "SUBSCRIBE \"a\\\\b\"");
    is_bad("CREATE a%b");
    is_bad("CREATE a*b");
}

#[test]
fn folders_are_listed() {
    check("LIST \"\" \"\"", "LIST \"\" \"\"");
    check("LIST \"\" *", "LIST \"\" \"*\"");
    check("LIST #news. %.c", "LIST #news. \"%.c\"");
    check("LSUB \"\" *", "LSUB \"\" \"*\"");
    // RFC 9051 §6.3.9.8.
    same("LIST (SUBSCRIBED) \"\" \"*\" RETURN ()");
    check("LIST \"\" (\"INBOX\" \"Drafts\" \"Sent/%\")", "LIST () \"\" (INBOX Drafts \"Sent/%\") RETURN ()");
    check("LIST () \"\" % RETURN (CHILDREN)", "LIST () \"\" \"%\" RETURN (CHILDREN)");
    same("LIST (SUBSCRIBED REMOTE RECURSIVEMATCH) \"\" \"*\" RETURN (CHILDREN SPECIAL-USE)");
    same("LIST () \"\" \"%\" RETURN (SUBSCRIBED STATUS (MESSAGES UNSEEN SIZE))");
    same("LIST (SPECIAL-USE) \"\" \"*\" RETURN (STATUS (UIDNEXT UIDVALIDITY DELETED HIGHESTMODSEQ RECENT))");
    is_bad("LIST (RECURSIVEMATCH) \"\" *");
    is_bad("LIST (REMOTE RECURSIVEMATCH) \"\" *");
    is_bad("LIST \"\" ()");
    is_bad("LIST \"\" * RETURN (FROBNICATE)");
    is_bad("LIST \"\"");
}

#[test]
fn status_and_quota_are_asked() {
    same("STATUS blurdybloop (UIDNEXT MESSAGES)");
    same("STATUS INBOX (DELETED-STORAGE DELETED)");
    is_bad("STATUS INBOX ()");
    is_bad("STATUS INBOX (FROBNICATE)");
    same("GETQUOTA \"\"");
    same("GETQUOTAROOT INBOX");
    same("SETQUOTA \"\" (STORAGE 512 MESSAGE 10)");
}

#[test]
fn messages_are_appended() {
    check("APPEND saved (\\Seen) {5}\r\nHello", "APPEND saved (\\Seen) ~{5+}\r\nHello");
    check(
        "APPEND saved (\\Seen $Forwarded) \"17-Jul-1996 02:44:25 -0700\" {5+}\r\nHello",
        "APPEND saved (\\Seen $Forwarded) \"17-Jul-1996 02:44:25 -0700\" ~{5+}\r\nHello",
    );
    check(
        "APPEND saved \" 7-Jul-1996 02:44:25 +0130\" ~{1}\r\n\0",
        "APPEND saved \" 7-Jul-1996 02:44:25 +0130\" ~{1+}\r\n\0",
    );
    same("APPEND saved UTF8 (~{3+}\r\nxyz)");
    // RFC 3502 §6.
    check(
        "APPEND saved (\\Seen) {1+}\r\na (\\Draft) \"17-Jul-1996 02:44:25 +0000\" {2}\r\nbc {0}\r\n",
        "APPEND saved (\\Seen) ~{1+}\r\na (\\Draft) \"17-Jul-1996 02:44:25 +0000\" ~{2+}\r\nbc ~{0+}",
    );
    is_bad("APPEND saved");
    is_bad("APPEND saved (\\Seen)");
    is_bad("APPEND saved \"31-Feb-1996 02:44:25 -0700\" {1}\r\nx");
    is_bad("APPEND saved \"17-Jul-1996 25:44:25 -0700\" {1}\r\nx");
    is_bad("APPEND saved {9}\r\nHell");
}

#[test]
fn messages_are_searched() {
    same("SEARCH FLAGGED SINCE 1-Feb-1994 NOT FROM Smith");
    same("SEARCH RETURN (MIN COUNT) FLAGGED SINCE 1-Feb-1994 NOT FROM Smith");
    check("SEARCH RETURN () UNSEEN", "SEARCH RETURN (ALL) UNSEEN");
    same("UID SEARCH RETURN (SAVE) 1:300 OR (FLAGGED DELETED) UID $");
    same("SEARCH CHARSET UTF-8 TEXT \"не\"");
    check("SEARCH charset utf-8 text {5}\r\nabcde", "SEARCH CHARSET UTF-8 TEXT abcde");
    same("SEARCH MODSEQ 620162338");
    check("SEARCH MODSEQ \"/flags/\\\\draft\" all 620162338", "SEARCH MODSEQ 620162338");
    same("SEARCH OLDER 86400 YOUNGER 60 LARGER 1 SMALLER 4294967296");
    same("SEARCH HEADER Message-ID <a@b> KEYWORD $Junk UNKEYWORD foo ON 1-Jan-2020 SENTBEFORE 2-Jan-2020");
    check("SEARCH BEFORE \"01-Jan-2020\"", "SEARCH BEFORE 1-Jan-2020");
    same("SEARCH NEW OLD RECENT ALL 2,4:*,$".trim_end_matches(",$"));
    same("SEARCH (OR SEEN (NOT ANSWERED DRAFT)) SAVEDSINCE 3-Mar-2021 SAVEDATESUPPORTED");
    is_bad("SEARCH");
    is_bad("SEARCH ()");
    is_bad("SEARCH OR SEEN");
    is_bad("SEARCH NOT");
    is_bad("SEARCH RETURN (FROBNICATE) ALL");
    is_bad("SEARCH OLDER 0");
    is_bad("SEARCH SINCE 30-Feb-2020");
    is_bad(&format!("SEARCH {}ALL", "NOT ".repeat(100)));
    is_bad(&format!("SEARCH {}ALL{}", "(".repeat(100), ")".repeat(100)));
}

#[test]
fn messages_are_fetched() {
    check(
        "FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])",
        "FETCH 2:4 (FLAGS BODY[HEADER.FIELDS (DATE FROM)])",
    );
    check("FETCH 1:* ALL", "FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)");
    check("FETCH 1 fast", "FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)");
    check("FETCH * FULL", "FETCH * (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY)");
    check("uid fetch 1 body.peek[]<0.2048>", "UID FETCH 1 (BODY.PEEK[]<0.2048>)");
    same("FETCH 1 (BODY BODYSTRUCTURE UID MODSEQ RFC822 RFC822.HEADER RFC822.TEXT SAVEDATE)");
    same("FETCH 1 (BODY[1.2.MIME] BODY[1.2.HEADER] BODY[TEXT] BODY[4.2.2.1])");
    same("FETCH 1 (BODY[1.HEADER.FIELDS.NOT (X-A \"X(B\")])");
    same("FETCH 1 (BINARY[1] BINARY.PEEK[1.2]<3.4> BINARY.SIZE[2] BINARY[])");
    same("UID FETCH 300:500 (FLAGS) (CHANGEDSINCE 12345 VANISHED)");
    same("FETCH 1:* (FLAGS) (CHANGEDSINCE 12345)");
    is_bad("FETCH 1:* (FLAGS) (CHANGEDSINCE 12345 VANISHED)");
    is_bad("FETCH 0 FLAGS");
    is_bad("FETCH 1");
    is_bad("FETCH 1 ()");
    is_bad("FETCH 1 (ALL)");
    is_bad("FETCH 1 BODY[MIME]");
    is_bad("FETCH 1 BODY[0]");
    is_bad("FETCH 1 BODY[1.]");
    is_bad("FETCH 1 BODY[HEADER.FIELDS ()]");
    is_bad("FETCH 1 BODY[]<0.0>");
    is_bad("FETCH 1 BODY[]<5>");
    is_bad(&format!("FETCH 1 BODY[1{}]", ".1".repeat(100)));
    is_bad("FETCH 4294967296 FLAGS");
}

#[test]
fn flags_are_stored_and_messages_moved() {
    same("STORE 2:4 +FLAGS (\\Deleted)");
    check("STORE 1 -FLAGS.SILENT \\Seen $Junk", "STORE 1 -FLAGS.SILENT (\\Seen $Junk)");
    same("UID STORE 1:* (UNCHANGEDSINCE 320162338) FLAGS.SILENT (\\Draft)");
    check("STORE 1 flags ()", "STORE 1 FLAGS ()");
    check("STORE 1 FLAGS \\seen \\Frobbed", "STORE 1 FLAGS (\\Seen \\Frobbed)");
    same("COPY 2:4 MEETING");
    same("UID MOVE 42:69,$ foo".replace(",$", "").as_str());
    same("UID COPY $ \"a b\"");
    same("UID EXPUNGE 3000:3002");
    is_bad("STORE 1 FLAGS");
    is_bad("STORE 1 (CHANGEDSINCE 1) FLAGS ()");
    is_bad("MOVE 1");
    is_bad("UID EXPUNGE");
}

#[test]
fn sequence_sets_become_ascending_ranges() {
    for (set, largest, expected) in [
        ("2,4:7,9,12:*", 15, "2,4:7,9,12:15"),
        ("*:4,5:7", 10, "4:10"),
        ("5:1", 10, "1:5"),
        ("3:*", 2, "2:3"),
        ("*", 0, ""),
        ("1:*", 0, "1"),
        ("1,2,3,5", 9, "1:3,5"),
        ("4294967295,1", 9, "1,4294967295"),
    ] {
        let Ok(Tagged { command: Command::Expunge { uids: Some(uids) }, .. }) =
            Tagged::parse(&Bytes::from(format!("a UID EXPUNGE {set}\r\n")))
        else {
            panic!("{set}");
        };
        let mut out = Output::new();
        out.set(&uids.ranges(largest).unwrap());
        assert_eq!(String::from_utf8(out.0).unwrap(), expected, "{set} of {largest}");
    }
}

#[test]
fn folder_names_are_modified_utf7_or_utf8() {
    for (name, encoded) in [
        ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("Entwürfe", "Entw&APw-rfe"),
        ("A&B", "A&-B"),
        ("☺!", "&Jjo-!"),
        ("😀", "&2D3eAA-"),
        ("plain", "plain"),
    ] {
        assert_eq!(to_utf7(name), encoded);
        assert_eq!(from_utf7(encoded.as_bytes()).as_deref(), Ok(name));
    }
    // RFC 3501 §5.1.3: a superfluous shift, ASCII within one, no end, bits left over, half a surrogate pair.
    for wrong in ["&U,BTFw-&ZeVnLIqe-", "&AGE-", "&U,BT", "&Jjp-", "&2D0-", "&", "a\u{7f}", "&*-"] {
        assert!(from_utf7(wrong.as_bytes()).is_err(), "{wrong}");
    }
    let decode =
        |name: &'static str, is_utf8| MailboxName(Bytes::from_static(name.as_bytes())).decode(is_utf8);
    assert_eq!(decode("inBox", false).as_deref(), Ok("INBOX"));
    assert_eq!(decode("inbox/Kids", false).as_deref(), Ok("INBOX/Kids"));
    assert_eq!(decode("inboxes", false).as_deref(), Ok("inboxes"));
    assert_eq!(decode("A&-B", true).as_deref(), Ok("A&-B"));
    assert_eq!(decode("A&-B", false).as_deref(), Ok("A&B"));
    assert!(decode("Entwürfe", false).is_err());
    assert_eq!(decode("Entwürfe", true).as_deref(), Ok("Entwürfe"));
    assert!(decode("a&b", false).is_err());
    assert!(decode("a\nb", true).is_err());
}

/// Feeds `input` piece by piece, and writes down what the framer says until it wants more in vain.
fn frame(input: &[u8], piece_octets: usize, limits: FrameLimits) -> Vec<Step> {
    let (mut buffer, mut rest, mut framer, mut steps) = (Vec::new(), input, Framer::new(), Vec::new());
    loop {
        match framer.next(&buffer, limits) {
            Step::More => {
                if rest.is_empty() {
                    return steps;
                }
                let (piece, after) = rest.split_at(piece_octets.min(rest.len()));
                buffer.extend_from_slice(piece);
                rest = after;
            }
            step @ (Step::Command(length) | Step::Refused(length)) => {
                steps.push(step);
                buffer.drain(..length);
            }
            Step::TooLong => {
                steps.push(Step::TooLong);
                return steps;
            }
            wanted @ Step::Wanted(_) => steps.push(wanted),
            Step::Large { .. } => panic!("not asked for"),
        }
    }
}

#[test]
fn commands_end_where_their_literals_say() {
    use Step::{Command, Refused, TooLong, Wanted};
    let limits = FrameLimits::authenticated(100_000);
    for (input, expected) in [
        ("a NOOP\r\nb NOOP\r\n", vec![Command(8), Command(8)]),
        ("a NOOP\nb NOOP\n", vec![Command(7), Command(7)]),
        ("a LOGIN {4}\r\nanna {2}\r\npw\r\n", vec![Wanted(4), Wanted(2), Command(27)]),
        ("a LOGIN {4+}\r\nanna {2+}\r\np\n\r\nb NOOP\r\n", vec![Command(29), Command(8)]),
        ("a LOGIN {0+}\r\n {0+}\r\n\r\n", vec![Command(23)]),
        ("a APPEND x ~{3+}\r\n{1}\r\n", vec![Command(23)]),
        ("a LOGIN {70000}\r\nb NOOP\r\n", vec![Refused(17), Command(8)]),
        ("a LOGIN {70000+}\r\n", vec![TooLong]),
        ("a APPEND x {100000}\r\n", vec![Wanted(100_000)]),
        ("a APPEND x {100001}\r\nb NOOP\r\n", vec![Refused(21), Command(8)]),
        ("a APPEND x {18446744073709551615+}\r\n", vec![TooLong]),
        ("a APPEND x {99999999999999999999999}\r\n", vec![Command(38)]),
        ("a X {}\r\n", vec![Command(8)]),
        ("a X {1", vec![]),
    ] {
        for piece_octets in [1, 2, 7, 4096] {
            assert_eq!(
                frame(input.as_bytes(), piece_octets, limits),
                expected,
                "{input:?} by {piece_octets}"
            );
        }
    }
}

#[test]
fn commands_without_end_are_cut_off() {
    let endless = vec![b'a'; 2 * limits::LINE_OCTETS];
    assert_eq!(frame(&endless, 4096, FrameLimits::authenticated(1000)), [Step::TooLong]);
    assert_eq!(frame(&endless[..20_000], 4096, FrameLimits::UNAUTHENTICATED), [Step::TooLong]);
    let literals = "x {60000+}\r\n".to_owned() + &"y".repeat(60_000);
    let many = format!("a {}", literals.repeat(20));
    assert_eq!(frame(many.as_bytes(), 4096, FrameLimits::authenticated(1000)), [Step::TooLong]);
    // Several messages share the limit of one.
    let message = format!("{{70000}}\r\n{}", "y".repeat(70_000));
    let two = format!("a APPEND x {message} {message}\r\n");
    assert_eq!(
        frame(two.as_bytes(), 4096, FrameLimits::authenticated(100_000)),
        [Step::Wanted(70_000), Step::Refused(70_030)]
            .into_iter()
            .chain(frame(&two.as_bytes()[70_030..], 4096, FrameLimits::authenticated(100_000)))
            .collect::<Vec<_>>()
    );
}

#[test]
fn large_messages_are_taken_out_of_the_buffer() {
    let limits = FrameLimits { large_octets: 70_000, ..FrameLimits::authenticated(200_000) };
    let mut framer = Framer::new();
    let mut buffer = b"a APPEND x ~{80000+}\r\n".to_vec();
    assert_eq!(
        framer.next(&buffer, limits),
        Step::Large { begin: 12, end: 22, octets: 80_000, waits: false }
    );
    buffer.truncate(12);
    buffer.extend_from_slice(Step::EMPTY_LITERAL);
    framer.replaced(buffer.len());
    buffer.extend_from_slice(b" {3}\r\nabc {130000}\r\n");
    assert_eq!(framer.next(&buffer, limits), Step::Wanted(3));
    assert_eq!(framer.next(&buffer, limits), Step::Refused(buffer.len()));
    let mut buffer = b"a APPEND x {80000}\r\n".to_vec();
    assert_eq!(framer.next(&buffer, limits), Step::Large { begin: 11, end: 20, octets: 80_000, waits: true });
    buffer.truncate(11);
    buffer.extend_from_slice(b"{0+}\r\n (\\Seen) {2+}\r\nxy\r\n");
    framer.replaced(17);
    assert_eq!(framer.next(&buffer, limits), Step::Command(buffer.len()));
    assert_eq!(Tagged::parse(&Bytes::from(buffer)).unwrap().command.name(), "APPEND");
}

#[test]
fn responses_are_written_as_the_grammar_says() {
    let mut out = Output::new();
    out.status(Some("a"), Condition::Ok, Some(&Code::UidValidity(3_857_529_045)), "UIDs valid")
        .status(None, Condition::Bye, None, "going\r\ndown")
        .status(
            Some("b"),
            Condition::Ok,
            Some(&Code::CopyUid {
                uid_validity: 38_505,
                from: vec![304..=304, 319..=320],
                to: vec![3956..=3958],
            }),
            "Done",
        )
        .counted(172, "EXISTS")
        .go_on("idling")
        .raw("* LIST () \"/\" ")
        .mailbox("Entwürfe", false)
        .raw(" ")
        .mailbox("Entwürfe", true)
        .end()
        .string("a\"b\\c", false)
        .raw(" ")
        .string("é", false)
        .raw(" ")
        .literal8(b"\0")
        .raw(" ")
        .date_time(837_596_665)
        .end();
    assert_eq!(
        String::from_utf8(out.0).unwrap(),
        "a OK [UIDVALIDITY 3857529045] UIDs valid\r\n* BYE going  down\r\n\
         b OK [COPYUID 38505 304,319:320 3956:3958] Done\r\n* 172 EXISTS\r\n+ idling\r\n\
         * LIST () \"/\" Entw&APw-rfe \"Entwürfe\"\r\n\"a\\\"b\\\\c\" {2}\r\né ~{1}\r\n\0 \
         \"17-Jul-1996 09:44:25 +0000\"\r\n"
            .replace("\"/\" Entw&APw-rfe", "\"/\" \"Entw&APw-rfe\"")
    );
}

#[test]
fn dates_survive_the_calendar() {
    for days in (-719_000..2_900_000).step_by(97) {
        assert_eq!(Date::from_days(days).days(), days);
    }
    assert_eq!(Date::new(2000, 2, 29).unwrap().days(), 11_016);
    assert_eq!(Date::new(1900, 2, 29), None);
}

/// Commands from the examples of the standards and with mistakes: what imap-codec understands, we do too.
fn pieces() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "NOOP",
        "LOGIN",
        "SELECT",
        "EXAMINE",
        "LIST",
        "LSUB",
        "STATUS",
        "APPEND",
        "SEARCH",
        "FETCH",
        "STORE",
        "COPY",
        "MOVE",
        "UID",
        "EXPUNGE",
        "ID",
        "ENABLE",
        "AUTHENTICATE",
        "CREATE",
        "RENAME",
        "ALL",
        "FLAGS",
        "+FLAGS.SILENT",
        "BODY[]",
        "BODY.PEEK[1.2.HEADER]<0.10>",
        "BODY[HEADER.FIELDS (a b)]",
        "ENVELOPE",
        "1:*",
        "2,4:7",
        "$",
        "(",
        ")",
        "\"\"",
        "\"a b\"",
        "%",
        "*",
        "INBOX",
        "{3}\r\nabc",
        "{3+}\r\nabc",
        "\\Seen",
        "$Junk",
        "NOT",
        "OR",
        "SINCE",
        "1-Feb-1994",
        "SUBJECT",
        "x",
        "CHANGEDSINCE",
        "QRESYNC",
        "CONDSTORE",
        "UNCHANGEDSINCE",
        "5",
        "NIL",
        "RETURN",
        "MESSAGES",
        "UIDNEXT",
        "CHARSET",
        "UTF-8",
        "PLAIN",
        "\"17-Jul-1996 02:44:25 -0700\"",
        "MODSEQ",
    ]);
    prop::collection::vec((word, prop::sample::select(vec![" ", " ", " ", " ", ""])), 0..12).prop_map(
        |words| {
            words
                .into_iter()
                .map(|(word, gap)| format!("{word}{gap}"))
                .collect::<String>()
                .replace("( ", "(")
                .replace(" )", ")")
        },
    )
}

proptest! {
    #[test]
    fn nothing_that_a_stranger_sends_panics(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Tagged::parse(&Bytes::from(octets.clone()));
        frame(&octets, 7, FrameLimits::authenticated(1000));
        let _ = from_utf7(&octets);
    }

    #[test]
    fn encode_of_parse_is_stable(text in pieces()) {
        let text = text.trim_end();
        parse(text);
    }

    #[test]
    fn what_imap_codec_understands_we_understand(text in pieces()) {
        let line = format!("a {}\r\n", text.trim_end());
        let theirs = CommandCodec::default().decode(line.as_bytes());
        let is_theirs = matches!(&theirs, Ok((rest, _)) if rest.is_empty());
        if is_theirs {
            prop_assert!(Tagged::parse(&Bytes::from(line.clone())).is_ok(), "{line:?} {theirs:?}");
        }
    }

    #[test]
    fn names_survive_modified_utf7(name in "\\PC{0,20}") {
        prop_assert_eq!(from_utf7(to_utf7(&name).as_bytes()), Ok(name));
    }
}
