//! How an organisation's servers are connected, on the screens: phases, checklists, the documentation, the test, whom to
//! ask, the matrix.

use axum::http::StatusCode;

use super::foreign::user;
use super::{Browser, Town, towns};

/// An integration of Valbois; where its pages stand.
async fn made(browser: &mut Browser<'_>) -> String {
    let answer =
        browser.post("/manager/integrations/new", &[("name", "principale"), ("inbound", "mx")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.location
}

async fn staff(town: &Town) -> Browser<'_> {
    let person = user(&town.people(), town.valbois, "operateur@far.test").await;
    town.operator().set_operator(person.id, true).await.unwrap();
    town.entered("operateur@far.test").await
}

#[tokio::test]
async fn questions_are_answered_where_they_stand_and_phases_by_who_leads_them() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let path = made(&mut admin).await;
        let page = admin.get(&format!("{path}/phases")).await.text;
        for words in
            ["Planification", "Politique d’e-mail", "Objets de livraison", "Qui (niveau, service, fonction)"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
        let answers = [("state-4.1", "clear"), ("remarks-4.1", "<b>tous</b>"), ("state-4.2", "not-clear")];
        let saved = admin.post(&format!("{path}/answers"), &answers).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let page = admin.get(&format!("{path}/phases")).await.text;
        assert!(
            page.contains("&lt;b&gt;tous&lt;/b&gt;") || page.contains("&lt;b&gt;tous&lt;&#x2f;b&gt;"),
            "{page}"
        );
        assert!(page.contains("name=\"state-4.1\" value=\"clear\" checked"), "{page}");
        let long = "x".repeat(2_001);
        let refused =
            admin.post(&format!("{path}/answers"), &[("state-4.3", "clear"), ("remarks-4.3", &long)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(&long), "nothing typed is lost");
        assert!(
            refused.text.contains("error-remarks-4.3"),
            "beside the row that is too long: {}",
            refused.text
        );
        let done = |phase| [("phase", phase), ("state", "done"), ("due_on", "2026-12-01")];
        let planned = admin.post(&format!("{path}/phases"), &done("planning")).await;
        assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.text);
        let refused = admin.post(&format!("{path}/phases"), &done("test")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("Qui mène une phase"), "{}", refused.text);
        let mut staff = staff(&town).await;
        let tested = staff.post(&format!("{path}/phases"), &done("test")).await;
        assert_eq!(tested.status, StatusCode::SEE_OTHER, "{}", tested.text);
        let bad = [("phase", "planning"), ("state", "done"), ("due_on", "demain")];
        let refused = admin.post(&format!("{path}/phases"), &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("value=\"demain\""), "nothing typed is lost: {}", refused.text);
    }
}

#[tokio::test]
async fn a_checklist_takes_nothing_from_what_a_colleague_has_answered_meanwhile() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let path = made(&mut admin).await;
        let answers = format!("{path}/answers");
        let mut staff = staff(&town).await;
        // Both have the form open; it posts every row, with what stood there.
        let form = |own: &[(&'static str, &'static str)]| -> Vec<(&'static str, &'static str)> {
            let shown = [
                ("state-4.1", "unanswered"),
                ("remarks-4.1", ""),
                ("was-state-4.1", "unanswered"),
                ("was-remarks-4.1", ""),
                ("state-4.2", "unanswered"),
                ("remarks-4.2", ""),
                ("was-state-4.2", "unanswered"),
                ("was-remarks-4.2", ""),
            ];
            let typed = |field: &str| own.iter().find(|(name, _)| *name == field).map(|(_, text)| *text);
            shown.iter().map(|(field, text)| (*field, typed(field).unwrap_or(text))).collect()
        };
        let first = form(&[("state-4.1", "clear"), ("remarks-4.1", "toute la mairie")]);
        assert_eq!(staff.post(&answers, &first).await.status, StatusCode::SEE_OTHER);
        let second = admin.post(&answers, &form(&[("state-4.2", "clear")])).await;
        assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text);
        let page = admin.get(&format!("{path}/phases")).await.text;
        assert!(page.contains("toute la mairie"), "{page}");
        // The same row by both: neither is lost, and the second decides with both before the eyes.
        let late =
            form(&[("state-4.1", "not-clear"), ("remarks-4.1", "à voir"), ("was-state-4.2", "unanswered")]);
        let refused = admin.post(&answers, &late).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text);
        assert!(refused.text.contains("clair – toute la mairie"), "{}", refused.text);
        assert!(refused.text.contains(">à voir</textarea>"), "{}", refused.text);
        let seen = [
            ("state-4.1", "not-clear"),
            ("remarks-4.1", "à voir"),
            ("was-state-4.1", "clear"),
            ("was-remarks-4.1", "toute la mairie"),
        ];
        assert_eq!(admin.post(&answers, &seen).await.status, StatusCode::SEE_OTHER);
    }
}

