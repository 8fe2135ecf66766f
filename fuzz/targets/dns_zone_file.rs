//! Zone files: never a panic; a record that was read is read the same from what we write of it.
#![no_main]

use wire_dns::{Name, zone_file};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let file = zone_file::read(text, &Name::root(), 3600);
    for (_, record) in &file.records {
        let again = zone_file::read(&record.text(), &Name::root(), 3600);
        assert_eq!(again.bad_lines, []);
        assert_eq!(&again.records[0].1, record);
    }
});
