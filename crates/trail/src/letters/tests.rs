//! The list of letters, its window and its end, on each engine.

use std::time::Duration;

use db::{Db, DbError, Seek};
use model::{Address, DeliveryId, Domain, MessageId, OrganisationId, Reply, Timestamp};

use super::{Direction, LetterSearch, Line, Status, Whose, set_visible_days};
use crate::{Event, MIGRATIONS, Step, Trail, record};

const VALBOIS: OrganisationId = OrganisationId(2);
const ACME: OrganisationId = OrganisationId(1);
const DAY: Duration = Duration::from_secs(86_400);
const NOW: Timestamp = Timestamp(1_795_000_000_000);

struct Town {
    db: Db,
    trail: Trail,
    last: i64,
}

fn towns() -> Vec<Town> {
    db::testing::engines()
        .into_iter()
        .map(|db| {
            db.migrate(&[MIGRATIONS]).unwrap();
            Town { trail: Trail::new(db.clone()), db, last: 0 }
        })
        .collect()
}

impl Town {
    /// A letter with its head and, for each recipient, what became of it.
    async fn letter(
        &mut self,
        organisation: OrganisationId,
        at: Timestamp,
        from: &str,
        login: Option<&str>,
        recipients: &[(&str, Vec<Step>)],
    ) -> MessageId {
        self.last += 1000;
        let message = MessageId(self.last);
        let mut events = Vec::new();
        let mut id = self.last;
        let mut add = |at, delivery: Option<DeliveryId>, to: Option<&str>, step| {
            id += 1;
            events.push(Event {
                at,
                id,
                organisation: Some(organisation),
                message: Some(message),
                delivery,
                sender: from.to_owned(),
                recipient: to.map(str::to_owned),
                step,
            });
        };
        let accepted = Step::Accepted {
            protocol: "ESMTPS".to_owned(),
            peer_ip: None,
            helo: None,
            tls: None,
            login: login.map(str::to_owned),
            size_bytes: 4096,
            subject: Some(format!("Lettre {message}")),
            message_id: None,
        };
        add(at, None, None, accepted);
        let junk = Step::Judged { verdict: "junk".to_owned(), why: "SPF fail".to_owned(), evidence: None };
        add(at, None, None, junk);
        for (index, (to, steps)) in recipients.iter().enumerate() {
            let delivery = Some(DeliveryId(message.0 + 500 + index as i64));
            add(at, delivery, Some(to), Step::Queued { route: "somewhere".to_owned() });
            for (second, step) in steps.iter().enumerate() {
                let at = at.plus(Duration::from_secs(second as u64 + 1));
                add(at, delivery, Some(to), step.clone());
            }
        }
        self.write(events).await;
        message
    }

    async fn write(&self, events: Vec<Event>) {
        self.db
            .operator("test")
            .write(move |tx| -> Result<(), DbError> { events.iter().try_for_each(|event| record(tx, event)) })
            .await
            .unwrap();
    }

    async fn lines(&self, search: &LetterSearch) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut seek = Seek::first(2);
        loop {
            let page = self.trail.letters(search.clone(), NOW, seek).await.unwrap();
            assert!(page.items.len() <= 2);
            lines.extend(page.items);
            let Some(next) = page.next else { return lines };
            seek.after = Some(next);
        }
    }
}

fn of(address: &str, direction: Direction) -> LetterSearch {
    LetterSearch {
        organisation: VALBOIS,
        whose: Whose::Address(Address::parse(address).unwrap()),
        direction,
        since: None,
        until: None,
        status: None,
        text: String::new(),
    }
}

fn delivered(place: &str) -> Step {
    Step::Delivered { place: place.to_owned(), reply: None }
}

fn taken() -> Step {
    Step::Delivered { place: "mx.far.test".to_owned(), reply: Some(Reply::new(250, Some((0, 0)), "taken")) }
}

fn bounced() -> Step {
    Step::Bounced { reply: Reply::never(550, 1, 1, "nobody here") }
}

fn deferred(text: &str) -> Step {
    Step::Deferred { reply: Reply::later(451, 7, 1, text), next_at: NOW }
}

fn told(lines: &[Line]) -> Vec<(&str, Status)> {
    lines.iter().map(|line| (line.recipient.as_str(), line.status)).collect()
}

