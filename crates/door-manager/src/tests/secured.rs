//! Secured letters on the screens: envelopes and states for whoever administers, content for nobody but a programme's
//! organisation, and taking one back.

use std::sync::Arc;

use axum::http::StatusCode;
use db::Tx;
use mail_secure::{Language, Mode, Shown, Submission, Unmarked, Way};
use model::OrganisationId;
use wire_safe::Slot;

use super::foreign::{parsed, user};
use super::{Browser, Town, towns};

const LETTER: &str = "From: a@valbois.test\r\nTo: zed@else.test\r\nSubject: Licenciement\r\n\r\nit is so\r\n";
const BY_PERSON: &str = "password of the mailbox (SMTP AUTH)";
const BY_PROGRAMME: &str = "password of the application account salaires@application.1 (SMTP AUTH)";

impl Town {
    /// A letter that was sent; its id and the slots of its copies, in the order of the addresses.
    pub(super) async fn secured(
        &self,
        organisation: OrganisationId,
        (sender, mode): (&str, Mode),
        authentication: &str,
        to: &[&str],
    ) -> (i64, Vec<Slot>) {
        let submission = Submission {
            organisation,
            sender: parsed(sender),
            sender_name: "Anna".to_owned(),
            authentication: authentication.to_owned(),
            mode,
            letter: Unmarked {
                bytes: LETTER.as_bytes().to_vec(),
                subject: "Licenciement".to_owned(),
                message_id: Some("<1@valbois.test>".to_owned()),
                passphrase: None,
                phones: mail_secure::phone::Phones::default(),
            },
            message_id: String::new(),
            recipients: to.iter().map(|to| (parsed(to), Way::Sealed)).collect(),
            language: Language::French,
            client_reference: None,
            answers: None,
        };
        let prepared = Arc::new(self.secure.prepare(submission).await.unwrap());
        let (secure, kept) = (self.secure.clone(), prepared.clone());
        let scope = self.db.operator("test");
        scope.write(move |tx: &mut Tx| secure.commit(tx, &kept)).await.unwrap();
        let slots = to.iter().map(|to| prepared.slot_of(&parsed(to)).unwrap()).collect();
        (prepared.letter().id, slots)
    }
}

impl Town {
    /// Somebody with a second factor agrees to take registered letters, and accepts this one.
    async fn accepted(&self, slot: &Slot, who: &str) {
        let who = strong(who);
        self.secure.consent(&who, Language::French).await.unwrap();
        self.secure.accept(slot, &who).await.unwrap();
    }
}

fn strong(who: &str) -> Shown {
    Shown {
        canonical: who.to_owned(),
        authentication: "password and one-time code".to_owned(),
        acting: None,
        is_strong: true,
        by_telephone: None,
        person: Some(model::UserId(3)),
    }
}

async fn page(browser: &mut Browser<'_>, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text
}

