//! Receipts: who gets which, when, in which language, and what they prove.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use evidence::{Document, Event, Keys, Kind, Outcome, Verdict};
use receipts::EVIDENCE_NAME;
use wire_cms::{pades, smime};
use wire_mime::Structure;

use super::lab::{LETTER, account, address, platforms, send, send_with, strong};
use crate::{Choices, Language, Mode, Secure, SecureError, Told, sent};

/// The notices that are due, taken out of the outbox.
async fn told(secure: &Secure) -> Vec<Told> {
    let due = secure.due_notices().await.unwrap();
    for one in &due {
        let id = one.id;
        let scope = secure.db().operator("test");
        assert!(scope.write(move |tx: &mut db::Tx| sent(tx, id)).await.unwrap());
    }
    due
}

fn subject(letter: &[u8]) -> String {
    wire_mime::Summary::of(letter).subject
}

/// The PDF that is attached to a letter which the platform signed.
async fn attached(secure: &Secure, letter: &[u8]) -> (String, Vec<u8>) {
    let platform = secure.platform().await.unwrap();
    let signed = smime::verify(letter).expect("the platform signed it");
    assert_eq!(signed.signed.signer, *platform.seal.certificate());
    let structure = Structure::parse(letter);
    let parts = structure.parts();
    let pdf = parts.iter().find(|part| part.content_type.value.eq_ignore_ascii_case("application/pdf"));
    let pdf = pdf.expect("a receipt is attached");
    let name = pdf.content_type.text("name").unwrap();
    let encoded: Vec<u8> =
        letter[pdf.body.clone()].iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    (name, STANDARD.decode(encoded).unwrap())
}

/// What a receipt proves with the published keys and the letter, without asking the platform.
async fn proves(secure: &Secure, pdf: &[u8]) -> (Verdict, String) {
    let keys = Keys::parse(&secure.keys_file().await.unwrap()).unwrap();
    let verified = |pdf: &[u8], letter: &str| {
        let files = [
            Document { name: "receipt.pdf", bytes: pdf },
            Document { name: "letter.eml", bytes: letter.as_bytes() },
        ];
        let mut verified = evidence::verify_files(&files, &keys, None).unwrap();
        verified.remove(0).report
    };
    let report = verified(pdf, LETTER);
    let proven =
        |kind: Kind| report.claims.iter().any(|one| one.kind == kind && one.outcome == Outcome::Proven);
    assert!(proven(Kind::Signature) && proven(Kind::Document), "{:#?}", report.claims);
    // It would not do so for another letter, or with anything added to it.
    let other = LETTER.replace("it is so", "it is not");
    assert_eq!(verified(pdf, &other).verdict, Verdict::Failed);
    let added = [pdf, b"\n% and more"].concat();
    assert_eq!(verified(&added, LETTER).verdict, Verdict::Failed);
    let files = pades::embedded_files(pdf).unwrap();
    let [evidence] = files.as_slice() else { panic!("{files:?}") };
    assert_eq!(evidence.name, EVIDENCE_NAME);
    (report.verdict, report.letters[0].state.clone().unwrap_or_default())
}

#[tokio::test]
async fn a_receipt_leaves_once_its_statement_is_stamped_and_proves_it() {
    for secure in platforms() {
        let slot = send(&secure, Mode::Registered, &["zed@else.test"]).await[0];
        assert_eq!(told(&secure).await.len(), 0, "nothing is stamped yet");
        let early = secure.receipt(&slot, Event::SubmissionAcceptance, Language::English).await;
        assert!(matches!(early, Err(SecureError::NotYet)));
        secure.notarise().await.unwrap();
        let [submission] = told(&secure).await.try_into().unwrap();
        assert_eq!(submission.recipient, address("anna@valbois.test"));
        let (name, pdf) = attached(&secure, &submission.bytes).await;
        assert!(name.starts_with("receipt-submission-") && name.ends_with(".pdf"), "{name}");
        assert_eq!(proves(&secure, &pdf).await, (Verdict::Proven, "submitted".to_owned()));

        secure.accept(&slot, &strong("zed@else.test")).await.unwrap();
        assert_eq!(told(&secure).await.len(), 0, "the acceptance waits for its own");
        secure.notarise().await.unwrap();
        let both = told(&secure).await;
        let to: Vec<String> = both.iter().map(|told| told.recipient.to_string()).collect();
        assert_eq!(to, ["anna@valbois.test", "zed@else.test"]);
        for one in &both {
            let (name, pdf) = attached(&secure, &one.bytes).await;
            assert!(name.starts_with("receipt-acceptance-"), "{name}");
            assert_eq!(proves(&secure, &pdf).await, (Verdict::Proven, "accepted".to_owned()));
        }
        // Later, for whoever lost it.
        let again = secure.receipt(&slot, Event::ConsignmentAcceptance, Language::German).await.unwrap();
        assert_eq!(proves(&secure, &again).await, (Verdict::Proven, "accepted".to_owned()));
        let never = secure.receipt(&slot, Event::ConsignmentRejection, Language::German).await;
        assert!(matches!(never, Err(SecureError::NotFound)));
    }
}

