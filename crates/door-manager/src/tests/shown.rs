//! How the pages show things: what may be chosen, what is still to be typed, numbers, spaces, the worst first.

use axum::http::StatusCode;
use directory::Scope;
use model::Domain;
use zones::Standing;

use super::screens::PAGES;
use super::towns;
use crate::words::Language;

#[tokio::test]
async fn only_domains_that_can_be_synonyms_are_offered_and_the_others_say_why() {
    for town in towns().await {
        let zones = town.zones.administration(Scope::Operator("test"), "test");
        for name in ["libre.test", "liee.test"] {
            zones.create_zone(town.valbois, name).await.unwrap();
        }
        let bound = Domain::parse("liee.test").unwrap();
        zones.create_domain(town.valbois, None, &bound, Standing::Stays).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/domains/valbois.test/synonyms";
        let page = browser.get(path).await.text;
        let choice = |name: &str| {
            let from = page.find(&format!("value=\"{name}\"")).unwrap_or_else(|| panic!("{name}: {page}"));
            page[from..].split("</label>").next().unwrap().to_owned()
        };
        assert!(choice("liee.test").contains(" disabled"), "{}", choice("liee.test"));
        assert!(choice("liee.test").contains("lié à aucun produit"), "{}", choice("liee.test"));
        assert!(!page.contains("acme.test"), "another organisation's");
        // Nobody answers for libre.test, so it is not proven to be the organisation's.
        assert!(choice("libre.test").contains(" disabled"), "{}", choice("libre.test"));
        let confirm = browser.get(&format!("{path}?synonym=liee.test")).await.text;
        assert!(!confirm.contains("type=\"hidden\" name=\"synonym\""), "what is closed is not confirmed");
    }
}

#[tokio::test]
async fn a_signed_synonym_shows_what_its_own_parent_has_to_hold() {
    for town in towns().await {
        let zones = town.zones.administration(Scope::Operator("test"), "test");
        let main = zones.zone_called("valbois.test").await.unwrap();
        zones.create_zone(town.valbois, "jumelle.test").await.unwrap();
        let twin = zones.add_synonym(main.id, "jumelle.test").await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let unsigned = browser.get("/manager/domains/valbois.test/synonyms").await.text;
        assert!(unsigned.contains("jumelle.test") && !unsigned.contains(" IN DS "), "{unsigned}");
        browser.post("/manager/domains/valbois.test/zone/dnssec", &[("signed", "yes")]).await;
        let (main, twin) = (zones.ds(main.id).await.unwrap(), zones.ds(twin.id).await.unwrap());
        let ([main], [twin]) = (&main[..], &twin[..]) else { panic!("{main:?} {twin:?}") };
        assert!(main != twin && twin.starts_with("jumelle.test."), "{main} {twin}");
        // With the synonyms and with the synonym itself, as by command, and where the zone is signed.
        let listed = browser.get("/manager/domains/valbois.test/synonyms").await.text;
        assert!(listed.contains(twin.as_str()), "{listed}");
        let own = browser.get("/manager/domains/jumelle.test/zone/settings").await.text;
        assert!(own.contains(twin.as_str()) && !own.contains(main.as_str()), "{own}");
        let settings = browser.get("/manager/domains/valbois.test/zone/settings").await.text;
        assert!(settings.contains(main.as_str()) && settings.contains(twin.as_str()), "{settings}");
    }
}

#[tokio::test]
async fn an_empty_form_says_in_its_raw_view_what_is_still_to_be_typed() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/domains/valbois.test/zone/new/srv").await.text;
        let expected = "_‹Service›._tcp.valbois.test. 3600 IN SRV 0 1 ‹Port› ‹Serveur›";
        assert!(page.contains(expected), "{page}");
        let path = "/manager/domains/valbois.test/zone/preview/srv";
        let raw =
            browser.post(path, &[("service", "imaps"), ("protocol", "tcp"), ("port", "993")]).await.text;
        assert_eq!(raw, "_imaps._tcp.valbois.test. 3600 IN SRV ‹Priorité› ‹Poids› 993 ‹Serveur›");
    }
}

#[tokio::test]
async fn a_number_is_taken_as_people_write_it() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        let zones = town.zones.administration(Scope::Tenant(town.valbois), "test");
        for (typed, ttl) in [("7200", 7_200), ("86'400", 86_400), ("3’600", 3_600)] {
            browser.post("/manager/domains/valbois.test/zone/ttl", &[("ttl", typed)]).await;
            assert_eq!(zones.zone_called("valbois.test").await.unwrap().default_ttl, ttl, "{typed}");
        }
        let table = browser.get("/manager/domains/valbois.test/zone").await.text;
        assert!(table.contains("3’600"), "{table}");
        let file = browser.get("/manager/domains/valbois.test/zone?format=csv").await.text;
        assert!(file.contains("\"3600\"") && !file.contains('’'), "{file}");
    }
}