#[tokio::test]
async fn whoever_administers_sees_envelopes_and_states_and_never_a_subject() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let empty = page(&mut admin, "/manager/secured").await;
        assert!(empty.contains("Aucune lettre sécurisée dans cette période"), "{empty}");
        let anna = ("anna@valbois.test", Mode::Registered);
        let to = ["yan@else.test", "zed@else.test"];
        let (id, slots) = town.secured(town.valbois, anna, BY_PERSON, &to).await;
        let ida = ("ida@valbois.test", Mode::Confidential);
        town.secured(town.valbois, ida, BY_PERSON, &["eve@far.test"]).await;
        town.secure.notarise().await.unwrap();
        town.accepted(&slots[1], "zed@else.test").await;

        let all = page(&mut admin, "/manager/secured").await;
        for shown in ["zed@else.test", "eve@far.test", "Attend d’être acceptée", "Recommandé", "<svg"] {
            assert!(all.contains(shown), "{shown}: {all}");
        }
        let csv = admin.get("/manager/secured?format=csv").await.text;
        assert_eq!(csv.lines().count(), 4, "{csv}");
        for (asked, has, lacks) in [
            ("q=ZED", "zed@else.test", "eve@far.test"),
            ("q=ida%40", "eve@far.test", "zed@else.test"),
            ("mode=confidential", "eve@far.test", "zed@else.test"),
            ("state=offered", "yan@else.test", "eve@far.test"),
            ("from=2026-01-01&to=2026-12-31", "eve@far.test", "nothing"),
        ] {
            let found = page(&mut admin, &format!("/manager/secured?{asked}")).await;
            let list = found.split_once("id=\"letters\"").unwrap().1;
            assert!(list.contains(has) && !list.contains(lacks), "{asked}: {list}");
        }
        let past = page(&mut admin, "/manager/secured?to=2020-01-01").await;
        assert!(past.contains("Rien ne correspond"), "{past}");

        let letter = page(&mut admin, &format!("/manager/secured/{id}")).await;
        for shown in ["Proposée au destinataire", "Acceptée par le destinataire", "yan@else.test", "Horodaté"]
        {
            assert!(letter.contains(shown), "{shown}: {letter}");
        }
        for text in [&all, &csv, &letter] {
            assert!(!text.contains("Licenciement"), "a subject: {text}");
        }
        for path in ["evidence".to_owned(), format!("receipts/{}/submission", slots[0])] {
            let refused = admin.get(&format!("/manager/secured/{id}/{path}")).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "a person's: {path}");
        }
        let mut other = town.signed_in("acme").await;
        assert_eq!(other.get(&format!("/manager/secured/{id}")).await.status, StatusCode::NOT_FOUND);
        assert!(!page(&mut other, "/manager/secured").await.contains("zed@else.test"));
    }
}

#[tokio::test]
async fn what_a_programme_sent_is_proven_to_its_organisation() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let payroll = ("salaires@valbois.test", Mode::Registered);
        let (id, slots) = town.secured(town.valbois, payroll, BY_PROGRAMME, &["zed@else.test"]).await;
        town.secure.notarise().await.unwrap();
        let letter = page(&mut admin, &format!("/manager/secured/{id}")).await;
        assert!(
            letter.contains("salaires@application.1") && letter.contains("Quittance de dépôt"),
            "{letter}"
        );
        let receipt = format!("/manager/secured/{id}/receipts/{}/submission", slots[0]);
        let pdf = admin.get(&receipt).await;
        assert_eq!(pdf.status, StatusCode::OK, "{}", pdf.text);
        assert!(pdf.text.starts_with("%PDF"), "{}", &pdf.text[..20]);
        let bundle = admin.get(&format!("/manager/secured/{id}/evidence")).await;
        assert!(bundle.status == StatusCode::OK && bundle.text.starts_with('{'), "{}", bundle.text);
        for nothing in ["nothing", "refusal/more"] {
            let none = admin.get(&format!("/manager/secured/{id}/receipts/{}/{nothing}", slots[0])).await;
            assert_eq!(none.status, StatusCode::NOT_FOUND);
        }
        let mut other = town.signed_in("acme").await;
        assert_eq!(other.get(&receipt).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_letter_is_taken_back_from_whoever_has_not_accepted_it_and_the_journal_says_who_did() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let anna = ("anna@valbois.test", Mode::Registered);
        let to = ["yan@else.test", "zed@else.test"];
        let (id, slots) = town.secured(town.valbois, anna, BY_PERSON, &to).await;
        town.secure.notarise().await.unwrap();
        town.accepted(&slots[1], "zed@else.test").await;
        let path = format!("/manager/secured/{id}/withdraw");
        let asked = page(&mut admin, &path).await;
        assert!(asked.contains("Une copie est retirée") && asked.contains("Une copie reste"), "{asked}");
        let foreign = admin.post(&path, &[("copy", "00000000000000000000000000000000")]).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND);
        let accepted = slots[1].to_string();
        let refused = admin.post(&path, &[("copy", &accepted), ("reason", "erreur")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "accepted is accepted");
        assert!(refused.text.contains("value=\"erreur\""), "what was typed stays: {}", refused.text);
        let taken = admin.post(&path, &[("copy", ""), ("reason", "mauvaise adresse")]).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
        let letter = page(&mut admin, &format!("/manager/secured/{id}")).await;
        assert!(letter.contains("Retirée") && letter.contains("Acceptée par le destinataire"), "{letter}");
        assert!(page(&mut admin, &path).await.contains("Rien ne peut plus être retiré"));
        let journal = page(&mut admin, "/manager/journal").await;
        assert!(journal.contains("admin@valbois.test") && journal.contains("yan@else.test"), "{journal}");
    }
}

