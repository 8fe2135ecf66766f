//! Registered letters by the customs of each country, and recipients whose servers take no attachments.

use std::sync::Arc;
use std::time::Duration;

use model::{Domain, OrganisationId};
use world::World;

use super::lab::{LETTER, address, engines, platform, settings, strong};
use crate::{
    Language, Mode, Prepared, Profile, Secure, SecureError, Settings, State, Submission, Unmarked, Way,
};

const DAY: Duration = Duration::from_secs(86_400);

/// A platform on each engine, set like this.
fn platforms(settings: &Settings) -> Vec<Secure> {
    engines().into_iter().map(|db| platform(db, World::testing(), settings.clone())).collect()
}

async fn sent(secure: &Secure, mode: Mode, to: &str) -> Arc<Prepared> {
    let submission = Submission {
        organisation: OrganisationId(1),
        sender: address("anna@valbois.test"),
        sender_name: "Anna Muster".to_owned(),
        authentication: "password of the mailbox (SMTP AUTH)".to_owned(),
        mode,
        letter: Unmarked {
            bytes: LETTER.as_bytes().to_vec(),
            subject: "Décision".to_owned(),
            message_id: Some("<1@valbois.test>".to_owned()),
            passphrase: None,
            phones: crate::phone::Phones::default(),
        },
        message_id: String::new(),
        recipients: vec![(address(to), Way::Sealed)],
        language: Language::English,
        client_reference: None,
        answers: None,
    };
    let prepared = Arc::new(secure.prepare(submission).await.unwrap());
    let (committing, kept) = (secure.clone(), prepared.clone());
    let scope = secure.db().operator("test");
    scope.write(move |tx| committing.commit(tx, &kept)).await.unwrap();
    secure.consent(&strong(to), Language::English).await.unwrap();
    prepared
}

/// What the first letter says, its base64 read.
fn text_of(prepared: &Prepared) -> String {
    use base64::Engine;
    let whole = String::from_utf8(prepared.carriers()[0].bytes.to_vec()).unwrap();
    let part = whole.split("base64\r\n\r\n").nth(1).unwrap().split("\r\n\r\n").next().unwrap();
    let text = base64::engine::general_purpose::STANDARD.decode(part.replace("\r\n", "")).unwrap();
    whole.clone() + &String::from_utf8(text).unwrap()
}

#[tokio::test]
async fn each_country_has_its_deadline_and_its_reminders() {
    for (profile, deadline, reminders) in [
        // Noon of 21 November 2026 in UTC.
        (Profile::Switzerland, "2026-11-28T22:59:59Z", vec![2, 5]),
        (Profile::France, "2026-12-06T22:59:59Z", vec![2, 5]),
        (Profile::Austria, "2026-12-05T22:59:59Z", vec![2]),
        (Profile::Basic, "2027-11-21T22:59:59Z", vec![2, 5]),
    ] {
        assert_eq!(Profile::from_word(profile.word()), Some(profile));
        let mut settings = settings();
        settings.follow(profile);
        for secure in platforms(&settings) {
            let prepared = sent(&secure, Mode::Registered, "zed@else.test").await;
            let slot = prepared.slot_of(&address("zed@else.test")).unwrap();
            let copy = secure.seen(&slot).await.unwrap().copy;
            assert_eq!(copy.deadline.unwrap().rfc3339(), deadline, "{profile:?}");
            let mut reminded = Vec::new();
            for day in 1..=6 {
                secure.world().clock.advance(DAY);
                if secure.remind().await.unwrap() > 0 {
                    reminded.push(day);
                }
            }
            assert_eq!(reminded, reminders, "{profile:?}");
            secure.world().clock.advance((profile.days() - 6) * DAY);
            assert_eq!(secure.expire().await.unwrap(), 0, "{profile:?}: the day is not over");
            secure.world().clock.advance(DAY);
            assert_eq!(secure.expire().await.unwrap(), 1, "{profile:?}");
            assert_eq!(secure.seen(&slot).await.unwrap().copy.state, State::Expired);
        }
    }
}

#[tokio::test]
async fn in_france_nobody_learns_the_sender_before_accepting() {
    let mut settings = settings();
    settings.follow(Profile::France);
    settings.language = Language::English;
    for secure in platforms(&settings) {
        let to = "zed@else.test";
        let prepared = sent(&secure, Mode::Registered, to).await;
        let carrier = text_of(&prepared);
        assert!(!carrier.to_lowercase().contains("anna"), "{carrier}");
        assert!(
            carrier.contains("A sender (named as soon as you accept) has sent you a registered letter"),
            "{carrier}"
        );
        let slot = prepared.slot_of(&address(to)).unwrap();
        let shown = |seen: &crate::Seen| {
            let shown = secure.settings().shown_sender(&seen.letter, &seen.copy, Language::English);
            (shown.name.into_owned(), shown.is_told)
        };
        assert_eq!(shown(&secure.seen(&slot).await.unwrap()), ("A sender".to_owned(), false));
        secure.world().clock.advance(2 * DAY);
        assert_eq!(secure.remind().await.unwrap(), 1);
        let reminder = |told: &crate::Told| told.recipient == address(to);
        let told = secure.due_notices().await.unwrap().into_iter().find(reminder).unwrap();
        let whole = String::from_utf8(told.bytes).unwrap();
        assert!(whole.contains("Subject: Reminder: registered letter from A sender"), "{whole}");
        assert_eq!(
            shown(&secure.accept(&slot, &strong(to)).await.unwrap()),
            ("Anna Muster".to_owned(), true)
        );
        // Who refuses never learns it: no receipt of theirs names it.
        let refused = sent(&secure, Mode::Registered, "yan@else.test").await;
        let slot = refused.slot_of(&address("yan@else.test")).unwrap();
        let seen = secure.refuse(&slot, &strong("yan@else.test"), "").await.unwrap();
        assert!(!shown(&seen).1);
        secure.notarise().await.unwrap();
        let told = secure.due_notices().await.unwrap();
        assert!(told.iter().all(|told| told.recipient != address("yan@else.test")));
        // A confidential letter says from whom it is.
        let other = sent(&secure, Mode::Confidential, to).await;
        let other = text_of(&other);
        assert!(other.contains("\r\nReply-To: anna@valbois.test\r\n"), "{other}");
    }
}

#[tokio::test]
async fn where_no_attachment_is_taken_the_first_letter_has_a_link() {
    let mut settings = settings();
    settings.link_domains = vec![Domain::parse("bank.test").unwrap()];
    for secure in platforms(&settings) {
        for (to, is_link) in [
            ("zed@bank.test", true),
            ("zed@mail.bank.test", true),
            ("zed@otherbank.test", false),
            ("zed@else.test", false),
        ] {
            let prepared = sent(&secure, Mode::Confidential, to).await;
            let whole = text_of(&prepared);
            assert_eq!(whole.contains("/safe/m/"), is_link, "{to}");
            assert_eq!(whole.contains("Relais.html"), !is_link, "{to}");
            let slot = prepared.slot_of(&address(to)).unwrap();
            let kept = secure.envelope(&slot, None).await;
            assert_eq!(kept.is_ok(), is_link, "{to}");
            assert!(is_link || matches!(kept, Err(SecureError::NotFound)));
        }
    }
}
