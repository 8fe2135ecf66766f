//! SPF, notices and links: what the pages say of names, and whose the records are afterwards.

use axum::http::StatusCode;
use directory::Scope;
use model::Domain;
use zones::{Edit, ManagedBy, RecordInfo, Standing};

use super::{Browser, Town, towns};
use crate::words::Language;

impl Town {
    /// A mail domain of Valbois whose zone is elsewhere.
    async fn elsewhere(&self, name: &str) {
        let zones = self.zones.administration(Scope::Operator("test"), "test");
        let name = Domain::parse(name).unwrap();
        zones.create_domain(self.valbois, None, &name, Standing::Stays).await.unwrap();
    }

    fn tenant(&self) -> zones::Administration {
        self.zones.administration(Scope::Tenant(self.valbois), "test")
    }

    /// What the zone of Valbois has.
    async fn records(&self) -> Vec<RecordInfo> {
        let zone = self.tenant().zone_called("valbois.test").await.unwrap();
        self.tenant().records(zone.id).await.unwrap()
    }
}

/// Presses «Annuler» of the message that the next page shows.
async fn take_back(browser: &mut Browser<'_>, page: &str, act: &str) {
    let text = browser.get(page).await.text.replace("&#x2f;", "/");
    let form = text.split_once(&format!("action=\"{act}\"")).unwrap_or_else(|| panic!("{act}: {text}")).1;
    let form = form.split_once("</form>").unwrap().0;
    let fields: Vec<(&str, &str)> = form
        .split("name=\"")
        .skip(1)
        .map(|rest| {
            let (name, rest) = rest.split_once('"').unwrap();
            (name, rest.split_once("value=\"").unwrap().1.split_once('"').unwrap().0)
        })
        .filter(|(name, _)| *name != "_token")
        .collect();
    assert_eq!(browser.post(act, &fields).await.status, StatusCode::SEE_OTHER);
}