#[tokio::test]
async fn an_accepted_letter_is_erased_after_it_was_said_what_is_lost() {
    for town in towns().await {
        let mut admin = town.signed_in("valbois").await;
        let anna = ("anna@valbois.test", Mode::Registered);
        let to = ["yan@else.test", "zed@else.test"];
        let (id, slots) = town.secured(town.valbois, anna, BY_PERSON, &to).await;
        let path = format!("/manager/secured/{id}/erase");
        assert!(page(&mut admin, &path).await.contains("2 copies peuvent encore être retirées"));
        town.secure.notarise().await.unwrap();
        town.accepted(&slots[1], "zed@else.test").await;
        assert!(page(&mut admin, &format!("/manager/secured/{id}")).await.contains(&path));
        let asked = page(&mut admin, &path).await;
        assert!(
            asked.contains("Un destinataire perd la lettre") && asked.contains("Une copie peut encore"),
            "{asked}"
        );
        let offered = slots[0].to_string();
        let refused = admin.post(&path, &[("copy", &offered), ("reason", "erreur")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "what is offered is withdrawn");
        assert!(refused.text.contains("value=\"erreur\""), "what was typed stays: {}", refused.text);
        let mut other = town.signed_in("acme").await;
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.post(&path, &[("copy", "")]).await.status, StatusCode::NOT_FOUND);
        assert!(town.secure.seen(&slots[1]).await.unwrap().copy.store_share.is_some());

        let erased = admin.post(&path, &[("copy", ""), ("reason", "dossier clos")]).await;
        assert_eq!(erased.status, StatusCode::SEE_OTHER, "{}", erased.text);
        let copies = [0, 1].map(|index| town.secure.seen(&slots[index]));
        let [first, second] = copies;
        assert!(first.await.unwrap().copy.store_share.is_some());
        assert_eq!(second.await.unwrap().copy.store_share, None);
        let letter = page(&mut admin, &format!("/manager/secured/{id}")).await;
        assert!(letter.contains("<dt>Effacée</dt>"), "{letter}");
        let journal = page(&mut admin, "/manager/journal").await;
        assert!(
            journal.contains("Effacer une lettre sécurisée") && journal.contains("zed@else.test"),
            "{journal}"
        );
    }
}

#[tokio::test]
async fn staff_counts_everybodys_and_sees_no_address() {
    for town in towns().await {
        let anna = ("anna@valbois.test", Mode::Registered);
        town.secured(town.valbois, anna, BY_PERSON, &["zed@else.test"]).await;
        town.secured(town.acme, ("eve@acme.test", Mode::Personal), BY_PERSON, &["yan@else.test"]).await;
        let mut admin = town.signed_in("valbois").await;
        assert_eq!(admin.get("/manager/installation/secured").await.status, StatusCode::NOT_FOUND);
        let person = user(&town.people(), town.valbois, "operateur@far.test").await;
        town.operator().set_operator(person.id, true).await.unwrap();
        let mut staff = town.entered("operateur@far.test").await;
        let counts = page(&mut staff, "/manager/installation/secured").await;
        let main = counts.split_once("<main").unwrap().1;
        assert!(main.contains("valbois") && main.contains("acme"), "{main}");
        assert!(!main.contains("zed@") && !main.contains("anna@") && !main.contains("yan@"), "{main}");
        let csv = staff.get("/manager/installation/secured?format=csv").await.text;
        assert_eq!(csv.lines().count(), 3, "{csv}");
    }
}