#[tokio::test]
async fn refusal_and_expiry_have_receipts_of_their_own() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Registered, &["zed@else.test", "yan@else.test"]).await;
        secure.notarise().await.unwrap();
        assert_eq!(told(&secure).await.len(), 2);
        secure.refuse(&slots[0], &strong("zed@else.test"), "not for me").await.unwrap();
        secure.world().clock.advance(std::time::Duration::from_secs(9 * 86_400));
        assert_eq!(secure.expire().await.unwrap(), 1);
        secure.notarise().await.unwrap();
        let mut states = Vec::new();
        for one in told(&secure).await {
            let (name, pdf) = attached(&secure, &one.bytes).await;
            let (verdict, state) = proves(&secure, &pdf).await;
            assert_eq!(verdict, Verdict::Proven);
            states.push((one.recipient.to_string(), name[..14].to_owned(), state));
        }
        states.sort();
        let wanted = [
            ("anna@valbois.test", "receipt-expiry", "expired"),
            ("anna@valbois.test", "receipt-refusa", "refused"),
            ("zed@else.test", "receipt-refusa", "refused"),
        ];
        let wanted = wanted.map(|(who, name, state)| (who.to_owned(), name.to_owned(), state.to_owned()));
        assert_eq!(states, wanted);
    }
}

#[tokio::test]
async fn each_is_told_in_the_language_of_their_choice() {
    for secure in platforms() {
        let choices = Choices { language: Some(Language::Italian), ..Choices::default() };
        let zed = account(&secure, "zed@else.test").await;
        secure.choose(&address("Zed@else.test"), zed.person.unwrap(), choices).await.unwrap();
        secure.consent(&zed, Language::Italian).await.unwrap();
        let slot = send_with(&secure, Mode::Registered, &["zed@else.test"], None).await[0];
        secure.accept(&slot, &zed).await.unwrap();
        secure.notarise().await.unwrap();
        let letters = told(&secure).await;
        let subjects: Vec<String> = letters.iter().map(|told| subject(&told.bytes)).collect();
        assert_eq!(
            subjects,
            ["Déposée : Décision", "Acceptée : Décision", "Accettata: lettera raccomandata di Anna"]
                .map(|text| text.replace(" :", "\u{202f}:"))
        );
        let (_, pdf) = attached(&secure, &letters[2].bytes).await;
        // The reason of its signature stands in the file as it is.
        let title = receipts::Kind::Acceptance.title(Language::Italian);
        assert!(title.is_ascii(), "{title}");
        assert!(
            pdf.windows(title.len()).any(|window| window == title.as_bytes()),
            "it is in that language too"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_written_holds_up_nobody_else() {
    for secure in platforms() {
        send(&secure, Mode::Registered, &["zed@else.test"]).await;
        send(&secure, Mode::Registered, &["yan@else.test"]).await;
        secure.notarise().await.unwrap();
        let scope = secure.db().operator("test");
        scope
            .write(|tx: &mut db::Tx| {
                tx.execute(
                    "UPDATE secure_letter SET digests = salt WHERE id = (SELECT MIN(id) FROM secure_letter)",
                    &[],
                )
            })
            .await
            .unwrap();
        assert_eq!(told(&secure).await.len(), 1);
        assert_eq!(told(&secure).await.len(), 0, "the other waits");
    }
}
