//! What a programme reads for a recipient: lists, opening with the e-mail, what was processed; and taking back in a name.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use db::{Db, Moment, Seek, Tx};
use model::OrganisationId;
use wire_safe::Slot;
use world::World;

use super::lab::{LETTER, address, engines, platform, platforms, settings, strong};
use crate::following::Cursor;
use crate::receiving::{Behind, Listed, SentBy, Sought, brings};
use crate::{
    Mode, Secure, SecureError, Settings, Shown, State, Submission, Unmarked, Way, application_words,
};

const PAYROLL: &str = "payroll@application.1";
const OFFICE: &str = "office@else.test";

/// Sends a letter, known by these words; gives the slot and the e-mail that brings it to the first recipient.
async fn send(secure: &Secure, mode: Mode, authentication: &str, to: &[&str]) -> (Slot, Bytes) {
    let prepared = Arc::new(secure.prepare(submission(mode, authentication, to)).await.unwrap());
    let (committing, kept) = (secure.clone(), prepared.clone());
    let scope = secure.db().operator("test");
    scope.write(move |tx: &mut Tx| committing.commit(tx, &kept)).await.unwrap();
    secure.world().clock.advance(Duration::from_secs(1));
    let first = prepared.carriers().iter().find(|one| one.recipient == address(to[0])).unwrap();
    (first.slot, first.bytes.clone())
}

fn submission(mode: Mode, authentication: &str, to: &[&str]) -> Submission {
    Submission {
        organisation: OrganisationId(1),
        sender: address("anna@valbois.test"),
        sender_name: "Anna".to_owned(),
        authentication: authentication.to_owned(),
        mode,
        letter: Unmarked {
            bytes: LETTER.as_bytes().to_vec(),
            subject: "Décision".to_owned(),
            message_id: Some("<1@valbois.test>".to_owned()),
            passphrase: None,
            phones: crate::phone::Phones::default(),
        },
        message_id: String::new(),
        recipients: to.iter().map(|to| (address(to), Way::Sealed)).collect(),
        language: crate::Language::French,
        client_reference: None,
        answers: None,
    }
}

fn by_payroll() -> String {
    application_words("password of", PAYROLL, "SOAP")
}

fn office() -> Shown {
    Shown { acting: Some("greffe@application.1".to_owned()), authentication: by_payroll(), ..strong(OFFICE) }
}

fn slots(listed: &[Listed]) -> Vec<Slot> {
    listed.iter().map(|one| one.copy.slot).collect()
}

fn all() -> Sought {
    Sought { limit: 100, ..Sought::default() }
}

#[tokio::test]
async fn what_came_to_an_address_is_listed_a_page_at_a_time_and_nothing_else() {
    for secure in platforms() {
        let (first, _) = send(&secure, Mode::Confidential, "password", &[OFFICE, "zed@else.test"]).await;
        let (second, _) = send(&secure, Mode::Registered, "password", &[OFFICE]).await;
        send(&secure, Mode::Registered, "password", &["zed@else.test"]).await;
        let received = async |sought| secure.received(&address("Office@else.test"), sought).await.unwrap();
        let listed = received(all()).await;
        assert_eq!(slots(&listed), [second, first], "the newest first");
        let page = received(Sought { limit: 1, ..all() }).await;
        let behind = Behind::parse(&Behind::copy(&page[0].copy).to_string());
        assert_eq!(slots(&received(Sought { behind, ..all() }).await), [first]);
        assert_eq!(slots(&received(Sought { state: Some(State::Offered), ..all() }).await), [second]);
        assert_eq!(slots(&received(Sought { mode: Some(Mode::Confidential), ..all() }).await), [first]);
        let since = Some(listed[0].letter.submitted_at);
        assert_eq!(slots(&received(Sought { since, ..all() }).await), [second]);
        assert_eq!(slots(&received(Sought { until: since, ..all() }).await), [first]);
        let with = |text: &str| Sought { with: Some(address(text)), ..all() };
        assert_eq!(received(with("anna@valbois.test")).await.len(), 2);
        assert_eq!(received(with("zed@else.test")).await.len(), 0);
        assert!(Behind::parse("x").is_none() && Behind::parse("1.zz").is_none());
    }
}