#[tokio::test]
async fn each_recipient_has_a_line_that_says_what_became_of_the_letter() {
    for mut town in towns() {
        let at = NOW.minus(DAY);
        let recipients = [
            ("eve@far.test", vec![taken()]),
            ("oscar@far.test", vec![deferred("greylisted, come back"), bounced()]),
            ("later@far.test", vec![deferred("busy")]),
            ("grey@far.test", vec![deferred("Greylisted for 5 minutes")]),
            ("gone@far.test", vec![Step::Expired]),
        ];
        let sent =
            town.letter(VALBOIS, at, "Anna@valbois.test", Some("anna@valbois.test"), &recipients).await;
        // Somebody writes her address as the sender: that is not what she sent.
        let forged = [("anna@valbois.test", vec![delivered("Spam")])];
        town.letter(VALBOIS, at.plus(DAY / 2), "anna@valbois.test", None, &forged).await;
        let lines = town.lines(&of("anna@valbois.test", Direction::Sent)).await;
        assert_eq!(
            told(&lines),
            [
                ("gone@far.test", Status::Bounced),
                ("grey@far.test", Status::Greylisted),
                ("later@far.test", Status::Waiting),
                ("oscar@far.test", Status::Bounced),
                ("eve@far.test", Status::Delivered),
            ]
        );
        assert_eq!(lines[3].detail, "550 5.1.1 nobody here");
        assert_eq!((lines[4].message, lines[4].size_bytes), (Some(sent), Some(4096)));
        assert_eq!(lines[4].subject.as_deref(), Some("Lettre 1000"));
        let received = town.lines(&of("ANNA@valbois.test", Direction::Received)).await;
        assert_eq!(told(&received), [("anna@valbois.test", Status::Spam)]);
        assert_eq!(received[0].detail, "SPF fail");
        let search =
            LetterSearch { status: Some(Status::Bounced), ..of("anna@valbois.test", Direction::Sent) };
        assert_eq!(town.lines(&search).await.len(), 2);
        // By a part of an address or of the subject, in whatever case, with the pages in order.
        for (text, found) in [("LETTRE 1000", 5), (" eve@ ", 1), ("anna@", 5), ("nowhere", 0)] {
            let search = LetterSearch { text: text.to_owned(), ..of("anna@valbois.test", Direction::Sent) };
            assert_eq!(town.lines(&search).await.len(), found, "{text}");
        }
    }
}

#[tokio::test]
async fn a_services_log_holds_what_its_domains_sent_and_received() {
    for mut town in towns() {
        let at = NOW.minus(DAY);
        let local = [("bruno@valbois.test", vec![delivered("INBOX")])];
        town.letter(VALBOIS, at, "anna@valbois.test", Some("anna@valbois.test"), &local).await;
        town.letter(VALBOIS, at, "eve@far.test", None, &[("x@other.test", vec![delivered("INBOX")])]).await;
        let refusal = Step::Refused {
            peer_ip: None,
            reply: Reply::later(452, 2, 2, "the mailbox is full"),
            evidence: None,
        };
        town.write(vec![Event {
            at,
            id: 77,
            organisation: Some(VALBOIS),
            message: None,
            delivery: None,
            sender: "eve@far.test".to_owned(),
            recipient: Some("anna@valbois.test".to_owned()),
            step: refusal,
        }])
        .await;
        let whose = Whose::Domains(vec![Domain::parse("valbois.test").unwrap()]);
        let search = LetterSearch { whose, ..of("anna@valbois.test", Direction::Received) };
        let lines = town.lines(&search).await;
        assert_eq!(
            told(&lines),
            [("bruno@valbois.test", Status::Delivered), ("anna@valbois.test", Status::OverQuota)]
        );
        let sent = town.lines(&LetterSearch { direction: Direction::Sent, ..search.clone() }).await;
        assert_eq!(told(&sent), [("bruno@valbois.test", Status::Delivered)]);
        let theirs = LetterSearch { organisation: ACME, ..search };
        assert_eq!(town.lines(&theirs).await, [], "another organisation's log is empty");
        let theirs = LetterSearch { organisation: ACME, ..of("anna@valbois.test", Direction::Received) };
        assert_eq!(town.lines(&theirs).await, []);
    }
}

#[tokio::test]
async fn twenty_days_are_shown_and_more_by_plan_and_what_no_plan_keeps_is_gone() {
    for mut town in towns() {
        for days in [1, 19, 21, 80, 100] {
            let one = [("anna@valbois.test", vec![delivered("INBOX")])];
            town.letter(VALBOIS, NOW.minus(DAY * days), "eve@far.test", None, &one).await;
        }
        let search = of("anna@valbois.test", Direction::Received);
        assert_eq!(town.lines(&search).await.len(), 2, "the 21st day is not shown");
        let asks_for_more = LetterSearch { since: Some(NOW.minus(DAY * 60)), ..search.clone() };
        assert_eq!(town.lines(&asks_for_more).await.len(), 2, "asking does not show it");
        let window = town.trail.window(VALBOIS, NOW).await.unwrap();
        assert_eq!((window.visible_days, window.kept_days, window.has_locked), (20, 90, true));
        let minute = LetterSearch {
            since: Some(NOW.minus(DAY * 19)),
            until: Some(NOW.minus(DAY * 19).plus(Duration::from_secs(60))),
            ..search.clone()
        };
        assert_eq!(town.lines(&minute).await.len(), 1, "bounds count to the minute");

        town.trail.prune_by_plan(NOW).await.unwrap();
        let set = |days| {
            let operator = town.db.operator("test");
            async move {
                operator
                    .write(move |tx| -> Result<(), DbError> { set_visible_days(tx, VALBOIS, days) })
                    .await
                    .unwrap();
            }
        };
        set(366).await;
        assert_eq!(
            town.lines(&search).await.len(),
            4,
            "what was kept is seen at once; the hundredth day is gone"
        );
        set(20).await;
        town.trail.prune_by_plan(NOW.plus(DAY * 365)).await.unwrap();
        set(366).await;
        assert_eq!(town.lines(&search).await, [], "and in the end everything is really deleted");
        assert!(!town.trail.window(VALBOIS, NOW).await.unwrap().has_locked);
    }
}

#[test]
fn every_status_has_a_word_of_its_own() {
    for status in Status::EACH {
        assert_eq!(status.as_str().parse(), Ok(status));
    }
    assert!("lost".parse::<Status>().is_err());
}