#[tokio::test]
async fn a_documentation_is_handed_in_and_staff_answers_the_day() {
    for town in towns().await {
        town.mail_domain().await;
        let mut admin = town.signed_in("valbois").await;
        let path = made(&mut admin).await;
        let form = [
            ("reception_servers", "gw1.valbois.test\ngw2.valbois.test"),
            ("sending_servers", "192.0.2.10"),
            ("routing", "both"),
            ("technical_contact", "Eve"),
            ("wished_on", "2026-12-24"),
        ];
        let saved = admin.post(&format!("{path}/set-up"), &form).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let early = admin.post(&format!("{path}/set-up/submit"), &[]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "without domain and certificate");
        admin.post(&format!("{path}/domains"), &[("domain", "valbois.test")]).await;
        let named = [("way", "name"), ("host", "gw1.valbois.test"), ("direction", "both")];
        admin.post(&format!("{path}/certificates"), &named).await;
        let submitted = admin.post(&format!("{path}/set-up/submit"), &[]).await;
        assert_eq!(submitted.status, StatusCode::SEE_OTHER, "{}", submitted.text);
        let page = admin.get(&format!("{path}/set-up")).await.text;
        assert!(
            page.contains("souhaitée : 24.12.2026") || page.contains("souhaitée\u{202f}: 24.12.2026"),
            "{page}"
        );
        assert!(page.contains("IP statiques"), "a static address is remarked upon: {page}");
        assert!(!page.contains(&format!("{path}/go-live\"")), "only staff answers: {page}");
        assert_eq!(admin.post(&format!("{path}/go-live"), &[]).await.status, StatusCode::NOT_FOUND);
        let mut staff = staff(&town).await;
        let wrong = [("other_day", "hier"), ("note", "une note")];
        let refused = staff.post(&format!("{path}/go-live"), &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let over = [("other_day", "2020-01-11"), ("note", "une note")];
        for page in [refused.text, staff.post(&format!("{path}/go-live"), &over).await.text] {
            assert!(page.contains("gw2.valbois.test"), "the documentation's form keeps its own: {page}");
            assert!(page.contains("une note"), "nothing typed is lost: {page}");
        }
        let offer = [("other_day", "2027-01-11"), ("note", "entre les fêtes personne n’est là")];
        assert_eq!(staff.post(&format!("{path}/go-live"), &offer).await.status, StatusCode::SEE_OTHER);
        let page = admin.get(&format!("{path}/set-up")).await.text;
        assert!(page.contains("entre les fêtes") && page.contains("Accepter cette date"), "{page}");
        let accepted = admin.post(&format!("{path}/go-live/accept"), &[]).await;
        assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{}", accepted.text);
        assert!(admin.get(&format!("{path}/set-up")).await.text.contains("confirmée"));
        let bad = [("reception_servers", "deux mots"), ("wished_on", "2026-12-24")];
        let refused = admin.post(&format!("{path}/set-up"), &bad).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("error-reception_servers") && refused.text.contains("deux mots"));
    }
}

#[tokio::test]
async fn a_test_is_started_and_its_lines_say_what_to_do() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let path = made(&mut admin).await;
        let page = admin.get(&format!("{path}/test")).await.text;
        assert!(page.contains("Aucun test") && page.contains("Test-Mail outbound to IncaMail"), "{page}");
        let foreign = admin.post(&format!("{path}/test"), &[("letter_to", "x@else.test")]).await;
        assert_eq!(foreign.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            foreign.text.contains("error-letter_to") && foreign.text.contains("x@else.test"),
            "{}",
            foreign.text
        );
        let started = admin.post(&format!("{path}/test"), &[("letter_to", "")]).await;
        assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.text);
        let mut page = String::new();
        for _ in 0..200 {
            page = admin.get(&format!("{path}/test")).await.text;
            if page.contains("Les quatre chemins") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert!(
            page.contains("n’a encore aucun domaine") && page.contains("Ajoutez au moins un domaine"),
            "{page}"
        );
        assert!(page.contains("ne fonctionne pas encore"), "{page}");
        let report = admin.get(&format!("{path}/report.pdf")).await;
        assert_eq!(report.status, StatusCode::OK);
        assert!(report.text.starts_with("%PDF-"));
    }
}

