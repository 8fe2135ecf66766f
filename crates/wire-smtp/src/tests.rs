//! Known answers from the standards, and properties that hold for any input.

use model::{Address, BodyKind, Class, Envelope, Notify, OriginalRecipient, Recipient, Reply};
use model::{ReturnContent, ReversePath};
use proptest::prelude::*;

use crate::limits::{AUTH_LINE_LIMIT_OCTETS, COMMAND_LINE_LIMIT_OCTETS, DATA_LINE_LIMIT_OCTETS};
use crate::*;

/// A line is accepted and means what `expected` says on the wire again.
fn accepts(line: &str, expected: &str) {
    let command = Command::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{line}: {error}"));
    let mut wire = Vec::new();
    command.encode(&mut wire);
    assert_eq!(String::from_utf8(wire).unwrap(), format!("{expected}\r\n"), "{line}");
    assert_eq!(Command::parse(expected.as_bytes()).as_ref(), Ok(&command), "{expected}");
}

/// A line is refused, and the reply begins so.
fn refuses(line: impl AsRef<[u8]>, expected: &str) {
    let line = line.as_ref();
    let shown = String::from_utf8_lossy(line).into_owned();
    let reply = Command::parse(line).expect_err(&shown).reply().to_wire();
    assert!(reply.starts_with(expected), "{shown}: {reply}");
}

#[test]
fn greetings() {
    accepts("EHLO client.example", "EHLO client.example");
    accepts("ehlo [192.0.2.1]  ", "EHLO [192.0.2.1]");
    accepts("HELO Anna's_PC", "HELO Anna's_PC");
    accepts("LHLO [IPv6:2001:db8::1]", "LHLO [IPv6:2001:db8::1]");
    refuses("EHLO", "501 5.5.4 EHLO: a host name or address literal follows");
    refuses("EHLO a b", "501 5.5.4");
    refuses("EHLO a(b)", "501 5.5.4");
    refuses(format!("HELO {}", "a".repeat(256)), "501 5.5.4 HELO: the name is too long");
}

#[test]
fn commands_without_arguments() {
    for line in ["DATA", "RSET", "QUIT", "STARTTLS", "NOOP", "HELP"] {
        accepts(line, line);
        accepts(&line.to_lowercase(), line);
    }
    accepts("NOOP anything at all", "NOOP");
    accepts("HELP me", "HELP");
    accepts("VRFY Anna Keller", "VRFY Anna Keller");
    accepts("expn staff", "EXPN staff");
    refuses("DATA now", "501 5.5.4 DATA: no argument is allowed");
    refuses("STARTTLS x", "501 5.5.4");
    refuses("VRFY", "501 5.5.4");
    for line in ["", " ", "GET / HTTP/1.1", "DATAX", "\u{e9}", "NOOPNOOPNOOP", "EHLO\tx"] {
        refuses(line, "500 5.5.1 Command not recognised");
    }
    refuses(b"NOOP \0", "500 5.5.2");
    refuses(b"NOOP \r", "500 5.5.2");
    refuses(b"NOOP \xff\xfe", "500 5.5.2");
}