#[tokio::test]
async fn what_an_application_sent_is_found_by_its_login_within_its_organisation() {
    for secure in platforms() {
        send(&secure, Mode::Confidential, "password of the mailbox (SMTP AUTH)", &["zed@else.test"]).await;
        let (own, _) = send(&secure, Mode::Confidential, &by_payroll(), &["zed@else.test"]).await;
        let sent = async |organisation, by| {
            let found = secure.sent_copies(OrganisationId(organisation), by, all()).await.unwrap();
            slots(&found)
        };
        let application = |login: &str| SentBy::Application(login.to_owned());
        assert_eq!(sent(1, application(PAYROLL)).await, [own]);
        assert_eq!(sent(1, application("roll@application.1")).await, []);
        assert_eq!(sent(2, application(PAYROLL)).await, []);
        assert_eq!(sent(1, SentBy::Address(address("anna@valbois.test"))).await.len(), 2);
        let letter = secure.seen(&own).await.unwrap().letter;
        assert_eq!(letter.application(), Some(PAYROLL));
        let happened = secure.happened_to(OrganisationId(1), Some(PAYROLL), None, None, 100);
        // What is not in the public log yet is listed later.
        assert!(happened.await.unwrap().is_empty());
        secure.notarise().await.unwrap();
        let happened = secure.happened_to(OrganisationId(1), Some(PAYROLL), None, None, 100).await.unwrap();
        assert!(!happened.is_empty() && happened.iter().all(|one| one.slot == own), "{happened:?}");
        let all = secure.happened_since(OrganisationId(1), None, None, 100).await.unwrap();
        assert!(all.len() > happened.len());
    }
}

#[tokio::test]
async fn a_letter_that_took_long_to_seal_is_not_passed_by() {
    for secure in platforms() {
        let submission = submission(Mode::Registered, "password", &["zed@else.test"]);
        let late = Arc::new(secure.prepare(submission).await.unwrap());
        secure.world().clock.advance(Duration::from_secs(30));
        send(&secure, Mode::Confidential, "password", &["yan@else.test"]).await;
        secure.notarise().await.unwrap();
        let list = async |behind| secure.happened_since(OrganisationId(1), None, behind, 100).await.unwrap();
        let first = list(None).await;
        assert_eq!(first.len(), 3);
        // The program has read as far as this while the other letter was still being sealed.
        let behind = Cursor::parse(&Cursor::behind(&first[2]).to_string());
        assert!(behind.is_some() && list(behind).await.is_empty());
        let (committing, kept) = (secure.clone(), late.clone());
        let scope = secure.db().operator("test");
        scope.write(move |tx: &mut Tx| committing.commit(tx, &kept)).await.unwrap();
        secure.notarise().await.unwrap();
        let next = list(behind).await;
        assert_eq!(next.iter().map(|one| one.slot).collect::<Vec<_>>(), [late.carriers()[0].slot; 2]);
        assert!(next[0].at < first[0].at, "it happened before");
    }
}

/// A platform on which every letter has a link.
fn with_links() -> Vec<Secure> {
    let engines = engines().into_iter();
    let one = |db: Db| platform(db, World::testing(), Settings { link_above_bytes: 1, ..settings() });
    engines.map(one).collect()
}

#[tokio::test]
async fn a_letter_is_opened_with_the_e_mail_that_brought_it_and_the_evidence_says_by_whom() {
    for secure in platforms().into_iter().chain(with_links()) {
        let (slot, mail) = send(&secure, Mode::Confidential, "password", &[OFFICE]).await;
        let (_, others) = send(&secure, Mode::Confidential, "password", &[OFFICE]).await;
        let opened = secure.open_mail(&slot, mail.clone(), &office()).await.unwrap();
        assert_eq!(&opened[..], LETTER.as_bytes());
        let bundle = secure.bundle(&slot).await.unwrap();
        let last = bundle.letters[0].statements.last().unwrap().sealed.evidence().clone();
        assert_eq!(last.recipient.acting_person.as_deref(), Some("greffe@application.1"));
        assert!(last.recipient.authentication.unwrap().contains("decrypted by the platform"));

        let refused = secure.open_mail(&slot, mail.clone(), &strong("zed@else.test")).await;
        assert!(matches!(refused, Err(SecureError::Proof)), "somebody else's");
        for other in [others, Bytes::from_static(b"Subject: x\r\n\r\nx"), Bytes::new()] {
            let refused = secure.open_mail(&slot, other, &office()).await;
            assert!(matches!(refused, Err(SecureError::Forged)), "the e-mail of another letter, or of none");
        }
        let letter = secure.seen(&slot).await.unwrap().letter.id;
        let late = secure.withdraw(OrganisationId(1), letter, None, "").await;
        assert!(matches!(late, Err(SecureError::Illegal(_))), "{late:?}");
    }
}

