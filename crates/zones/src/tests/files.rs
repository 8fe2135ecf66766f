//! Zone files: a look before, lines that are refused, and out again.

use super::{line, towns};
use crate::{ImportMode, ImportOptions};

const FILE: &str = "\
$TTL 7200
@ IN SOA ns.old.test. hostmaster.old.test. 1 2 3 4 5
@ IN NS ns.old.test.
@ IN MX 10 mx
mx IN A 192.0.2.1
www 30 IN CNAME mx
www 30 IN A 192.0.2.2
x IN MX 10 www
long IN TXT ( \"a\"
   \"b\" ) ; two strings
mx IN A 192.0.2.1
bad IN A 300.0.0.1
";

#[tokio::test]
async fn an_import_shows_what_it_would_do_and_does_it() {
    for town in towns().await {
        town.add(&["mx A 192.0.2.1", "old A 192.0.2.7"]).await.unwrap();
        let before = town.lines(town.zone.id).await;
        let look = ImportOptions { is_dry: true, ..ImportOptions::default() };
        let import = town.tenant.import(town.zone.id, FILE.to_owned(), look).await.unwrap();
        let refused: Vec<_> = import.refused.iter().map(|refused| (refused.line, refused.field)).collect();
        // The A record beside the CNAME; the MX that names it; what is no address.
        assert_eq!(
            refused.iter().map(|(line, _)| line.unwrap()).collect::<Vec<_>>(),
            [7, 8, 12],
            "{:?}",
            import.refused
        );
        assert_eq!(import.skipped.len(), 2);
        assert_eq!(town.lines(town.zone.id).await, before);
        // While lines are refused nothing is applied, unless they are left out.
        let strict = ImportOptions::default();
        assert_eq!(town.tenant.import(town.zone.id, FILE.to_owned(), strict).await.unwrap().refused.len(), 3);
        assert_eq!(town.lines(town.zone.id).await, before);
        let rest = ImportOptions { skips_refused: true, mode: ImportMode::Replace, is_dry: false };
        let import = town.tenant.import(town.zone.id, FILE.to_owned(), rest).await.unwrap();
        assert_eq!(
            town.lines(town.zone.id).await,
            [
                "@ MX 10 mx.valbois.test.",
                "@ NS ns1.relais.test.",
                "@ NS ns2.relais.test.",
                "long TXT \"ab\"",
                "mx A 192.0.2.1",
                "www CNAME mx.valbois.test.",
            ]
        );
        // The address stood there with another time to live, and is named twice.
        assert_eq!(import.unchanged, 1);
        let records = town.tenant.records(town.zone.id).await.unwrap();
        let ttl = |wanted: &str| records.iter().find(|info| line(info) == wanted).unwrap().ttl;
        assert_eq!((ttl("mx A 192.0.2.1"), ttl("www CNAME mx.valbois.test.")), (7200, 60));
    }
}

#[tokio::test]
async fn what_is_exported_is_imported_unchanged() {
    for town in towns().await {
        town.add(&[
            "@ MX 10 mx",
            "mx AAAA 2001:db8::1",
            "quote TXT say \"hello\\\" ; now",
            "* TXT é",
            "_sip._tcp SRV 1 2 3 sip.elsewhere.test.",
            "@ CAA 0 issue ca.test",
            "@ HTTPS 1 . alpn=h2,h3",
            "0/25 NS ns.elsewhere.test.",
        ])
        .await
        .unwrap();
        let text = town.tenant.export(town.zone.id).await.unwrap();
        assert!(text.contains("SOA"), "{text}");
        let options = ImportOptions { mode: ImportMode::Replace, ..ImportOptions::default() };
        let import = town.tenant.import(town.zone.id, text.clone(), options).await.unwrap();
        assert!(import.diff.is_empty() && import.refused.is_empty(), "{import:?}\n{text}");
        assert_eq!(import.unchanged, 8);
    }
}