#[test]
fn mail() {
    accepts("MAIL FROM:<>", "MAIL FROM:<>");
    accepts("mail from: <Anna@Valbois.TEST>", "MAIL FROM:<Anna@valbois.test>");
    accepts(
        "MAIL FROM:<a@b.test> size=12345 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=QQ+2B314159 AUTH=e+3Dmc2@example.com",
        "MAIL FROM:<a@b.test> SIZE=12345 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+2B314159 AUTH=e+3Dmc2@example.com",
    );
    accepts(
        "MAIL FROM:<a@b.test> BODY=7BIT RET=FULL AUTH=<>",
        "MAIL FROM:<a@b.test> BODY=7BIT RET=FULL AUTH=<>",
    );
    accepts("MAIL FROM:<\"a>b c\"@b.test>", "MAIL FROM:<\"a>b c\"@b.test>");
    accepts("MAIL FROM:<@x.test,@y.test:a@b.test>", "MAIL FROM:<a@b.test>");
    accepts("MAIL FROM:<josé@bücher.example> SMTPUTF8", "MAIL FROM:<josé@xn--bcher-kva.example> SMTPUTF8");
    accepts("MAIL FROM:<> SIZE=99999999999999999999", "MAIL FROM:<> SIZE=18446744073709551615");
    for (line, expected) in [
        ("MAIL", "501 5.5.4 MAIL: the argument is FROM:<address>"),
        ("MAIL a@b.test", "501 5.5.4 MAIL: the argument is FROM:<address>"),
        ("MAIL FROM:a@b.test", "501 5.5.4 MAIL: the argument is FROM:<address>"),
        ("MAIL FROM:<a@b.test", "501 5.5.4 MAIL: the argument is FROM:<address>"),
        ("MAIL FROM:<\"a@b.test>", "501 5.5.4 MAIL: the argument is FROM:<address>"),
        ("MAIL FROM:<@x.test>", "501 5.5.4 MAIL: the argument is FROM:<address>"),
        ("MAIL FROM:<a>", "501 5.5.4 MAIL: «a» is not an address"),
        ("MAIL FROM:<a@b.test>SIZE=1", "501 5.5.4 MAIL: a space stands between"),
        ("MAIL FROM:<a@b.test> SIZE=", "501 5.5.4 MAIL: a parameter is"),
        ("MAIL FROM:<a@b.test> SIZE", "501 5.5.4 MAIL: SIZE is a number"),
        ("MAIL FROM:<a@b.test> SIZE=1x", "501 5.5.4 MAIL: SIZE is a number"),
        ("MAIL FROM:<a@b.test> SIZE=1 SIZE=2", "501 5.5.4 MAIL: each parameter may stand once"),
        ("MAIL FROM:<a@b.test> BODY=9BIT", "501 5.5.4 MAIL: BODY is"),
        ("MAIL FROM:<a@b.test> RET=ALL", "501 5.5.4 MAIL: RET is"),
        ("MAIL FROM:<a@b.test> ENVID=a+0A", "501 5.5.4 MAIL: ENVID is"),
        ("MAIL FROM:<a@b.test> SMTPUTF8=1", "501 5.5.4 MAIL: SMTPUTF8 has"),
        ("MAIL FROM:<a@b.test> NOTIFY=NEVER", "555 5.5.4 MAIL: no parameter NOTIFY"),
        ("MAIL FROM:<a@b.test> MT-PRIORITY=3", "555 5.5.4 MAIL: no parameter MT-PRIORITY"),
    ] {
        refuses(line, expected);
    }
    let many: String = (0..17).map(|n| format!(" X{n}")).collect();
    refuses(format!("MAIL FROM:<a@b.test>{many}"), "501 5.5.4 MAIL: too many parameters");
}

#[test]
fn rcpt() {
    accepts("RCPT TO:<a@b.test>", "RCPT TO:<a@b.test>");
    accepts("RCPT TO:<POSTMASTER>", "RCPT TO:<Postmaster>");
    accepts(
        "RCPT TO:<a@b.test> NOTIFY=success,DELAY ORCPT=rfc822;Bob+2Bx@b.test",
        "RCPT TO:<a@b.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+2Bx@b.test",
    );
    accepts("RCPT TO:<a@b.test> NOTIFY=NEVER", "RCPT TO:<a@b.test> NOTIFY=NEVER");
    accepts(
        "RCPT TO:<a@b.test> ORCPT=utf-8;jos\\x{E9}@b.test",
        "RCPT TO:<a@b.test> ORCPT=utf-8;jos\\x{E9}@b.test",
    );
    // As Postfix writes it.
    accepts(
        "RCPT TO:<josé@b.test> ORCPT=rfc822;jos+C3+A9@b.test",
        "RCPT TO:<josé@b.test> ORCPT=utf-8;jos\\x{E9}@b.test",
    );
    refuses("RCPT TO:<a@b.test> ORCPT=x400;jos+C3+A9", "501 5.5.4 RCPT: ORCPT is");
    // A hundred letters of two octets each would be six hundred octets on their way out.
    let long = format!("RCPT TO:<a@b.test> ORCPT=utf-8;{}@b.test", "é".repeat(100));
    refuses(long, "501 5.5.4 RCPT: ORCPT is");
    for (line, expected) in [
        ("RCPT TO:<>", "501 5.5.4 RCPT: a recipient is never empty"),
        ("RCPT FROM:<a@b.test>", "501 5.5.4 RCPT: the argument is TO:<address>"),
        ("RCPT TO:<a@b.test> NOTIFY=NEVER,SUCCESS", "501 5.5.4 RCPT: NOTIFY is"),
        ("RCPT TO:<a@b.test> NOTIFY=", "501 5.5.4"),
        ("RCPT TO:<a@b.test> ORCPT=a@b.test", "501 5.5.4 RCPT: ORCPT is"),
        ("RCPT TO:<a@b.test> ORCPT=rfc822;a+0D+0Ab", "501 5.5.4 RCPT: ORCPT is"),
        ("RCPT TO:<a@b.test> ORCPT=utf-8;\\x{D800}", "501 5.5.4 RCPT: ORCPT is"),
        ("RCPT TO:<a@b.test> ORCPT=utf-8;a\\b@b.test", "501 5.5.4 RCPT: ORCPT is"),
        ("RCPT TO:<a@b.test> SIZE=1", "555 5.5.4 RCPT: no parameter SIZE"),
    ] {
        refuses(line, expected);
    }
}

