//! Scores, and what is counted for them.

use std::time::Duration;

use db::Db;
use directory::Scope;
use model::Reply;
use world::World;

use super::*;

struct Town {
    db: Db,
    world: World,
    reputation: Reputation,
    valbois: OrganisationId,
    acme: OrganisationId,
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

async fn towns() -> Vec<Town> {
    let mut towns = Vec::new();
    for db in db::testing::migrated(&[trail::MIGRATIONS, directory::MIGRATIONS, MIGRATIONS]) {
        let world = World::testing();
        let directory = Directory::new(db.clone(), world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let mut ids = Vec::new();
        for name in ["valbois.test", "acme.test"] {
            let organisation = operator.create_organisation(name).await.unwrap().id;
            operator.create_domain(organisation, None, &domain(name)).await.unwrap();
            ids.push(organisation);
        }
        let traps = [Address::parse("Trap@honey.test").unwrap(), Address::parse("trap@acme.test").unwrap()];
        let reputation = Reputation::new(db.clone(), world.clone(), directory).with_traps(&traps);
        towns.push(Town { db, world, reputation, valbois: ids[0], acme: ids[1] });
    }
    towns
}

impl Town {
    async fn tell(&self, message: i64, sender: &str, step: Step) {
        self.tell_of(self.valbois, message, sender, None, step).await;
    }

    async fn tell_of(
        &self,
        whose: OrganisationId,
        message: i64,
        sender: &str,
        recipient: Option<&str>,
        step: Step,
    ) {
        let event = Event {
            at: self.world.clock.now(),
            id: self.world.new_id(),
            organisation: Some(whose),
            message: Some(MessageId(message)),
            delivery: None,
            sender: sender.to_owned(),
            recipient: recipient.map(str::to_owned),
            step,
        };
        self.db.operator("test").write(move |tx| trail::record(tx, &event)).await.unwrap();
    }

    /// A letter to so many recipients elsewhere; `login` is who submitted it.
    async fn letter(&self, sender: &str, login: Option<&str>, recipients: usize) -> i64 {
        let message = self.world.new_id();
        let accepted = Step::Accepted {
            protocol: "ESMTPSA".to_owned(),
            peer_ip: None,
            helo: None,
            tls: None,
            login: login.map(str::to_owned),
            size_bytes: 1,
            subject: None,
            message_id: None,
        };
        self.tell(message, sender, accepted).await;
        for _ in 0..recipients {
            self.tell(message, sender, Step::Queued { route: "mail servers of else.test".to_owned() }).await;
        }
        self.tell(message, sender, Step::Queued { route: "mailbox anna@valbois.test".to_owned() }).await;
        message
    }

    async fn bounce(&self, message: i64, sender: &str, reply: Reply) {
        self.tell(message, sender, Step::Bounced { reply }).await;
    }

    async fn update(&self) {
        self.world.clock.advance(limits::LAG + Duration::from_secs(1));
        self.reputation.update().await.unwrap();
    }

    async fn today(&self) -> Day {
        let days = self.reputation.history(self.valbois, &domain("valbois.test"), 1).await.unwrap();
        days.into_iter().next().unwrap()
    }
}

const ANNA: &str = "Anna@Valbois.test";

#[tokio::test]
async fn what_our_users_send_is_counted_once() {
    for town in towns().await {
        let message = town.letter(ANNA, Some("anna@valbois.test"), 3).await;
        town.bounce(message, ANNA, Reply::never(550, 7, 1, "spam")).await;
        town.bounce(message, ANNA, Reply::never(550, 1, 1, "who?")).await;
        town.bounce(message, ANNA, Reply::new(554, None, "spam")).await;
        town.bounce(message, ANNA, Reply::never(552, 2, 2, "full")).await;
        // A stranger who writes our name.
        let forged = town.letter("boss@valbois.test", None, 5).await;
        town.bounce(forged, "boss@valbois.test", Reply::never(550, 7, 1, "spam")).await;
        town.update().await;
        town.update().await;
        let counts = town.today().await.counts;
        let expected =
            Counts { sent: 3, policy_bounces: 2, unknown_bounces: 1, busiest_hour: 3, ..Counts::default() };
        assert_eq!(counts, expected);
        // A bounce days later still finds who submitted it, and an hour grows over several counts.
        town.letter(ANNA, Some("anna@valbois.test"), 2).await;
        town.update().await;
        assert_eq!((town.today().await.counts.sent, town.today().await.counts.busiest_hour), (5, 5));
        town.world.clock.advance(Duration::from_secs(86_400));
        town.bounce(message, ANNA, Reply::never(550, 7, 1, "spam")).await;
        town.update().await;
        assert_eq!(town.today().await.counts.policy_bounces, 1);
    }
}

#[tokio::test]
async fn two_nodes_count_each_event_once() {
    for town in towns().await {
        town.letter(ANNA, Some("anna@valbois.test"), 4).await;
        town.world.clock.advance(limits::LAG + Duration::from_secs(1));
        let (one, other) = (town.reputation.clone(), town.reputation.clone());
        let (one, other) = tokio::join!(one.update(), other.update());
        one.unwrap();
        other.unwrap();
        assert_eq!(town.today().await.counts.sent, 4);
    }
}

#[tokio::test]
async fn a_domain_that_sends_nothing_is_spotless_and_says_so() {
    for town in towns().await {
        town.update().await;
        let score = town.today().await.score.unwrap();
        assert_eq!((score.points, score.says_little, score.factors), (100, true, vec![]));
    }
}

#[tokio::test]
async fn traps_cost_points_and_stand_in_the_history() {
    for town in towns().await {
        // A trap elsewhere, and one of another organisation here, in whose log the letter stands.
        let route = || Step::Queued { route: "mail servers of honey.test".to_owned() };
        let message = town.letter(ANNA, Some(ANNA), 0).await;
        town.tell_of(town.valbois, message, ANNA, Some("trap@HONEY.test"), route()).await;
        town.tell_of(town.acme, message, ANNA, Some("trap@acme.test"), route()).await;
        town.tell_of(town.valbois, message, ANNA, Some("eve@honey.test"), route()).await;
        // Who only says to be Anna costs her nothing.
        let forged = town.letter(ANNA, None, 0).await;
        town.tell_of(town.acme, forged, ANNA, Some("trap@acme.test"), route()).await;
        town.update().await;
        let score = town.reputation.score(town.valbois, &domain("valbois.test")).await.unwrap();
        assert_eq!((score.points, score.factors[0].cause, score.factors[0].seen), (84, Cause::TrapHits, 2));
        let acme = town.reputation.score(town.acme, &domain("acme.test")).await.unwrap();
        assert_eq!(acme.points, 100);
        // What was done wrong is forgiven with time.
        town.update().await;
        assert_eq!(town.today().await.score.unwrap().points, 84);
        town.world.clock.advance(Duration::from_secs(7 * 86_400));
        town.update().await;
        assert_eq!(town.today().await.score.unwrap().points, 92);
        town.world.clock.advance(Duration::from_secs(30 * 86_400));
        town.update().await;
        assert_eq!(town.today().await.score.unwrap().points, 100);
    }
}

#[tokio::test]
async fn another_tenants_domain_is_not_found() {
    for town in towns().await {
        let (acme, name) = (town.acme, domain("valbois.test"));
        assert!(town.reputation.score(acme, &name).await.is_err());
        assert!(town.reputation.history(acme, &name, 30).await.is_err());
        town.update().await;
        assert_eq!(town.today().await.counts, Counts::default());
    }
}

#[tokio::test]
async fn what_is_out_of_date_is_forgotten() {
    for town in towns().await {
        town.letter(ANNA, Some("anna@valbois.test"), 4).await;
        town.update().await;
        town.world.clock.advance(limits::RETENTION + Duration::from_secs(2 * 86_400));
        town.update().await;
        let days = town.reputation.history(town.valbois, &domain("valbois.test"), 10_000).await.unwrap();
        assert_eq!(days.iter().map(|day| day.counts.sent).sum::<i64>(), 0);
    }
}

/// Days from today backwards.
fn check(days: &[Counts], points: i64, causes: &[Cause]) {
    let score = score(days);
    let found: Vec<Cause> = score.factors.iter().map(|factor| factor.cause).collect();
    assert_eq!((score.points, found.as_slice()), (points, causes), "{score:?}");
}

fn sent(sent: i64) -> Counts {
    Counts { sent, ..Counts::default() }
}

#[test]
fn each_factor_costs_what_its_rate_deserves() {
    check(&[sent(1000)], 100, &[]);
    check(&[Counts { policy_bounces: 50, ..sent(1000) }], 82, &[Cause::PolicyBounces]);
    check(&[Counts { policy_bounces: 1000, ..sent(1000) }], 65, &[Cause::PolicyBounces]);
    check(&[Counts { unknown_bounces: 100, ..sent(1000) }], 90, &[Cause::UnknownRecipients]);
    check(&[Counts { complaints: 1, ..sent(1000) }], 88, &[Cause::Complaints]);
    check(&[Counts { complaints: 3, ..sent(1000) }], 65, &[Cause::Complaints]);
    check(&[Counts { authentication_failures: 500, ..sent(1000) }], 85, &[Cause::AuthenticationFailures]);
    check(&[Counts { trap_hits: 1, ..sent(1000) }], 92, &[Cause::TrapHits]);
    check(&[Counts { trap_hits: 50, ..sent(1000) }], 60, &[Cause::TrapHits]);
    let all = Counts {
        policy_bounces: 900,
        unknown_bounces: 900,
        complaints: 90,
        authentication_failures: 900,
        trap_hits: 90,
        ..sent(1000)
    };
    let causes = [
        Cause::TrapHits,
        Cause::PolicyBounces,
        Cause::Complaints,
        Cause::UnknownRecipients,
        Cause::AuthenticationFailures,
    ];
    check(&[all], 0, &causes);
}

#[test]
fn one_bounce_of_a_small_domain_is_no_catastrophe() {
    check(&[Counts { unknown_bounces: 1, ..sent(1) }], 98, &[Cause::UnknownRecipients]);
    check(&[Counts { complaints: 1, ..sent(1) }], 88, &[Cause::Complaints]);
}

#[test]
fn older_days_count_less() {
    let bad = Counts { policy_bounces: 500, ..sent(1000) };
    let week = |days_ago: usize| {
        let mut days = vec![sent(1000); 30];
        days[days_ago] = bad.clone();
        score(&days).points
    };
    assert!(week(0) < week(7) && week(7) < week(20), "{} {} {}", week(0), week(7), week(20));
}

#[test]
fn a_burst_is_more_than_the_usual_hour() {
    let busy = |busiest_hour| Counts { busiest_hour, ..sent(10_000) };
    check(&[busy(150), busy(10)], 100, &[]);
    check(&[busy(4000), busy(1000)], 100, &[]);
    check(&[busy(4000), busy(200)], 80, &[Cause::Burst]);
    check(&[busy(2000), busy(200)], 90, &[Cause::Burst]);
    check(&[busy(400)], 90, &[Cause::Burst]);
    let mut days = vec![busy(200); 8];
    days[7] = busy(4000);
    assert!(score(&days).points >= 90, "half forgiven after a week");
}

#[test]
fn every_factor_has_its_words() {
    for cause in [
        Cause::PolicyBounces,
        Cause::UnknownRecipients,
        Cause::Complaints,
        Cause::AuthenticationFailures,
        Cause::TrapHits,
        Cause::Burst,
    ] {
        assert!(explanation(cause).key.starts_with("reputation-"));
        assert!(!advice(cause).english.is_empty());
    }
    let keys: HashSet<&str> = [100, 80, 50, 10].iter().map(|points| consequence(*points).key).collect();
    assert_eq!(keys.len(), 4);
}

#[tokio::test]
async fn a_strangers_name_comes_from_letters_that_he_provably_sent() {
    use trust::{Authentication, ListEvidence, ListWeight, SpfEvidence, SpfResult};
    for town in towns().await {
        let judged = async |result, lists: Vec<ListEvidence>, times| {
            for _ in 0..times {
                let evidence = Authentication {
                    header_from: "shop.test".to_owned(),
                    spf: Some(SpfEvidence { result, domain: "shop.test".to_owned(), because: String::new() }),
                    lists: lists.clone(),
                    ..Authentication::default()
                };
                let step = Step::Judged {
                    verdict: "inbox".to_owned(),
                    why: String::new(),
                    evidence: Some(Box::new(evidence)),
                };
                let message = town.world.new_id();
                // The letter concerns both organisations, and counts once.
                town.tell(message, "bounce@shop.test", step.clone()).await;
                town.tell(message, "bounce@shop.test", step).await;
            }
        };
        let listed = |weight, trouble: &str| {
            vec![ListEvidence { weight, trouble: trouble.to_owned(), ..ListEvidence::default() }]
        };
        assert_eq!(town.reputation.sender("shop.test").await.unwrap(), None);
        judged(SpfResult::Pass, Vec::new(), 2).await;
        judged(SpfResult::Pass, listed(ListWeight::Mark, ""), 3).await;
        judged(SpfResult::Pass, listed(ListWeight::Allow, ""), 1).await;
        judged(SpfResult::Pass, listed(ListWeight::Mark, "no answer"), 2).await;
        judged(SpfResult::Fail, listed(ListWeight::Mark, ""), 9).await;
        town.update().await;
        town.update().await;
        let found = town.reputation.sender("shop.test").await.unwrap();
        assert_eq!(found, Some(Sender { points: 62, letters: 8 }));
        town.world.clock.advance(Duration::from_secs(31 * 86_400));
        assert_eq!(town.reputation.sender("shop.test").await.unwrap(), None);
    }
}
