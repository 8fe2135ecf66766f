//! The reader and the writer of XML by themselves.

use proptest::prelude::*;

use crate::xml::{Writer, is_character, read};

#[test]
fn what_is_not_well_formed_is_not_read() {
    for wrong in [
        "",
        " ",
        "x",
        "<a>",
        "</a>",
        "<a></b>",
        "<a></a></a>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a",
        "<a b/>",
        "<a b=c/>",
        "<a b='1'c='2'/>",
        "<a b='<'/>",
        "<a b='&'/>",
        "<a b='&x;'/>",
        "<1/>",
        "<a:/>",
        "<:a/>",
        "<a b:='1'/>",
        "<a / >",
        "<a/ >",
        "<a><?xml version='1.0'?></a>",
        " <?xml version='1.0'?><a/>",
        "<?xml version='1.1'?><a/>",
        "<?xml version='1.0' encoding='latin1'?><a/>",
        "<a>&#x41</a>",
        "<![CDATA[x]]><a/>",
        "&#32;<a/>",
        "<a><![CDATA[x</a>",
        "<a xmlns:p='u'/><p:b/>",
        "<a><!-- x</a>",
        "<a b='1' b='1'/>",
        "<é:é/>",
        "<?x?><a/>",
        "<!ELEMENT a ANY><a/>",
    ] {
        assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
    }
}

#[test]
fn attributes_are_read_as_xml_has_them() {
    let root = read(b"<a x = '1\n2' y=\"&lt;&#10;\" xml:lang='de'\n/>").unwrap();
    assert_eq!(root.attribute(None, "x"), Some("1 2"));
    assert_eq!(root.attribute(None, "y"), Some("<\n"));
    assert_eq!(root.attribute(Some("http://www.w3.org/XML/1998/namespace"), "lang"), Some("de"));
}

#[test]
fn a_long_text_without_references_is_not_copied() {
    let document = format!("<a>{}</a>", "x".repeat(100));
    let root = read(document.as_bytes()).unwrap();
    assert!(matches!(root.text, std::borrow::Cow::Borrowed(_)));
}

proptest! {
    #[test]
    fn every_text_is_read_as_it_was_written(text in ".*", value in ".*") {
        let sayable = |text: &str| text.chars().map(|c| if is_character(c) { c } else { '\u{fffd}' }).collect::<String>();
        let mut writer = Writer::new();
        writer.open("p:a").with("xmlns:p", "u&<>").with("b", &value).text(&text);
        let document = writer.finish();
        let root = read(document.as_bytes()).unwrap();
        prop_assert_eq!(&root.text, &sayable(&text));
        let value = sayable(&value);
        prop_assert_eq!(root.attribute(None, "b"), Some(value.as_str()));
        prop_assert!(root.name.is("u&<>", "a"));
    }

    #[test]
    fn no_octets_make_it_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&octets);
    }

    #[test]
    fn no_pieces_of_markup_make_it_panic(pieces in proptest::collection::vec(
        prop::sample::select(vec!["<a", ">", "</a>", "/>", " b='", "'", "&", ";", "#x", "lt", "<!--", "-->", "<![CDATA[", "]]>",
            "<?", "?>", "xml ", "version='1.0'", "xmlns", ":p", "=", "\"", "é", "\r\n", "<!DOCTYPE", "[", "x"]), 0..40)) {
        let _ = read(pieces.concat().as_bytes());
    }
}