#[test]
fn bdat_and_auth() {
    accepts("BDAT 0 last", "BDAT 0 LAST");
    accepts("bdat 86", "BDAT 86");
    for line in ["BDAT", "BDAT x", "BDAT -1", "BDAT 1 FIRST", "BDAT 1 LAST x", "BDAT 99999999999999999999"] {
        refuses(line, "501 5.5.4 BDAT");
    }
    accepts("AUTH plain AGEAYg==", "AUTH PLAIN AGEAYg==");
    accepts("AUTH SCRAM-SHA-256 =", "AUTH SCRAM-SHA-256 =");
    accepts("AUTH LOGIN", "AUTH LOGIN");
    for line in ["AUTH", "AUTH PLAIN a b", "AUTH PL(AIN", "AUTH ABCDEFGHIJKLMNOPQRSTU"] {
        refuses(line, "501 5.5.4 AUTH");
    }
}

#[test]
fn lines_end_with_crlf_and_have_a_limit() {
    assert_eq!(next_line(b"NOOP\r\nRSET", 20), Line::Complete { octets: b"NOOP", consumed: 6 });
    assert_eq!(next_line(b"\r\n", 20), Line::Complete { octets: b"", consumed: 2 });
    assert_eq!(next_line(b"NOOP\nRSET\r\n", 20), Line::BareLf { consumed: 5 });
    assert_eq!(next_line(b"NOOP\r", 20), Line::Incomplete);
    assert_eq!(next_line(b"", 20), Line::Incomplete);
    assert_eq!(next_line(b"12345678\r\n", 10), Line::Complete { octets: b"12345678", consumed: 10 });
    assert_eq!(next_line(b"123456789\r\n", 10), Line::TooLong);
    assert_eq!(next_line(b"1234567890", 10), Line::TooLong);
    const { assert!(COMMAND_LINE_LIMIT_OCTETS >= 1686 && AUTH_LINE_LIMIT_OCTETS >= 12_288) };
}

fn decode(input: &[u8]) -> Result<(Vec<u8>, Decoded), DataError> {
    let mut content = Vec::new();
    let decoded = DataDecoder::new().decode(input, &mut content)?;
    Ok((content, decoded))
}

#[test]
fn only_crlf_dot_crlf_ends_the_data() {
    for (input, content, consumed, ended) in [
        (&b".\r\n"[..], &b""[..], 3, true),
        (b"a\r\n.\r\nQUIT\r\n", b"a\r\n", 6, true),
        (b"..\r\n...b\r\n.c\r\n.\r\n", b".\r\n..b\r\nc\r\n", 17, true),
        (b"a.\r\n.", b"a.\r\n", 5, false),
        (b"a.\r\n.\r", b"a.\r\n", 6, false),
        (b"a\r", b"a", 2, false),
        (b"\r\n\r\n.\r\n", b"\r\n\r\n", 7, true),
    ] {
        let shown = String::from_utf8_lossy(input);
        assert_eq!(decode(input), Ok((content.to_vec(), Decoded { consumed, ended })), "{shown}");
    }
    for (input, error) in [
        (&b"a\n.\nMAIL"[..], DataError::BareLf),
        (b"a\r\n.\nMAIL", DataError::BareLf),
        (b"a\n.\r\nMAIL", DataError::BareLf),
        (b"a\r.\r\nMAIL", DataError::BareCr),
        (b"a\r\n.\rMAIL", DataError::BareCr),
        (b"a\r\r\n.\r\n", DataError::BareCr),
        (b"a\r\n.\r\r\n", DataError::BareCr),
        (b"\n", DataError::BareLf),
    ] {
        let shown = String::from_utf8_lossy(input);
        assert_eq!(decode(input), Err(error), "{shown}");
    }
    let mut long = vec![b'x'; DATA_LINE_LIMIT_OCTETS - 2];
    long.extend_from_slice(b"\r\n.\r\n");
    assert!(decode(&long).is_ok());
    long.insert(0, b'x');
    assert_eq!(decode(&long), Err(DataError::LineTooLong));
    assert_eq!(decode(&vec![b'x'; DATA_LINE_LIMIT_OCTETS + 1]), Err(DataError::LineTooLong));
}

