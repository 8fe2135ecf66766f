//! Header fields: words, addresses, dates and charsets never panic.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let _ = wire_mime::decode_words(input);
    let _ = wire_mime::parse_addresses(input);
    let _ = wire_mime::Date::parse(input);
    let _ = wire_mime::decode_charset(input, Some("iso-2022-jp"));
    for field in wire_mime::fields(input) {
        let _ = field.unfolded();
    }
    let _ = wire_mime::Encoding::parse(input).decode(input);
});
