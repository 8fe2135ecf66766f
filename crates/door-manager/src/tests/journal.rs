//! Journal des modifications through the router.

use axum::http::StatusCode;

use super::towns;

#[tokio::test]
async fn the_journal_shows_who_changed_what_and_what_it_was_before() {
    for town in towns().await {
        let actor =
            || trail::Actor::from("anna@valbois.test").coming_from("192.0.2.9").on_behalf_of("Agence <b>");
        let valbois = town.directory.administration(directory::Scope::Tenant(town.valbois), actor());
        let name = |name: &str| directory::OrganisationChange {
            name: Some(name.to_owned()),
            ..directory::OrganisationChange::default()
        };
        valbois.change_organisation(town.valbois, name("Valbois <i>SA</i>")).await.unwrap();
        let acme = town.directory.administration(directory::Scope::Tenant(town.acme), "boss@acme.test");
        acme.change_organisation(town.acme, name("Acme secret")).await.unwrap();
        let mut browser = town.signed_in("valbois").await;
        let page = browser.get("/manager/journal").await;
        assert_eq!(page.status, StatusCode::OK);
        for word in
            ["Journal des modifications", "Auteur", "anna@valbois.test", "Agence &lt;b&gt;", "192.0.2.9"]
        {
            assert!(page.text.contains(word), "{word}: {}", page.text);
        }
        assert!(!page.text.contains("Acme secret"), "another's");
        let found = browser.get("/manager/journal?q=valbois+%3Ci&who=AGENCE").await;
        assert!(found.text.contains("anna@valbois.test"), "{}", found.text);
        let trail = trail::Trail::new(town.db.clone());
        let renamed = trail.changes(Some(town.valbois), db::Seek::first(50)).await.unwrap().items;
        let renamed = renamed.iter().find(|change| change.action == "change organisation").unwrap().id;
        assert!(found.text.contains(&renamed.to_string()), "its line leads to its page");
        let entry = browser.get(&format!("/manager/journal/{renamed}")).await;
        assert!(entry.text.contains("Valbois &lt;i&gt;SA&lt;&#x2f;i&gt;"), "{}", entry.text);
        assert!(entry.text.contains("Avant") && entry.text.contains("Empreinte"), "{}", entry.text);
        let nothing = browser.get("/manager/journal?q=nowhere").await;
        assert!(nothing.text.contains("Aucune modification"), "{}", nothing.text);
        let oldest = browser.get("/manager/journal?sort=journal-date").await;
        let heads =
            oldest.text.split("<thead>").nth(1).and_then(|rest| rest.split("</thead>").next()).unwrap();
        assert_eq!(heads.matches("<a href").count(), 1, "only the date sorts: {heads}");
        assert!(oldest.text.contains("aria-sort=\"ascending\""), "{}", oldest.text);
        let file = browser.get("/manager/journal?format=csv").await;
        assert!(file.text.starts_with("\u{feff}\"Date\",\"Auteur\",\"Action\",\"Objet\","), "{}", file.text);
        assert!(file.text.contains("anna@valbois.test"), "{}", file.text);
        // Another organisation's entry, and what is none.
        let others = trail.changes(Some(town.acme), db::Seek::first(1)).await.unwrap().items;
        for id in [others[0].id.to_string(), "1".to_owned(), "x".to_owned()] {
            assert_eq!(browser.get(&format!("/manager/journal/{id}")).await.status, StatusCode::NOT_FOUND);
        }
    }
}

#[tokio::test]
async fn what_is_done_on_a_screen_says_from_where_and_what_it_was() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let form = [("name", "Valbois SA"), ("support_phone", "+41 21 000 00 00")];
        let answer = browser.post("/manager/organisation", &form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let new = [("login", "eve@valbois.test"), ("name", "Eve"), ("role", "external")];
        assert_eq!(browser.post("/manager/users/new", &new).await.status, StatusCode::OK);
        let trail = trail::Trail::new(town.db.clone());
        let all = trail.changes(Some(town.valbois), db::Seek::first(50)).await.unwrap().items;
        let entry = |action: &str| all.iter().find(|entry| entry.action == action).unwrap();
        for (action, what) in
            [("change organisation", "valbois"), ("create user", "eve@valbois.test"), ("sign in", "")]
        {
            let actor = &entry(action).actor;
            // Where the browser of these tests is.
            assert_eq!(actor.source.as_deref(), Some("127.0.0.1"), "{action}: {actor:?}");
            assert!(actor.who.contains('@') && !actor.who.contains(' '), "{actor:?}");
            assert!(entry(action).what.to_lowercase().contains(what), "{:?}", entry(action));
        }
        assert_eq!(entry("change organisation").after.get("support phone"), Some("+41 21 000 00 00"));
        let page = browser.get(&format!("/manager/journal/{}", entry("create user").id)).await.text;
        assert!(page.contains("Externe") && !page.contains("external"), "roles have words: {page}");
    }
}