#[test]
fn a_broken_decoder_stays_broken_and_nulls_are_seen() {
    let mut decoder = DataDecoder::new();
    let mut content = Vec::new();
    assert!(decoder.decode(b"a\n", &mut content).is_err());
    assert_eq!(decoder.decode(b"\r\n.\r\n", &mut content), Err(DataError::BareLf));
    let mut decoder = DataDecoder::new();
    decoder.decode(b"a\0b\r\n.\r\n", &mut content).unwrap();
    assert!(decoder.has_null());
}

#[test]
fn chunks_are_checked_like_lines() {
    for (octets, expected) in [
        (&b"a\r\n.\r\nb"[..], Ok(())),
        (b"", Ok(())),
        (b"a\nb", Err(DataError::BareLf)),
        (b"a\rb", Err(DataError::BareCr)),
        (b"a\r", Err(DataError::BareCr)),
        (b"a\0", Err(DataError::Null)),
    ] {
        let mut checker = ChunkChecker::new();
        checker.check(octets);
        assert_eq!(checker.finish(), expected);
    }
}

fn encode(input: &[u8]) -> Vec<u8> {
    let mut encoder = DataEncoder::new();
    let mut wire = Vec::new();
    encoder.encode(input, &mut wire);
    encoder.finish(&mut wire);
    wire
}

#[test]
fn the_encoder_stuffs_dots_and_mends_lines() {
    assert_eq!(encode(b""), b".\r\n");
    assert_eq!(encode(b"a\r\n"), b"a\r\n.\r\n");
    assert_eq!(encode(b"a"), b"a\r\n.\r\n");
    assert_eq!(encode(b".\r\n..\r\nx."), b"..\r\n...\r\nx.\r\n.\r\n");
    assert_eq!(encode(b"a\n.\nb\r.\r\rc"), b"a\r\n..\r\nb\r\n..\r\n\r\nc\r\n.\r\n");
}

#[test]
fn replies_are_read_line_by_line() {
    let mut parser = ReplyParser::new();
    let input = b"250-mx.test greets you\r\n250-SIZE 1000\r\n250 PIPELINING\r\n354 go";
    let (used, reply) = parser.read(input).unwrap();
    assert_eq!(reply, Some(Reply::new(250, None, "mx.test greets you\nSIZE 1000\nPIPELINING")));
    assert_eq!(parser.read(&input[used..]), Ok((6, None)));
    assert_eq!(parser.read(b" on\n"), Ok((4, Some(Reply::new(354, None, "go on")))));
    for (wire, expected) in [
        ("550 5.1.1 no such user\r\n", Reply::never(550, 1, 1, "no such user")),
        ("452-4.2.2 full\r\n452 4.2.2 later\r\n", Reply::later(452, 2, 2, "full\nlater")),
        ("550 4.1.1 which?\r\n", Reply::new(550, None, "4.1.1 which?")),
        ("250 2.0.0\r\n", Reply::done(250, 0, 0, "")),
        ("250\r\n", Reply::new(250, None, "")),
        ("250 1.2.3.4 is fine\r\n", Reply::new(250, None, "1.2.3.4 is fine")),
    ] {
        assert_eq!(ReplyParser::new().read(wire.as_bytes()), Ok((wire.len(), Some(expected))));
    }
    for wire in ["hello\r\n", "25 x\r\n", "2500\r\n", "150 x\r\n", "650 x\r\n", "\r\n", "250x\r\n"] {
        assert!(matches!(ReplyParser::new().read(wire.as_bytes()), Err(ReplyError::Malformed(_))), "{wire}");
    }
    assert_eq!(ReplyParser::new().read(&[b'2'; 5000]), Err(ReplyError::TooLong));
    assert_eq!(ReplyParser::new().read(&b"250-x\r\n".repeat(201)), Err(ReplyError::TooLong));
}

