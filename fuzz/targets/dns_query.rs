//! DNS questions: never a panic, never more than there is room for; a signature that was read is not believed.
#![no_main]

use std::sync::{Arc, LazyLock};

use wire_dns::tsig::{TsigKey, verify};
use wire_dns::{Image, Images, Name, Query, Signing, SigningKey, Transport, ZoneData, answer, cut_short, refuse, zone_file};

const ZONE: &str = "@ SOA ns1 h 1 1 1 1 60\n@ NS ns1\nns1 A 192.0.2.1\nwww CNAME ns1\n*.wild TXT \"w\"\nsub NS ns.sub\nns.sub A 192.0.2.2\n\
                    a.b.c MX 10 ns1\n";

static IMAGES: LazyLock<Images> = LazyLock::new(|| {
    let origin = wire_dns::parse_name("example.org.", &Name::root()).expect("a name");
    let file = zone_file::read(ZONE, &origin, 3600);
    let (serial, soa) = file.soa.expect("a SOA record");
    let records = file.records.into_iter().map(|(_, record)| record).collect();
    let zone = ZoneData { origin, serial, soa, default_ttl: 3600, records };
    let signing = Signing::new(Arc::new(SigningKey::generate()), wire_dns_now());
    let mut images = Images::default();
    images.insert(Arc::new(Image::build(&zone, Some(&signing)).expect("an image")));
    images
});

fn wire_dns_now() -> model::Timestamp {
    model::Timestamp(1_795_262_400_000)
}

libfuzzer_sys::fuzz_target!(|message: &[u8]| {
    let mut out = Vec::new();
    match Query::read(message) {
        Err(why) => _ = refuse(message, why, &mut out),
        Ok(query) => {
            for transport in [Transport::Udp, Transport::Tcp] {
                let room = query.room(transport);
                answer(&IMAGES, &query, message, room, &mut out);
                assert!(out.len() <= room);
            }
            cut_short(&query, &mut out);
            let key = TsigKey::new(&Name::root(), b"secret");
            assert!(!query.is_signed() || verify(message, &query, [&key], 1_795_262_400).is_err());
            if query.is_transfer() {
                let image = IMAGES.iter().next().expect("one zone");
                let mut transfer = wire_dns::transfer::Transfer::new(image, &query, message);
                while transfer.next_message(&mut out) {}
            }
        }
    }
});