#[tokio::test]
async fn whom_to_ask_what_to_tell_and_what_to_let_through() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let path = made(&mut admin).await;
        let help = [
            ("level", "first"),
            ("name", "Aide"),
            ("email", "aide@valbois.test"),
            ("except_holidays", "yes"),
        ];
        let saved = admin.post(&format!("{path}/contacts"), &help).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let bad = admin.post(&format!("{path}/contacts"), &[("level", "first"), ("email", "personne")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.text.contains("error-first-email"), "{}", bad.text);
        let desk = [("level", "second"), ("name", "Helpdesk")];
        let refused = admin.post(&format!("{path}/contacts"), &desk).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let mut staff = staff(&town).await;
        assert_eq!(staff.post(&format!("{path}/contacts"), &desk).await.status, StatusCode::SEE_OTHER);
        let told = [("public_name", "valbois"), ("published", "yes"), ("notice_de", "Guten Tag")];
        let saved = admin.post(&format!("{path}/recipients"), &told).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let page = admin.get(&format!("{path}/contacts")).await.text;
        for words in ["aide@valbois.test", "Helpdesk", "secure-mail&#x2f;valbois", "Guten Tag"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let page = admin.get(&format!("{path}/matrix")).await.text;
        assert!(page.contains("mail.relais.test") && page.contains("192.0.2.25"), "{page}");
        let csv = admin.get(&format!("{path}/matrix.csv")).await.text;
        assert!(csv.starts_with("Sens,De,Hôte"), "{csv}");
    }
}

#[tokio::test]
async fn recipients_are_named_below_the_published_page_and_told_of_once() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let path = made(&mut admin).await;
        let (contacts, informed) = (format!("{path}/contacts"), format!("{path}/informed"));
        let list = "Hans <hans@far.test>, eve@far.test\nhans@far.test";
        let typed = [("addresses", list), ("language", "de")];
        let page = admin.get(&contacts).await.text;
        assert!(page.contains("Publiez d’abord la page") && !page.contains("name=\"addresses\""), "{page}");
        let refused = admin.post(&informed, &typed).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("error-published"), "{}", refused.text);
        assert!(admin.get(&informed).await.text.contains("Personne n’est informé"));
        let told = [("public_name", "valbois"), ("published", "yes")];
        assert_eq!(admin.post(&format!("{path}/recipients"), &told).await.status, StatusCode::SEE_OTHER);
        let wrong = [("addresses", "hans@far.test\n<b>personne"), ("language", "de")];
        let refused = admin.post(&informed, &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains("error-addresses"), "{}", refused.text);
        assert!(!refused.text.contains("<b>personne") && refused.text.contains("&lt;b&gt;personne"));
        assert!(refused.text.contains("<option value=\"de\" selected"), "nothing typed is lost");
        let asked = admin.post(&informed, &typed).await;
        assert_eq!((asked.status, asked.location), (StatusCode::SEE_OTHER, format!("{contacts}#inform")));
        let page = admin.get(&contacts).await.text;
        assert!(page.contains("La lettre part à 2 destinataires."), "{page}");
        assert!(page.contains("0 destinataire informé, 2 en attente"), "{page}");
        assert!(!page.contains("hans@far.test"), "the form is empty again: {page}");
        // Whoever is named again is written to no more.
        let again = [("addresses", "eve@far.test\nzed@far.test"), ("language", "fr")];
        assert_eq!(admin.post(&informed, &again).await.status, StatusCode::SEE_OTHER);
        let page = admin.get(&contacts).await.text;
        assert!(
            page.contains("La lettre part à 1 destinataire.") && page.contains("1 l’avait déjà."),
            "{page}"
        );
        let onboarding = onboarding::testing::onboarding(&town.db, &town.world, &town.zones);
        let letters = onboarding.take_recipient_letters().await.unwrap();
        assert_eq!(letters.len(), 3);
        onboarding.recipient_letter_posted(&letters[0]).await.unwrap();
        onboarding.recipient_letter_posted(&letters[1]).await.unwrap();
        onboarding.recipient_letter_refused(&letters[2], "550 5.1.1 <none>").await.unwrap();
        let page = admin.get(&contacts).await.text;
        assert!(page.contains("2 destinataires informés, 1 refusé"), "{page}");
        let page = admin.get(&informed).await.text;
        for words in
            ["hans@far.test", "eve@far.test", "zed@far.test", "Deutsch", "envoyée", "550 5.1.1 &lt;none&gt;"]
        {
            assert!(page.contains(words), "{words}: {page}");
        }
        let found = admin.get(&format!("{informed}?q=zed")).await.text;
        assert!(found.contains("zed@far.test") && !found.contains("hans@far.test"), "{found}");
        let csv = admin.get(&format!("{informed}?format=csv")).await.text;
        assert!(csv.contains("Adresse") && csv.contains("hans@far.test"), "{csv}");
        // Beside the question whether they are informed stands how many are.
        let page = admin.get(&format!("{path}/phases")).await.text;
        assert!(page.contains(&format!("{informed}\">2 destinataires informés")), "{page}");
    }
}