/// R116: what the mail service keeps stays its own, and goes with it.
#[tokio::test]
async fn strict_or_soft_leaves_the_record_to_the_mail_service() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let domain = town.mail_domain().await;
        let zones = town.tenant();
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
        for (choice, end) in
            [("neutral", "?all"), ("softfail", "~all"), ("fail", "-all"), ("softfail", "~all")]
        {
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
        for said in
            ["Il y a 2 SPF.", "Recherches sans résultat", "include:un.test -all", "include:autre.test ~all"]
        {
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
        assert!(
            without.contains("v=spf1 include:spf.mail.relais.test -all"),
            "the record to copy: {without}"
        );
        // Nothing of it can be changed here.
        let refused = browser.post(&format!("{}/all", path("deux.test")), &[("all", "fail")]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        for page in ["zone", "security", "dmarc?days=7", "reputation"] {
            let answer = browser.get(&format!("/manager/domains/deux.test/{page}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.text);
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

/// R124: on every page that changes a name, at each of its steps.
#[tokio::test]
async fn every_page_that_changes_the_dns_says_how_long_that_may_take() {
    for town in towns().await.into_iter().take(1) {
        let zones = town.zones.administration(Scope::Operator("test"), "test");
        zones.create_zone(town.valbois, "jumeau.test").await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let first = town.tenant().zone_called("valbois.test").await.unwrap().serial - 1;
        let version = format!("zone/history/{first}");
        let own = [
            "zone",
            "zone/new/mx",
            "zone/new/bimi",
            "zone/history",
            &version,
            "zone/settings",
            "zone/import",
            "zone/end",
            "spf",
            "synonyms",
            "synonyms?synonym=jumeau.test",
            "security",
        ];
        let own = own.map(|page| format!("/manager/domains/valbois.test/{page}"));
        for page in own.iter().map(String::as_str).chain(["/manager/domains/new"]) {
            let text = browser.get(page).await.text;
            assert!(text.contains("jusqu’à 48 heures"), "{page}: {text}");
        }
        let fields = [("text", "x 300 IN A 192.0.2.1"), ("mode", "add")];
        let second = browser.post("/manager/domains/valbois.test/zone/import", &fields).await.text;
        assert!(second.contains("jusqu’à 48 heures"), "{second}");
    }
}

#[tokio::test]
async fn a_picture_beside_letters_is_entered_by_guide() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/valbois.test/zone/new/bimi";
        let offered = browser.get("/manager/domains/valbois.test/zone/new").await.text;
        assert!(offered.contains("Une image à côté de vos messages"), "{offered}");
        let empty = browser.get(path).await.text;
        assert!(empty.contains("value=\"default\"") && empty.contains("certificat de marque"), "{empty}");
        let fields = |picture| [("selector", "default"), ("location", picture), ("certificate", "")];
        let wrong = browser.post(path, &fields("http://valbois.test/logo.svg")).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("id=\"error-location\""), "{}", wrong.text);
        assert!(wrong.text.contains("se trouvent derrière https"), "{}", wrong.text);
        let right = browser.post(path, &fields("https://valbois.test/logo.svg")).await;
        assert_eq!(right.status, StatusCode::SEE_OTHER, "{}", right.text);
        let records = town.records().await;
        let made = records.iter().find(|record| record.owner == "default._bimi").unwrap();
        assert_eq!(made.data, "\"v=BIMI1; l=https://valbois.test/logo.svg\"");
        let opened = format!("/manager/domains/valbois.test/zone/records/{}", made.id);
        let opened = browser.get(&opened).await.text;
        assert!(opened.contains("id=\"field-location\""), "the guide opens it again: {opened}");
    }
}

/// R275: each preset fills the form in, and what it makes is a record.
#[tokio::test]
async fn each_preset_of_a_service_fills_the_form_in_and_makes_its_record() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/valbois.test/zone/new/srv";
        let page = browser.get(path).await.text;
        let presets: Vec<String> = page
            .split("class=\"chip\" href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().replace("&#x2f;", "/").replace("&amp;", "&"))
            .collect();
        assert_eq!(presets.len(), 9, "{presets:?}");
        for preset in presets {
            let filled = browser.get(&preset).await.text;
            let asked = url::Url::parse(&format!("http://localhost{preset}")).unwrap();
            let value =
                |wanted: &str| asked.query_pairs().find(|(name, _)| name == wanted).unwrap().1.into_owned();
            let (service, protocol, port) = (value("service"), value("protocol"), value("port"));
            assert!(filled.contains(&format!("value=\"{service}\"")), "{preset}: {filled}");
            assert!(filled.contains(&format!("value=\"{port}\"")), "{preset}: {filled}");
            assert!(
                filled.contains(&format!("<option value=\"{protocol}\" selected>")),
                "{preset}: {filled}"
            );
            let typed =
                [("owner", "chat"), ("priority", "0"), ("weight", "1"), ("target", "chat.ailleurs.test.")];
            let given =
                [("service", service.as_str()), ("protocol", protocol.as_str()), ("port", port.as_str())];
            let made = browser.post(path, &[&given[..], &typed[..]].concat()).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{preset}: {}", made.text);
            let owner = format!("_{service}._{protocol}.chat");
            let data = format!("0 1 {port} chat.ailleurs.test.");
            assert!(town.records().await.iter().any(|record| record.owner == owner && record.data == data));
        }
    }
}

/// R131: all at once, and back with one press.
#[tokio::test]
async fn everything_is_mended_with_one_press_and_that_is_taken_back() {
    for town in towns().await {
        let domain = town.mail_domain().await;
        let told = async || {
            let records = town.records().await.into_iter();
            let told = records.map(|record| (record.owner.clone(), record.data.clone(), record.managed_by));
            told.collect::<std::collections::BTreeSet<_>>()
        };
        let whole = told().await;
        let is_lost = |record: &RecordInfo| {
            record.owner == "@" && (record.kind.as_str() == "MX" || record.data.contains("v=spf1"))
                || record.owner == "_dmarc"
        };
        let remove: Vec<_> =
            town.records().await.iter().filter(|each| is_lost(each)).map(|each| each.id).collect();
        assert_eq!(remove.len(), 3);
        let zone = town.tenant().zone_called("valbois.test").await.unwrap().id;
        let edit = Edit { remove, is_forced: true, ..Edit::default() };
        town.tenant().edit(zone, edit).await.unwrap();
        let broken = told().await;
        let mut browser = town.signed_in("valbois").await;
        let page = "/manager/domains/valbois.test/security";
        assert!(browser.get(page).await.text.contains("value=\"all\""), "it is offered");
        let pressed = browser.post(&format!("{page}/fix"), &[("check", "all")]).await;
        assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.text);
        assert_eq!(told().await, whole, "they belong to {domain} again");
        take_back(&mut browser, page, "/manager/domains/valbois.test/zone/undo").await;
        assert_eq!(told().await, broken);
    }
}

/// R181, R183: chosen, confirmed, taken back; confirmed again and dissociated.
#[tokio::test]
async fn a_synonym_is_chosen_confirmed_and_dissociated() {
    for town in towns().await {
        let operator = town.zones.administration(Scope::Operator("test"), "test");
        let twin = operator.create_zone(town.valbois, "jumeau.test").await.unwrap().id;
        let main = async || town.tenant().zone(twin).await.unwrap().main;
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/valbois.test/synonyms";
        let choosing = browser.get(path).await.text;
        assert!(choosing.contains("value=\"jumeau.test\" required"), "{choosing}");
        let confirming = browser.get(&format!("{path}?synonym=jumeau.test")).await.text;
        assert!(confirming.contains("name=\"synonym\" value=\"jumeau.test\""), "{confirming}");
        assert_eq!(main().await, None, "nothing is done before it is confirmed");
        let confirmed = browser.post(path, &[("synonym", "jumeau.test")]).await;
        assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.text);
        let zone = town.tenant().zone_called("valbois.test").await.unwrap().id;
        assert_eq!(main().await, Some(zone));
        take_back(&mut browser, path, path).await;
        assert_eq!(main().await, None);
        browser.post(path, &[("synonym", "jumeau.test")]).await;
        let own = browser.get("/manager/domains/jumeau.test/synonyms").await.text;
        assert!(own.contains("valbois.test"), "{own}");
        let id = twin.to_string();
        browser.post("/manager/domains/jumeau.test/synonyms", &[("dissociate", &id)]).await;
        assert_eq!(main().await, None);
        assert_eq!(browser.post(path, &[("synonym", "acme.test")]).await.status, StatusCode::OK);
    }
}

