//! The host of a request, as clients write it.

use crate::Host;

#[test]
fn a_host_is_a_name_or_an_address_and_nothing_else() {
    for (text, expected) in [
        ("Mail.Example.ch", Some("mail.example.ch")),
        ("mail.example.ch.:8443", Some("mail.example.ch")),
        ("192.0.2.1:80", Some("192.0.2.1")),
        ("[2001:db8::1]:443", Some("[2001:db8::1]")),
        ("", None),
        ("a..b", None),
        ("user@example.ch", None),
        ("example.ch/path", None),
        ("example.ch:http", None),
        ("[2001:db8::1", None),
        ("[192.0.2.1]", None),
    ] {
        assert_eq!(Host::parse(text).map(|host| host.to_string()).as_deref(), expected, "{text}");
    }
}