#[tokio::test]
async fn the_journal_is_verified_and_the_first_broken_entry_is_named() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let journal = browser.get("/manager/journal").await.text.replace("&#x2f;", "/");
        let path = "/manager/journal/verify";
        assert!(journal.contains(&format!("href=\"{path}\"")), "{journal}");
        let asked = browser.get(path).await;
        assert!(asked.status == StatusCode::OK && !asked.text.contains("role=\"status\" aria-labelledby"));
        let intact = browser.post(path, &[]).await;
        assert_eq!(intact.status, StatusCode::OK);
        assert!(intact.text.contains("entrées sont intactes"), "{}", intact.text);
        let head = intact.text.split_once("data-copy=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        let trail = trail::Trail::new(town.db.clone());
        let of = trail::ChainOf::Organisation(town.valbois);
        let walk = trail.verify(of, None).await.unwrap()[0];
        assert_eq!(Some(head.clone()), walk.head.map(|head| head.to_string()));
        // The end that was noted is still part of it after another act.
        town.people().create_service(town.valbois, "Archives", None).await.unwrap();
        let again = browser.post(path, &[("noted", &head)]).await;
        assert!(again.text.contains("La fin notée en fait partie."), "{}", again.text);
        let (number, digest) = head.split_once(':').unwrap();
        let other = format!("{number}:{}", digest.chars().rev().collect::<String>());
        let unknown = browser.post(path, &[("noted", &other)]).await;
        assert!(unknown.text.contains("ce n’est pas celle qui a été notée"), "{}", unknown.text);
        assert!(unknown.text.contains(&format!("value=\"{other}\"")), "what was typed stays");
        let wrong = browser.post(path, &[("noted", "sept")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text.contains("id=\"error-noted\"") && wrong.text.contains("value=\"sept\""),
            "{}",
            wrong.text
        );
        // Somebody changes a row behind our back.
        let forged = "UPDATE audit SET who = 'eve' WHERE action = 'create service' AND what = 'Archives'";
        town.db.operator("test").write(move |tx| tx.execute(forged, &[])).await.unwrap();
        let broken = browser.post(path, &[]).await;
        assert!(broken.text.contains("elle n’est pas telle qu’elle a été écrite"), "{}", broken.text);
        let id = trail.verify(of, None).await.unwrap()[0].broken.unwrap().id.unwrap();
        let text = broken.text.replace("&#x2f;", "/");
        assert!(text.contains(&format!("href=\"/manager/journal/{id}\"")), "{text}");
        assert!(!text.contains("data-copy"), "no end of a broken log is noted: {text}");
    }
}

#[tokio::test]
async fn the_staff_verifies_the_installations_journal_or_all() {
    for town in towns().await {
        let mut browser = town.signed_in("valbois").await;
        let path = "/manager/installation/journal/verify";
        assert_eq!(browser.post(path, &[]).await.status, StatusCode::NOT_FOUND);
        let admin = browser.session().await.user;
        town.operator().set_operator(admin, true).await.unwrap();
        let own = browser.post(path, &[("chains", "installation")]).await;
        assert!(own.text.contains("data-copy") && !own.text.contains("journaux."), "{}", own.text);
        let head = own.text.split_once("data-copy=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
        let all = browser.post(path, &[("chains", "all")]).await;
        assert!(all.text.contains("Dans 3 journaux."), "{}", all.text);
        let both = browser.post(path, &[("chains", "all"), ("noted", &head)]).await;
        assert_eq!(both.status, StatusCode::UNPROCESSABLE_ENTITY);
        let noted = browser.post(path, &[("chains", "installation"), ("noted", &head)]).await;
        assert!(noted.text.contains("La fin notée en fait partie."), "{}", noted.text);
        // Whose log is broken is said.
        let forged = "UPDATE audit SET who = 'eve' WHERE action = 'create domain' AND what = 'acme.test'";
        town.db.operator("test").write(move |tx| tx.execute(forged, &[])).await.unwrap();
        let broken = browser.post(path, &[("chains", "all")]).await;
        assert!(broken.text.contains("<p>acme:"), "{}", broken.text);
    }
}