/// R328: about this domain and the addresses that send for it, where the tool takes them.
#[tokio::test]
async fn the_tools_of_others_open_at_the_domain_and_its_addresses() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/domains/valbois.test/reputation").await.text.replace("&#x2f;", "/");
        for href in [
            "https://postmaster.google.com/dashboards#do=valbois.test",
            "https://talosintelligence.com/reputation_center/lookup?search=valbois.test",
            "https://talosintelligence.com/reputation_center/lookup?search=192.0.2.25",
            "https://senderscore.org/assess/get-your-score/report/?lookup=192.0.2.25",
        ] {
            assert!(page.contains(&format!("href=\"{href}\"")), "{href}: {page}");
        }
    }
}

/// R094–R096: the operator's staff adds and removes routes, an address only with a warning; others look on.
#[tokio::test]
async fn routes_are_seen_by_administrators_and_changed_by_the_operators_staff() {
    for town in towns().await {
        let path = "/manager/routes";
        let operator = town.directory.administration(Scope::Operator("test"), "test");
        let fields = [("recipients", "*.incamail.ch"), ("route_target", "192.0.2.7"), ("subject", "<im>")];
        let mut others = town.signed_in("acme").await;
        assert_eq!(others.post(path, &fields).await.status, StatusCode::NOT_FOUND);
        let login = model::Address::parse("admin@valbois.test").unwrap();
        let claire = operator.user_called(&login).await.unwrap();
        operator.set_operator(claire.id, true).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let empty = browser.get(path).await.text;
        assert!(empty.contains("Aucune route") && empty.contains("déconseillée"), "{empty}");
        let wrong = browser.post(path, &[("recipients", "a b"), ("route_target", "")]).await.text;
        for field in ["recipients", "route_target"] {
            assert!(wrong.contains(&format!("id=\"error-{field}\"")), "{wrong}");
        }
        let own = [&fields[..], &[("own", "yes"), ("tls", "verify")]].concat();
        assert_eq!(browser.post(path, &own).await.location, path);
        let everybodys = [("recipients", "secure.ch"), ("route_target", "mx:im.post.ch")];
        browser.post(path, &everybodys).await;
        let relays = mail_route::Relays::new(town.db.clone(), town.world.clone());
        let rules = relays.rules().await.unwrap();
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].to_string(), "*.incamail.ch, subject with «<im>» → 192.0.2.7:25 (TLS verify)");
        assert_eq!((rules[0].organisation, rules[1].organisation), (Some(town.valbois), None));
        let warning = "Il est déconseillé d’utiliser des IP statiques";
        let listed = browser.get(path).await.text;
        assert_eq!(listed.matches(warning).count(), 1, "{listed}");
        let seen = others.get(path).await.text;
        assert!(seen.contains("secure.ch") && !seen.contains("incamail"), "{seen}");
        assert!(!seen.contains("routes&#x2f;remove") && !seen.contains("/manager/routes/remove"), "{seen}");
        let id = rules[1].id.to_string();
        assert_eq!(others.post("/manager/routes/remove", &[("id", &id)]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.post("/manager/routes/remove", &[("id", &id)]).await.location, path);
        assert_eq!(relays.rules().await.unwrap().len(), 1);
    }
}