#[test]
fn capabilities_are_read_in_any_case() {
    let reply = Reply::new(
        250,
        None,
        "mx.test at your service\nsize 10240000\nPIPELINING\n8bitmime\nSMTPUTF8\nDSN\nSTARTTLS\nCHUNKING\n\
         BINARYMIME\nENHANCEDSTATUSCODES\nAUTH PLAIN login\nAUTH=LOGIN XOAUTH2\nXCLIENT NAME ADDR",
    );
    let found = Capabilities::parse(&reply);
    assert_eq!(found.name, "mx.test");
    assert_eq!(found.size_limit_bytes, Some(10_240_000));
    assert_eq!(found.auth, ["PLAIN", "LOGIN", "XOAUTH2"]);
    assert!(found.size && found.pipelining && found.eight_bit_mime && found.smtputf8 && found.dsn);
    assert!(found.starttls && found.chunking && found.binary_mime && found.enhanced_status_codes);
    let bare = Capabilities::parse(&Reply::new(250, None, "mx.test\nSIZE 0"));
    assert!(bare.size && bare.size_limit_bytes.is_none() && !bare.pipelining);
    assert_eq!(Capabilities::parse(&Reply::new(250, None, "")), Capabilities::default());
}

fn envelope(from: &str, to: &[&str]) -> Envelope {
    let recipient = |to: &&str| Recipient {
        address: Address::parse(to).unwrap(),
        notify: Some(Notify::NEVER),
        original: Some(OriginalRecipient { address_type: "rfc822".into(), address: "x+y@b.test".into() }),
    };
    Envelope {
        from: ReversePath::Address(Address::parse(from).unwrap()),
        recipients: to.iter().map(recipient).collect(),
        return_content: Some(ReturnContent::Headers),
        envelope_id: Some("id=1".into()),
        body: BodyKind::EightBit,
        tls: model::TlsWish::Usual,
        smtputf8: false,
    }
}

fn planned(envelope: &Envelope, capabilities: &Capabilities) -> Result<Vec<String>, Obstacle> {
    let plan = Plan::new(envelope, 500, capabilities)?;
    let group = |group: &[Command]| {
        let mut wire = Vec::new();
        group.iter().for_each(|command| command.encode(&mut wire));
        String::from_utf8(wire).unwrap()
    };
    Ok(plan.groups().map(group).collect())
}

#[test]
fn a_plan_says_what_the_peer_understands() {
    let all = Capabilities {
        pipelining: true,
        eight_bit_mime: true,
        dsn: true,
        size: true,
        size_limit_bytes: Some(1000),
        ..Capabilities::default()
    };
    let letter = envelope("a@b.test", &["c@d.test", "e@d.test"]);
    assert_eq!(
        planned(&letter, &all).unwrap(),
        ["MAIL FROM:<a@b.test> SIZE=500 BODY=8BITMIME RET=HDRS ENVID=id+3D1\r\n\
          RCPT TO:<c@d.test> NOTIFY=NEVER ORCPT=rfc822;x+2By@b.test\r\n\
          RCPT TO:<e@d.test> NOTIFY=NEVER ORCPT=rfc822;x+2By@b.test\r\n"]
    );
    let plain = Capabilities::default();
    assert_eq!(planned(&letter, &plain), Err(Obstacle::NeedsEightBitMime));
    let seven = Envelope { body: BodyKind::SevenBit, ..letter.clone() };
    assert_eq!(
        planned(&seven, &plain).unwrap(),
        ["MAIL FROM:<a@b.test>\r\n", "RCPT TO:<c@d.test>\r\n", "RCPT TO:<e@d.test>\r\n"]
    );
    let small = Capabilities { size_limit_bytes: Some(499), ..all.clone() };
    assert_eq!(planned(&letter, &small), Err(Obstacle::TooLarge { size_bytes: 500, limit_bytes: 499 }));
    assert_eq!(planned(&envelope("é@b.test", &["c@d.test"]), &all), Err(Obstacle::NeedsSmtpUtf8));
    let demanding = Envelope { tls: model::TlsWish::Required, ..letter.clone() };
    assert_eq!(planned(&demanding, &all), Err(Obstacle::NeedsRequireTls));
    let secure = Capabilities::parse(&Reply::new(250, None, "b.test\nrequiretls\n8bitmime"));
    let commands = planned(&demanding, &secure).unwrap();
    assert_eq!(commands[0], "MAIL FROM:<a@b.test> BODY=8BITMIME REQUIRETLS\r\n");
    assert!(matches!(
        Command::parse(commands[0].trim_end().as_bytes()),
        Ok(Command::Mail(mail)) if mail.require_tls
    ));
    let binary = Envelope { body: BodyKind::Binary, ..letter };
    assert_eq!(planned(&binary, &all), Err(Obstacle::NeedsBinaryMime));
}