#[tokio::test]
async fn whoever_administers_names_who_sends_secured_letters_and_tells_how() {
    for town in towns().await {
        town.mail_domain().await;
        let mut admin = town.signed_in("valbois").await;
        let path = "/manager/secured/senders";
        let usual = page(&mut admin, path).await;
        assert!(
            usual.contains("&lt;im&gt;&lt;c&gt;") && usual.contains("value=\"everybody\" checked"),
            "{usual}"
        );
        for (fields, field) in [
            (vec![("who", "listed"), ("senders", "")], "senders"),
            (vec![("who", "listed"), ("senders", "pas@une@adresse")], "senders"),
        ] {
            let refused = admin.post(path, &fields).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
            assert!(refused.text.contains(&format!("error-{field}")), "{fields:?}: {}", refused.text);
        }
        let long = "é".repeat(2_001);
        let refused = admin.post(path, &[("who", "everybody"), ("guidance", &long)]).await;
        assert!(refused.text.contains("error-guidance"), "{}", refused.text);
        let listed = [
            ("who", "listed"),
            ("senders", "anna@valbois.test\r\nrh.valbois.test"),
            ("guidance", "Un objet neutre.\r\nPas de nom."),
        ];
        assert_eq!(admin.post(path, &listed).await.status, StatusCode::SEE_OTHER);
        let sending = town.directory.secured_sending(town.valbois).await.unwrap();
        let may = |text: &str| sending.permits(&parsed(text));
        assert!(may("Anna@valbois.test") && may("eve@rh.valbois.test") && !may("ida@valbois.test"));
        assert_eq!(sending.guidance, "Un objet neutre.\nPas de nom.");
        assert!(town.directory.secured_sending(town.acme).await.unwrap().senders.is_none());
        // The newest change stands first, and its page says what was before and after.
        let journal = page(&mut admin, "/manager/journal").await;
        let (_, rest) =
            journal.split_once("href=\"&#x2f;manager&#x2f;journal&#x2f;").expect("a change is listed");
        let change = rest.split(['"', '?']).next().unwrap();
        let change = page(&mut admin, &format!("/manager/journal/{change}")).await;
        assert!(change.contains("rh.valbois.test"), "{change}");
        assert_eq!(admin.post(path, &[("who", "everybody")]).await.status, StatusCode::SEE_OTHER);
        assert!(town.directory.secured_sending(town.valbois).await.unwrap().senders.is_none());
    }
}

#[tokio::test]
async fn whoever_administers_says_what_always_goes_secured() {
    for town in towns().await {
        town.mail_domain().await;
        let mut admin = town.signed_in("valbois").await;
        let path = "/manager/secured/senders";
        let rule = |when, about, mode| [("rule-when", when), ("rule-about", about), ("rule-mode", mode)];
        for wrong in [
            rule("to", "pas une adresse", "personal"),
            rule("to", "x.test", "secret"),
            rule("from", "x.test", "personal"),
        ] {
            let refused = admin.post(path, &[&[("who", "everybody")][..], &wrong].concat()).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong:?}");
            assert!(
                refused.text.contains("error-rules") && refused.text.contains(wrong[1].1),
                "{}",
                refused.text
            );
        }
        let kept = [
            &[("who", "everybody")][..],
            &rule("subject", "dernier rappel", "registered"),
            &rule("to", "", "personal"),
            &rule("to", "clinique.test", "confidential"),
        ];
        assert_eq!(admin.post(path, &kept.concat()).await.status, StatusCode::SEE_OTHER);
        let sending = town.directory.secured_sending(town.valbois).await.unwrap();
        let rules: Vec<String> = sending.rules.iter().map(ToString::to_string).collect();
        assert_eq!(rules, ["registered subject dernier rappel", "confidential to clinique.test"]);
        let shown = page(&mut admin, path).await;
        assert_eq!(shown.matches("name=\"rule-about\"").count(), 5, "{shown}");
        assert!(
            shown.contains("value=\"dernier rappel\"") && shown.contains("value=\"clinique.test\""),
            "{shown}"
        );
        assert!(town.directory.secured_sending(town.acme).await.unwrap().rules.is_empty());
        assert_eq!(admin.post(path, &[("who", "everybody")]).await.status, StatusCode::SEE_OTHER);
        assert!(town.directory.secured_sending(town.valbois).await.unwrap().rules.is_empty());
    }
}
