//! SPF, notices and links: what the pages say of names, and whose the records are afterwards.

use directory::Scope;
use model::Domain;
use zones::{ManagedBy, Standing};

use super::{Town, towns};
use crate::words::Language;

impl Town {
    /// A mail domain of Valbois whose zone is elsewhere.
    async fn elsewhere(&self, name: &str) {
        let zones = self.zones.administration(Scope::Operator("test"), "test");
        let name = Domain::parse(name).unwrap();
        zones.create_domain(self.valbois, None, &name, Standing::Stays).await.unwrap();
    }
}

/// R116: what the mail service keeps stays its own, and goes with it.
#[tokio::test]
async fn strict_or_soft_leaves_the_record_to_the_mail_service() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let domain = town.mail_domain().await;
        let zones = town.zones.administration(Scope::Tenant(town.valbois), "test");
        let zone = zones.zone_called("valbois.test").await.unwrap().id;
        let spf = async || {
            let records = zones.records(zone).await.unwrap();
            let spf: Vec<_> = records.into_iter().filter(|record| record.data.contains("v=spf1")).collect();
            spf.into_iter().map(|record| (record.data.clone(), record.managed_by)).collect::<Vec<_>>()
        };
        let written = |end: &str| {
            let text = format!("\"v=spf1 include:spf.mail.relais.test {end}\"");
            vec![(text, ManagedBy::MailService(domain))]
        };
        for (choice, end) in [("neutral", "?all"), ("softfail", "~all"), ("fail", "-all"), ("softfail", "~all")] {
            let answer = browser.post("/manager/domains/valbois.test/spf/all", &[("all", choice)]).await;
            assert_eq!(answer.location, "/manager/domains/valbois.test/spf", "{}", answer.text);
            assert_eq!(spf().await, written(end));
            zones.refresh(&Domain::parse("valbois.test").unwrap(), Standing::Stays).await.unwrap();
            assert_eq!(spf().await, written(end), "a choice stays made");
        }
        // The way back leaves it to the mail service too.
        let serial = zones.zone(zone).await.unwrap().serial;
        let fields = [("before", (serial - 1).to_string()), ("after", serial.to_string())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/manager/domains/valbois.test/zone/undo", &fields).await;
        assert_eq!(spf().await, written("-all"));
        browser.post("/manager/domains/valbois.test/spf/all", &[("all", "neutral")]).await;
        zones.delete_domain(domain, false).await.unwrap();
        assert_eq!(spf().await, []);
    }
}

/// R109, R123: several records and silent name servers are not «no record».
#[tokio::test]
async fn the_spf_of_a_domain_elsewhere_is_shown_as_it_is() {
    for town in towns().await {
        for name in ["deux.test", "muet.test", "sans.test"] {
            town.elsewhere(name).await;
        }
        let mut browser = town.signed_in("valbois").await;
        let path = |name: &str| format!("/manager/domains/{name}/spf");
        let none = "ne publie pas de SPF";
        let two = browser.get(&path("deux.test")).await.text;
        for said in ["Il y a 2 SPF.", "include:un.test -all", "include:autre.test ~all"] {
            assert!(two.contains(said), "{said}: {two}");
        }
        assert!(!two.contains(none) && !two.contains("spf&#x2f;all"), "{two}");
        let merged = browser.post(&format!("{}/merge", path("deux.test")), &[("pasted", "")]).await.text;
        let one = "v=spf1 include:spf.mail.relais.test include:un.test include:autre.test -all";
        assert!(merged.contains(one), "{merged}");
        let silent = browser.get(&path("muet.test")).await.text;
        assert!(silent.contains("ne peut pas être lu en ce moment") && !silent.contains(none), "{silent}");
        let without = browser.get(&path("sans.test")).await.text;
        assert!(without.contains(none), "{without}");
        assert!(without.contains("v=spf1 include:spf.mail.relais.test -all"), "the record to copy: {without}");
        // Nothing of it can be changed here.
        let refused = browser.post(&format!("{}/all", path("deux.test")), &[("all", "fail")]).await;
        assert_eq!(refused.status, axum::http::StatusCode::NOT_FOUND);
        for page in ["zone", "security", "dmarc?days=7", "reputation"] {
            let answer = browser.get(&format!("/manager/domains/deux.test/{page}")).await;
            assert_eq!(answer.status, axum::http::StatusCode::OK, "{page}: {}", answer.text);
        }
    }
}

/// R132: in plain words, on the page of SPF and behind the lamp.
#[tokio::test]
async fn what_is_wrong_with_an_spf_is_said_in_the_readers_language() {
    for town in towns().await.into_iter().take(1) {
        for name in ["boucle.test", "faux.test"] {
            town.elsewhere(name).await;
        }
        let mut browser = town.signed_in("valbois").await;
        for (language, words) in [
            (Language::French, ["renvoie à rien.test", "se renvoie à lui-même", "Le SPF est faux"]),
            (Language::German, ["verweist auf rien.test", "verweist auf sich selbst", "Das SPF ist falsch"]),
            (Language::Italian, ["rimanda a rien.test", "rimanda a sé stesso", "SPF è errato"]),
            (Language::English, ["leads to rien.test", "leads back to itself", "The SPF does not hold"]),
        ] {
            browser.language = language.tag();
            for page in ["spf", "security"] {
                let page = |name: &str| format!("/manager/domains/{name}/{page}");
                let text = browser.get(&page("boucle.test")).await.text;
                assert!(text.contains(words[0]) && text.contains(words[1]), "{language}: {text}");
                let wrong = browser.get(&page("faux.test")).await.text;
                assert!(wrong.contains(words[2]) && wrong.contains("ip4:300.1.1.1"), "{language}: {wrong}");
                for english in ["publishes no SPF", "includes itself", "IPv4 address", "stands behind all"] {
                    let is_here = text.contains(english) || wrong.contains(english);
                    assert!(!is_here, "{english} in {language}: {text}");
                }
            }
        }
    }
}