#[test]
fn sasl_messages_have_their_form() {
    let credentials = sasl::parse_plain(b"\0anna@valbois.test\0secret").unwrap();
    assert_eq!((credentials.authorisation.as_str(), credentials.password.as_str()), ("", "secret"));
    assert!(!format!("{credentials:?}").contains("secret"));
    assert_eq!(sasl::parse_plain(&sasl::plain("a", "b")).unwrap().login, "a");
    for message in [&b""[..], b"a\0b", b"a\0b\0c\0d", b"\0\0", b"\0a\0", b"\0\xff\0b"] {
        assert_eq!(sasl::parse_plain(message).unwrap_err(), sasl::SaslError::Malformed);
    }
    assert_eq!(sasl::parse_login(b"a\0b"), Err(sasl::SaslError::Malformed));
    assert_eq!(sasl::parse_login(&[b'a'; 1025]), Err(sasl::SaslError::TooLong));
    assert_eq!(sasl::decode_initial("="), Ok(Vec::new()));
    assert_eq!(sasl::decode_base64("YQ=="), Ok(b"a".to_vec()));
    for line in ["YQ=", "YQ", "Y", "YQ==YQ==", "Y Q=", "*"] {
        assert_eq!(sasl::decode_base64(line), Err(sasl::SaslError::NotBase64), "{line}");
    }
    assert_eq!(sasl::decode_base64(&"AAAA".repeat(2731)), Err(sasl::SaslError::TooLong));
}

/// Bytes in which the interesting ones are frequent.
fn awkward() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        3 => Just(b'\r'), 3 => Just(b'\n'), 3 => Just(b'.'), 1 => Just(0u8), 2 => Just(b'a'), 1 => any::<u8>()
    ];
    let piece = prop_oneof![
        byte.prop_map(|byte| vec![byte]),
        Just(b"\r\n".to_vec()),
        Just(b"text\r\n".to_vec()),
        Just(b"\r\n.".to_vec())
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

/// The input cut at the given places.
fn cut(input: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut % (input.len() + 1)).collect();
    at.extend([0, input.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| input[pair[0]..pair[1]].to_vec()).collect()
}

type DataResult = (Result<(usize, bool), DataError>, Vec<u8>, bool);

fn decode_pieces(pieces: &[Vec<u8>]) -> DataResult {
    let mut decoder = DataDecoder::new();
    let (mut content, mut consumed) = (Vec::new(), 0);
    for piece in pieces {
        match decoder.decode(piece, &mut content) {
            Ok(decoded) => {
                consumed += decoded.consumed;
                if decoded.ended {
                    return (Ok((consumed, true)), content, decoder.has_null());
                }
                assert_eq!(decoded.consumed, piece.len());
            }
            Err(error) => return (Err(error), Vec::new(), false),
        }
    }
    (Ok((consumed, false)), content, decoder.has_null())
}

/// What the rules say, a byte at a time: slow and obvious.
fn decode_slowly(input: &[u8]) -> Result<(Vec<u8>, bool), DataError> {
    let mut content = Vec::new();
    let mut rest = input;
    loop {
        let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
            return bare(rest.strip_suffix(b"\r").unwrap_or(rest)).map(|()| (content, false));
        };
        bare(&rest[..end])?;
        match &rest[..end] {
            b"." => return Ok((content, true)),
            line => content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line)),
        }
        content.extend_from_slice(b"\r\n");
        rest = &rest[end + 2..];
    }
}

