//! Stops at every commit point of a registered letter's life: afterwards what was answered holds, nothing is half, and the
//! evidence of each copy proves what its row says.

use evidence::Verdict;
use mail_secure::{Entry, SecureError, Shown, State, Wanted};

use super::crashes::{Death, Disk, Story, die_at_every_point};
use super::secured::{carrier, send};
use super::*;

/// What was answered before the process died.
#[derive(Debug, Default)]
struct Answered {
    /// `250` for the letter.
    is_taken: bool,
    /// The page after «accept».
    is_accepted: bool,
    /// The page after «refuse».
    is_refused: bool,
}

/// Somebody with an account and a second factor.
fn strong(text: &str) -> Shown {
    Shown {
        canonical: address(text).canonical(),
        authentication: "password and one-time code".to_owned(),
        acting: None,
        person: None,
        is_strong: true,
        by_telephone: None,
    }
}

/// The letters of the sender's organisation.
async fn entries(town: &Town) -> Vec<Entry> {
    let organisation = town.organisation("anna@valbois.test").await;
    let wanted = Wanted { sender: None, recipient: None, before: None, limit: 10 };
    town.flow.secure().letters(Some(organisation), wanted).await.unwrap()
}

/// One registered letter, accepted and refused.
struct Registered;

impl Story for Registered {
    type Answered = Answered;
    const POINTS: usize = 30;

    /// The keys of an installation are made once, before its first letter.
    async fn prepare(disk: &Disk, routes: &[(&str, &Stranger)]) {
        disk.start(routes).flow.secure().platform().await.unwrap();
    }

    /// One letter to two people: one accepts, the other refuses; receipts are made and sent.
    async fn first_life(town: &mut Town, _: &Stranger, death: &Death) -> Answered {
        town.go();
        let mut answered = Answered::default();
        let to = ["zed@else.test", "yan@else.test"];
        answered.is_taken = send(town, "<im><r> Décision", &to).await.is_ok();
        until(async || (death.is_dead() || town.queue().await.is_empty()).then_some(())).await;
        if death.is_dead() {
            return answered;
        }
        let secure = town.flow.secure();
        for copy in entries(town).await.remove(0).copies {
            let who = strong(&copy.address.to_string());
            drop(secure.consent(&who, mail_secure::Language::French).await);
            match copy.address == address("zed@else.test") {
                true => answered.is_accepted = secure.accept(&copy.slot, &who).await.is_ok(),
                false => answered.is_refused = secure.refuse(&copy.slot, &who, "not for me").await.is_ok(),
            }
        }
        drop(secure.notarise().await);
        drop(town.flow.post_notices().await);
        answered
    }

    fn is_whole(answered: &Answered) -> bool {
        answered.is_taken && answered.is_accepted && answered.is_refused
    }

    /// Whatever was not done is done now, as the chores of a running server do it.
    async fn second_life(town: &mut Town, _: &Stranger) {
        town.go();
        town.queue_is_empty().await;
        town.flow.secure().notarise().await.unwrap();
        while town.flow.post_notices().await.unwrap() > 0 {}
        town.queue_is_empty().await;
    }

    async fn check(town: &Town, stranger: &Stranger, answered: &Answered, point: usize) {
        let secure = town.flow.secure();
        let entries = entries(town).await;
        match answered.is_taken {
            true => assert_eq!(entries.len(), 1, "point {point}: the letter was answered 250"),
            false => assert!(entries.len() <= 1, "point {point}"),
        }
        let heard: Vec<String> = stranger.heard().into_iter().map(|heard| heard.body).collect();
        let carried: Vec<_> = heard.iter().filter(|letter| letter.contains("Relais.html")).collect();
        let Some(entry) = entries.first() else {
            assert!(carried.is_empty(), "point {point}: nothing leaves of a letter that is not ours");
            return;
        };
        assert_eq!(entry.copies.len(), 2, "point {point}");
        let keys = secure.published_keys().await.unwrap();
        for copy in &entry.copies {
            let brought =
                carried.iter().filter(|letter| letter.contains(&format!("To: {}\r\n", copy.address)));
            let slots: Vec<_> = {
                let mut slots = Vec::new();
                for letter in brought {
                    slots.push(secure.slot_of(carrier(letter).envelope).await.unwrap());
                }
                slots
            };
            // RFC 1047: towards others, once more is possible where we died before we could note it.
            assert!((1..=2).contains(&slots.len()), "point {point}: {}", slots.len());
            assert!(slots.iter().all(|slot| *slot == copy.slot), "point {point}: one envelope each");
            let bundle = secure.bundle(&copy.slot).await.unwrap();
            let report = evidence::verify(&bundle, &keys, &[], None);
            assert_eq!(report.verdict, Verdict::Proven, "point {point}: {:#?}", report.claims);
            let told = report.letters[0].state.as_deref();
            assert_eq!(told, Some(copy.state.word()), "point {point}: the evidence says where the copy is");
            let (is_answered, done, share) = match copy.address == address("zed@else.test") {
                true => (answered.is_accepted, State::Consigned, true),
                false => (answered.is_refused, State::Refused, false),
            };
            assert!(
                matches!(copy.state, State::Offered) || copy.state == done,
                "point {point}: {}",
                copy.state
            );
            if is_answered {
                assert_eq!(copy.state, done, "point {point}");
            }
            let has_share = copy.store_share.is_some();
            assert_eq!(has_share, copy.state == State::Offered || share, "point {point}: {}", copy.state);
            // The first life may have ended before the agreement: it holds once it is given.
            let who = strong(&copy.address.to_string());
            secure.consent(&who, mail_secure::Language::French).await.unwrap();
            let opened = secure.release(&copy.slot, &who).await;
            match copy.state {
                State::Consigned => drop(opened.unwrap()),
                State::Offered => assert!(matches!(opened, Err(SecureError::Illegal(_))), "point {point}"),
                _ => assert!(matches!(opened, Err(SecureError::Ended)), "point {point}"),
            }
        }
        // Each receipt once: what is told stands in the outbox until it stands in the queue.
        let done = entry.copies.iter().filter(|copy| copy.state != State::Offered).count();
        let told = town.inbox("anna@valbois.test").await;
        assert_eq!(told.len(), entry.copies.len() + done, "point {point}: {told:#?}");
        assert_eq!(
            letters_out::live_blobs(town).await,
            0,
            "point {point}: a message stays without deliveries"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_moment_of_a_crash_a_registered_letter_is_whole_and_proven() {
    die_at_every_point::<Registered>().await;
}