#[tokio::test]
async fn what_an_e_mail_brings_is_found_in_the_page_alone_too() {
    let secure = platforms().remove(0);
    let (slot, mail) = send(&secure, Mode::Confidential, "password", &[OFFICE]).await;
    let text = String::from_utf8(mail.to_vec()).unwrap();
    let page = &text[text.find("<!").unwrap()..text.rfind("</html>").unwrap() + 7];
    let brought = brings(page.as_bytes(), &slot).unwrap();
    assert!(brought.envelope.is_some());
    // As a server that codes everything anew gives it out.
    use base64::Engine;
    let coded = base64::engine::general_purpose::STANDARD.encode(page);
    let anew = format!(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{coded}\r\n--x--\r\n"
    );
    let again = brings(anew.as_bytes(), &slot).unwrap();
    assert_eq!(again.envelope, brought.envelope);
    assert!(brings(b"", &slot).is_none());
    assert!(brings(&vec![b'x'; crate::limits::CARRIER_LIMIT_BYTES + 1], &slot).is_none());
}

#[tokio::test]
async fn what_was_processed_is_noted_once_and_by_its_recipient_only() {
    for secure in platforms() {
        let (slot, _) = send(&secure, Mode::Confidential, "password", &[OFFICE]).await;
        let unprocessed = Sought { is_unprocessed: true, ..all() };
        let left = async || secure.received(&address(OFFICE), unprocessed.clone()).await.unwrap().len();
        assert_eq!(left().await, 1);
        let other = secure.acknowledge(&slot, &strong("zed@else.test")).await;
        assert!(matches!(other, Err(SecureError::NotFound)));
        let at = secure.acknowledge(&slot, &office()).await.unwrap();
        secure.world().clock.advance(Duration::from_secs(60));
        assert_eq!(secure.acknowledge(&slot, &office()).await.unwrap(), at, "the first time counts");
        assert_eq!(left().await, 0);
        assert_eq!(secure.received(&address(OFFICE), all()).await.unwrap().len(), 1);
        let bundle = secure.bundle(&slot).await.unwrap();
        assert_eq!(bundle.letters[0].statements.len(), 3, "it is no event");
    }
}

#[tokio::test]
async fn taking_back_in_an_administrators_name_is_in_the_log_of_changes_with_it() {
    for secure in platforms() {
        let (slot, mail) = send(&secure, Mode::Confidential, "password", &[OFFICE, "zed@else.test"]).await;
        let id = secure.seen(&slot).await.unwrap().letter.id;
        let who = trail::Actor::from("boss@valbois.test");
        let foreign = secure.withdraw_for(who.clone(), OrganisationId(2), id, None, "").await;
        assert!(matches!(foreign, Err(SecureError::NotFound)));
        let back =
            secure.withdraw_for(who.clone(), OrganisationId(1), id, Some(slot), "wrong\r\nmonth").await;
        assert_eq!(back.unwrap().len(), 1);
        let log = trail::Trail::new(secure.db().clone());
        let changes = log.changes(Some(OrganisationId(1)), Seek::<Moment>::first(10)).await.unwrap().items;
        let [entry] = changes.as_slice() else { panic!("{changes:?}") };
        assert_eq!(entry.change.action, "withdraw secure letter");
        assert_eq!(entry.change.what, "anna@valbois.test → office@else.test");
        assert_eq!(entry.change.actor.who, "boss@valbois.test");
        assert_eq!(entry.after.get("reason"), Some("wrongmonth"));
        let refused = secure.open_mail(&slot, mail, &office()).await;
        assert!(matches!(refused, Err(SecureError::Ended | SecureError::Illegal(_))));
        // What cannot be taken back leaves no entry.
        assert!(secure.withdraw_for(who, OrganisationId(1), id, Some(slot), "").await.is_err());
        assert_eq!(
            log.changes(Some(OrganisationId(1)), Seek::<Moment>::first(10)).await.unwrap().items.len(),
            1
        );
    }
}
