//! Stops at every commit point while letters come to their ends: by an alias with a dead mailbox, by a link, by a report, by
//! being taken back, by a mailbox here. Afterwards the evidence of each copy proves what its row says.

use evidence::Verdict;
use mail_secure::{Entry, State, Wanted};

use super::crashes::{Death, Disk, Story, die_at_every_point};
use super::returned::{path_of, report};
use super::secured::send;
use super::*;

const GONE: &str = "550 5.1.1 no such mailbox";

/// What was answered before the process died.
#[derive(Debug, Default)]
struct Answered {
    /// `250` for so many letters, in their order.
    taken: usize,
    /// `250` for the report.
    is_reported: bool,
    /// That a letter was taken back.
    is_withdrawn: bool,
}

async fn entries(town: &Town) -> Vec<Entry> {
    let organisation = town.organisation("anna@valbois.test").await;
    let wanted = Wanted { sender: None, recipient: None, before: None, limit: 10 };
    town.flow.secure().letters(Some(organisation), wanted).await.unwrap()
}

/// One letter for each end.
struct Ends;

impl Story for Ends {
    type Answered = Answered;
    const POINTS: usize = 30;

    async fn prepare(disk: &Disk, routes: &[(&str, &Stranger)]) {
        let town = disk.start(routes);
        town.flow.secure().platform().await.unwrap();
        let targets = ["zed@else.test", "dead@else.test"].map(address).to_vec();
        let new = NewAddress { address: address("duo@valbois.test"), alias_to: targets, quota_bytes: None };
        town.operator.create_address(new).await.unwrap();
    }

    async fn first_life(town: &mut Town, stranger: &Stranger, death: &Death) -> Answered {
        town.go();
        let mut answered = Answered::default();
        // Until nothing is under way any more.
        let rests = async |town: &Town, waiting: usize| {
            until(async || {
                let queue = town.flow.queue().list(None, Selection::All, 1000).await.unwrap_or_default();
                let is_at_rest = queue.iter().all(|entry| entry.node.is_none()) && queue.len() == waiting;
                (death.is_dead() || is_at_rest).then_some(())
            })
            .await;
        };
        stranger.says("RCPT TO:<dead", GONE);
        stranger.says("RCPT TO:<later", "451 4.2.0 not now");
        for (subject, to, waiting) in [
            ("<im><c> Alias", "duo@valbois.test", 0),
            ("<im><c> Ici", "zoe@acme.test", 0),
            ("<im><p> Lien", "yan@else.test", 0),
            ("<im><c> Retour", "zed@else.test", 0),
            ("<im><r> Retrait", "later@else.test", 1),
        ] {
            if to == "yan@else.test" {
                stranger.says_once(".", "554 5.7.1 HTML attachments are not allowed");
            }
            answered.taken += usize::from(send(town, subject, &[to]).await.is_ok());
            rests(town, waiting).await;
            if death.is_dead() {
                return answered;
            }
        }
        let returned = stranger.heard().into_iter().rev().find(|heard| heard.to[0].contains("zed@else.test"));
        let gone = report("zed@else.test", "5.1.1", GONE, "Subject: x\r\n\r\n");
        let to_it = envelope("", &[&path_of(&returned.unwrap())]);
        answered.is_reported = town.bring(peer(), to_it, &gone).await.is_ok();
        if death.is_dead() {
            return answered;
        }
        let newest = entries(town).await.remove(0).letter;
        let back = town.flow.secure().withdraw(newest.organisation, newest.id, None, "").await;
        answered.is_withdrawn = back.is_ok();
        answered
    }

    fn is_whole(answered: &Answered) -> bool {
        answered.taken == 5 && answered.is_reported && answered.is_withdrawn
    }

    async fn second_life(town: &mut Town, stranger: &Stranger) {
        stranger.says_yes_again();
        stranger.says("RCPT TO:<dead", GONE);
        town.go();
        town.world.clock.advance(HOUR);
        // Threads of the first life that were under way may still put off what they held.
        until(async || {
            let (queue, now) = (town.queue().await, town.world.clock.now());
            if queue.iter().all(|entry| entry.node.is_none() && entry.next_at > now) {
                town.world.clock.advance(HOUR);
            }
            queue.is_empty().then_some(())
        })
        .await;
    }

    async fn check(town: &Town, stranger: &Stranger, answered: &Answered, point: usize) {
        let secure = town.flow.secure();
        secure.notarise().await.unwrap();
        let keys = secure.published_keys().await.unwrap();
        let entries = entries(town).await;
        assert!(
            (answered.taken..=answered.taken + 1).contains(&entries.len()),
            "point {point}: {answered:?}"
        );
        for entry in &entries {
            let copy = &entry.copies[0];
            let report = evidence::verify(&secure.bundle(&copy.slot).await.unwrap(), &keys, &[], None);
            assert_eq!(report.verdict, Verdict::Proven, "point {point}: {:#?}", report.claims);
            assert_eq!(report.letters[0].state.as_deref(), Some(copy.state.word()), "point {point}");
            let heard = stranger.heard();
            let brought = |to: &str| heard.iter().any(|heard| heard.to[0].contains(to));
            let ends: &[State] = match copy.address.to_string().as_str() {
                "duo@valbois.test" => &[State::Notified],
                "zoe@acme.test" => &[State::HandedOver],
                "yan@else.test" => &[State::Notified],
                "zed@else.test" if answered.is_reported => &[State::Consigned],
                "zed@else.test" => &[State::Notified, State::Consigned],
                _ if answered.is_withdrawn => &[State::Withdrawn],
                _ => &[State::Offered, State::Withdrawn],
            };
            assert!(ends.contains(&copy.state), "point {point}: {} is {}", copy.address, copy.state);
            let is_over = matches!(copy.state, State::Undeliverable | State::Withdrawn);
            assert!(!is_over || copy.store_share.is_none(), "point {point}: {} can be opened", copy.address);
            match copy.address.to_string().as_str() {
                "zoe@acme.test" => assert_eq!(town.inbox("zoe@acme.test").await.len(), 1, "point {point}"),
                "later@else.test" => {
                    assert_eq!(brought("later@else.test"), copy.state == State::Offered, "point {point}");
                }
                "yan@else.test" => {
                    assert!(brought("yan@else.test"), "point {point}");
                    // The link leads somewhere, or the first letter was taken when it was tried once more.
                    let linked = heard.iter().filter(|heard| heard.to[0].contains("yan@else.test"));
                    if linked.clone().all(|heard| !heard.body.contains("Relais.html")) {
                        assert!(
                            secure.envelope(&copy.slot, None).await.is_ok(),
                            "point {point}: a link to nothing"
                        );
                    }
                }
                _ => {}
            }
        }
        assert_eq!(
            letters_out::live_blobs(town).await,
            0,
            "point {point}: a message stays without deliveries"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_moment_of_a_crash_the_ends_of_letters_are_as_their_evidence_says() {
    die_at_every_point::<Ends>().await;
}
