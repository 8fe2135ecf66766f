//! The example of RFC 7677 §3, and messages that are not of the mechanism.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{ClientFirst, ProofTrouble, ScramExchange};
use crate::login::AuthProtocol;
use crate::login::hash::scram_keys;

const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";

fn begin(message: &str, nonce: &str) -> (String, ScramExchange) {
    let first = ClientFirst::parse(message.as_bytes()).unwrap();
    let salt = BASE64.decode(SALT).unwrap();
    let source = "192.0.2.1".parse().unwrap();
    let (_, mut exchange) = ScramExchange::begin(first, b"", &salt, 4096, AuthProtocol::Imap, source);
    // The example's nonce is no base64 of anything, so it is put in here.
    exchange.nonce.push_str(nonce);
    exchange.server_first = format!("r={},s={SALT},i=4096", exchange.nonce);
    (exchange.server_first.clone(), exchange)
}

#[test]
fn the_example_of_rfc_7677_is_answered_as_there() {
    let (server_first, exchange) =
        begin("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0");
    assert_eq!(
        server_first,
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    );
    let proof = exchange
        .proof(
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
              p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
        )
        .ok()
        .unwrap();
    let (stored_key, server_key) = scram_keys("pencil", &BASE64.decode(SALT).unwrap(), 4096);
    assert!(proof.is_made_with(&stored_key));
    assert_eq!(proof.server_final(&server_key), "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    let (other_key, _) = scram_keys("pencils", &BASE64.decode(SALT).unwrap(), 4096);
    assert!(!proof.is_made_with(&other_key));
}

#[test]
fn first_messages_are_read_as_the_grammar_says() {
    for (message, expected) in [
        ("n,,n=user,r=abc", Some(("user", ""))),
        ("y,,n=user,r=abc", Some(("user", ""))),
        ("n,a=user,n=user,r=abc", Some(("user", "user"))),
        ("n,,n=a=2Cb=3Dc,r=abc,x=ext", Some(("a,b=c", ""))),
        ("p=tls-unique,,n=user,r=abc", None),
        ("n,,m=must,n=user,r=abc", None),
        ("n,,n=a=b,r=abc", None),
        ("n,,n=,r=abc", None),
        ("n,,n=user,r=", None),
        ("n,,n=user", None),
        ("n,x,n=user,r=abc", None),
        ("x,,n=user,r=abc", None),
        ("", None),
        ("n", None),
    ] {
        let first = ClientFirst::parse(message.as_bytes()).ok();
        let read = first.as_ref().map(|first| (first.login.as_str(), first.authorise_as.as_str()));
        assert_eq!(read, expected, "{message}");
    }
    assert!(ClientFirst::parse(&[0xff; 10]).is_err());
    assert!(ClientFirst::parse(&[b'n'; 100_000]).is_err());
}

#[test]
fn final_messages_repeat_what_was_said_first() {
    let (_, exchange) = begin("y,,n=user,r=abc", "def");
    let proof = BASE64.encode([0; 32]);
    let check = |message: String| match exchange.proof(message.as_bytes()) {
        Ok(_) => "read",
        Err(ProofTrouble::Malformed(_)) => "malformed",
        Err(ProofTrouble::Wrong(_)) => "wrong",
    };
    let header = BASE64.encode("y,,");
    assert_eq!(check(format!("c={header},r=abcdef,p={proof}")), "read");
    assert_eq!(check(format!("c={header},r=abcdef,x=y,p={proof}")), "read");
    assert_eq!(check(format!("c={},r=abcdef,p={proof}", BASE64.encode("n,,"))), "wrong");
    assert_eq!(check(format!("c={header},r=abcdeg,p={proof}")), "wrong");
    assert_eq!(check(format!("c={header},r=abcdef,p=AAAA")), "malformed");
    assert_eq!(check(format!("c={header},r=abcdef")), "malformed");
    assert_eq!(check(format!("c=?,r=abcdef,p={proof}")), "malformed");
    assert_eq!(check(String::new()), "malformed");
}