fn bare(text: &[u8]) -> Result<(), DataError> {
    match text.iter().find(|byte| b"\r\n".contains(byte)) {
        Some(b'\r') => Err(DataError::BareCr),
        Some(_) => Err(DataError::BareLf),
        None => Ok(()),
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_command_or_an_error(line in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Command::parse(&line);
    }

    #[test]
    fn what_parses_encodes_to_itself(
        line in "(MAIL FROM:|RCPT TO:|BDAT |AUTH |EHLO |VRFY )<?[a-zé.\"@0-9 ]{0,12}>?( (SIZE|ENVID|NOTIFY|ORCPT|AUTH|RET)=[A-Z0-9+;=\\\\{}x]{0,9}){0,2}"
    ) {
        if let Ok(command) = Command::parse(line.as_bytes()) {
            let mut wire = Vec::new();
            command.encode(&mut wire);
            prop_assert_eq!(Command::parse(&wire[..wire.len() - 2]), Ok(command));
        }
    }

    #[test]
    fn data_decodes_the_same_in_any_pieces(input in awkward(), cuts in prop::collection::vec(any::<usize>(), 0..6)) {
        let whole = decode_pieces(std::slice::from_ref(&input));
        prop_assert_eq!(&decode_pieces(&cut(&input, &cuts)), &whole);
        match (decode_slowly(&input), whole) {
            (Ok((content, true)), (Ok((_, true)), decoded, _)) => prop_assert_eq!(content, decoded),
            (Ok((_, false)), (Ok((_, false)), _, _)) => {}
            (Err(_), (Err(_), _, _)) => {}
            (slow, fast) => prop_assert!(false, "{slow:?} but {fast:?}"),
        }
    }

    #[test]
    fn chunks_check_the_same_in_any_pieces(input in awkward(), cuts in prop::collection::vec(any::<usize>(), 0..6)) {
        let mut whole = ChunkChecker::new();
        whole.check(&input);
        let mut pieces = ChunkChecker::new();
        cut(&input, &cuts).iter().for_each(|piece| pieces.check(piece));
        prop_assert_eq!(pieces.finish(), whole.finish());
    }

    #[test]
    fn what_is_encoded_decodes_to_the_same_lines(input in awkward(), cuts in prop::collection::vec(any::<usize>(), 0..6)) {
        let input: Vec<u8> = input.into_iter().filter(|byte| *byte != 0).collect();
        let mut encoder = DataEncoder::new();
        let mut wire = Vec::new();
        cut(&input, &cuts).iter().for_each(|piece| encoder.encode(piece, &mut wire));
        encoder.finish(&mut wire);
        prop_assert_eq!(&wire, &encode(&input));
        let (content, decoded) = decode(&wire).expect("the encoder writes CRLF only");
        prop_assert_eq!(decoded, Decoded { consumed: wire.len(), ended: true });
        // A message whose lines were right comes out as it went in.
        if decode_slowly(&input) == Ok((input.clone(), false)) && (input.is_empty() || input.ends_with(b"\r\n")) {
            prop_assert_eq!(content, input);
        }
    }

    #[test]
    fn replies_read_the_same_in_any_pieces(
        input in "((2[0-9]{2}|4[0-9]{2}|250)[ -]([24]\\.[0-9]{1,2}\\.[0-9] )?[a-zé ]{0,8}\r?\n){0,5}",
        cuts in prop::collection::vec(any::<usize>(), 0..6),
    ) {
        let read = |pieces: &[Vec<u8>]| {
            let mut parser = ReplyParser::new();
            let mut replies = Vec::new();
            for piece in pieces {
                let mut rest = &piece[..];
                while !rest.is_empty() {
                    let (used, reply) = parser.read(rest).expect("well-formed");
                    rest = &rest[used..];
                    replies.extend(reply);
                }
            }
            replies
        };
        prop_assert_eq!(read(&cut(input.as_bytes(), &cuts)), read(&[input.as_bytes().to_vec()]));
    }

    #[test]
    fn a_reply_survives_the_wire(code in 200u16..600, enhanced in proptest::option::of((0u16..8, 0u16..99)), text in "[a-z]{1,8}(\n[a-z]{1,8}){0,2}") {
        let reply = Reply::new(code, enhanced.filter(|_| code / 100 != 3), text);
        let wire = reply.to_wire();
        prop_assert_eq!(ReplyParser::new().read(wire.as_bytes()), Ok((wire.len(), Some(reply.clone()))));
        prop_assert!(matches!(reply.class(), Class::Done | Class::GoOn | Class::Later | Class::Never));
    }

    #[test]
    fn xtext_survives(text in "[ -~é€]{0,20}") {
        prop_assert_eq!(xtext::decode(&xtext::encode(&text)), Some(text.clone()));
        prop_assert_eq!(xtext::decode_utf8_address(&xtext::encode_utf8_address(&text)), Some(text));
    }
}