/// The signs that French sets apart never begin a line.
#[tokio::test]
async fn french_pages_have_narrow_spaces_and_the_others_have_none() {
    for town in towns().await.into_iter().take(1) {
        let mut browser = town.signed_in("valbois").await;
        for language in Language::ALL {
            browser.language = language.tag();
            let mut narrow = 0;
            for page in PAGES {
                let text = browser.get(&format!("/manager/domains/valbois.test/{page}")).await.text;
                if language == Language::French {
                    for wrong in ["« ", " »", " ? ", " ! ", " ; "] {
                        assert!(!text.contains(wrong), "«{wrong}» in {page}: {text}");
                    }
                }
                narrow += text.matches('\u{202f}').count();
            }
            assert_eq!(narrow > 0, language == Language::French, "{language}");
        }
    }
}

#[tokio::test]
async fn what_does_harm_comes_first_and_keys_are_folded() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/domains/valbois.test/security").await.text;
        let lights: Vec<usize> = page
            .split("class=\"lamp ")
            .skip(1)
            .map(|rest| {
                ["lost", "unknown", "waiting", "ok"].iter().position(|light| rest.starts_with(light)).unwrap()
            })
            .collect();
        let is_off = |light: &usize| *light == 1;
        let ordered: Vec<usize> = lights.iter().copied().filter(|light| !is_off(light)).collect();
        assert!(ordered.is_sorted() && lights[0] == 0, "{lights:?}");
        assert!(page.contains("<details class=\"long\">") && page.contains("p=M"), "{page}");
    }
}

/// The form of a message's «Annuler»: where it goes, and what it sends.
fn way_back(page: &str) -> (String, Vec<(String, String)>) {
    let page = page.replace("&#x2f;", "/");
    let toast = page.split_once("class=\"toast\"").expect("a message").1;
    let form = toast.split_once("<form method=\"post\" action=\"").expect("a way back").1;
    let (action, rest) = form.split_once('"').unwrap();
    let fields = rest.split_once("</form>").unwrap().0.split("<input type=\"hidden\" name=\"").skip(1);
    let fields = fields.filter_map(|field| {
        let (name, rest) = field.split_once("\" value=\"")?;
        Some((name.to_owned(), rest.split_once('"')?.0.to_owned()))
    });
    (action.to_owned(), fields.filter(|(name, _)| name != "_token").collect())
}

#[tokio::test]
async fn what_was_taken_away_comes_back_at_a_click() {
    for town in towns().await {
        let people = town.people();
        let new = directory::NewAddress {
            address: model::Address::parse("anna@valbois.test").unwrap(),
            alias_to: Vec::new(),
            quota_bytes: None,
        };
        let anna = people.create_address(new).await.unwrap().id;
        let everybody = town.operator().users(None).await.unwrap();
        let chief = everybody.iter().find(|user| user.login == "admin@valbois.test").unwrap().id;
        town.operator().set_operator(chief, true).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let route = [("recipients", "*.far.test"), ("route_target", "mx:relay.far.test"), ("tls", "verify")];
        browser.post("/manager/routes", &route).await;
        let routes = browser.get("/manager/routes").await.text;
        let id = routes.split_once("name=\"id\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        for (act, fields, page) in [
            (format!("/manager/addresses/{anna}/state"), vec![("state", "off")], format!("addresses/{anna}")),
            (format!("/manager/addresses/{anna}/delete"), vec![], "addresses/deleted".to_owned()),
            ("/manager/routes/remove".to_owned(), vec![("id", id.as_str())], "routes".to_owned()),
        ] {
            let done = browser.post(&act, &fields).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{act}: {}", done.text);
            let told = browser.get(&format!("/manager/{page}")).await.text;
            let (undo, fields) = way_back(&told);
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let undone = browser.post(&undo, &fields).await;
            assert_eq!(undone.status, StatusCode::SEE_OTHER, "{undo}: {}", undone.text);
            browser.get("/manager/sessions").await;
        }
        let again = people.address(anna).await.unwrap();
        assert!(!again.is_disabled, "it is there, and in use");
        let routes = browser.get("/manager/routes").await.text;
        assert!(routes.contains("*.far.test") && routes.contains("mx:relay.far.test"), "{routes}");
    }
}
