//! Chains: no statement left out, put in, moved, or of something else.

use std::time::Duration;

use model::Timestamp;

use super::lab::{Platform, READ};
use crate::{Chain, ChainBroken, Event, Mode, Sealed, State, seal};

#[test]
fn statements_in_their_order_are_a_chain() {
    let statements = Platform::new().statements(3, &READ);
    let chain = Chain::verify(&statements).expect("a chain");
    assert_eq!(chain.statements().len(), 5);
    assert_eq!(chain.machine().expect("legal").state(), State::HandedOver);
    for count in 1..5 {
        assert!(Chain::verify(&statements[..count]).is_ok(), "a chain may end after {count}");
    }
}

#[test]
fn what_is_missing_moved_or_doubled_breaks_a_chain() {
    let all = Platform::new().statements(3, &READ);
    let check = |places: &[usize], expected: ChainBroken| {
        let statements: Vec<Sealed> = places.iter().map(|place| all[*place].clone()).collect();
        assert_eq!(Chain::verify(&statements).map(|_| ()), Err(expected), "{places:?}");
    };
    check(&[], ChainBroken::Empty);
    check(&[1, 2, 3, 4], ChainBroken::Order { expected: 1, found: 2 });
    check(&[0, 2, 3, 4], ChainBroken::Order { expected: 2, found: 3 });
    check(&[0, 1, 3], ChainBroken::Order { expected: 3, found: 4 });
    check(&[1, 0, 2], ChainBroken::Order { expected: 1, found: 2 });
    check(&[0, 1, 1, 2], ChainBroken::Order { expected: 3, found: 2 });
    check(&[4, 3, 2, 1, 0], ChainBroken::Order { expected: 1, found: 5 });
    let many = vec![all[0].clone(); crate::limits::STATEMENTS + 1];
    assert_eq!(Chain::verify(&many).map(|_| ()), Err(ChainBroken::TooMany));
}

#[test]
fn a_statement_of_another_chain_does_not_fit() {
    let platform = Platform::new();
    let (mine, other) = (platform.statements(3, &READ), platform.statements(4, &READ));
    let mixed = [mine[0].clone(), other[1].clone()];
    assert_eq!(Chain::verify(&mixed).map(|_| ()), Err(ChainBroken::Previous(2)));
    // The same statement sealed anew has another seal: the chain holds to the one that was logged.
    let signer = platform.sealer.signer();
    let again = seal(mine[0].evidence(), &signer, mine[0].sealed_at()).expect("sealed");
    let mixed = [again, mine[1].clone()];
    assert_eq!(Chain::verify(&mixed).map(|_| ()), Err(ChainBroken::Previous(2)));
}

#[test]
fn one_chain_tells_of_one_letter_and_one_recipient() {
    let platform = Platform::new();
    let signer = platform.sealer.signer();
    let first = platform.statements(3, &READ[..1]).remove(0);
    let check = |what: &'static str, change: &dyn Fn(&mut crate::Evidence)| {
        let mut second = platform.evidence(3, 2, READ[1], Some(&first));
        change(&mut second);
        let second = seal(&second, &signer, second.event_time).expect("sealed");
        let found = Chain::verify([&first, &second]).map(|_| ());
        assert_eq!(found, Err(ChainBroken::Other { sequence: 2, what }));
    };
    check("letter", &|e| e.letter.0[0] ^= 1);
    check("recipient", &|e| e.recipient.slot.0[0] ^= 1);
    check("recipient", &|e| e.recipient.address.push('x'));
    check("Message-ID", &|e| e.message_identifier.push('x'));
    check("kind of letter", &|e| e.mode = Mode::Personal);
    check("sender", &|e| e.sender.organisation = None);
    check("content", &|e| e.content.parts[0].digest.0[0] ^= 1);
    check("time of submission", &|e| e.submission_time.0 -= 1);
}

#[test]
fn what_follows_did_not_happen_earlier() {
    let platform = Platform::new();
    let signer = platform.sealer.signer();
    let first = platform.statements(3, &READ[..1]).remove(0);
    let check = |milliseconds: i64, expected: Result<(), ChainBroken>| {
        let mut offer = platform.evidence(3, 2, READ[1], Some(&first));
        offer.event_time = Timestamp(platform.start.0 + 5_000);
        let offer = seal(&offer, &signer, offer.event_time).expect("sealed");
        let mut third = platform.evidence(3, 3, READ[2], Some(&offer));
        third.event_time = Timestamp(platform.start.0 + 5_000 + milliseconds);
        let third = seal(&third, &signer, platform.start.plus(Duration::from_secs(9))).expect("sealed");
        let found = Chain::verify([&first, &offer, &third]).map(|_| ());
        assert_eq!(found, expected, "{milliseconds}");
    };
    check(1, Ok(()));
    check(0, Ok(()));
    // Sealed in the right order: the seal alone does not show it.
    check(-1, Err(ChainBroken::Backwards(3)));
    check(-5_000, Err(ChainBroken::Backwards(3)));
}

#[test]
fn decisions_keep_to_the_time_that_was_offered() {
    use Event::{AcceptanceRejectionExpiry, ConsignmentAcceptance, ConsignmentRejection};
    let platform = Platform::new();
    let signer = platform.sealer.signer();
    let first = platform.statements(3, &READ[..1]).remove(0);
    let day = Timestamp(platform.start.0 + 86_400_000);
    let offered = |sequence: u64, deadline: Option<Timestamp>, before: &Sealed| {
        let mut offer = platform.evidence(3, sequence, READ[1], Some(before));
        offer.deadline = deadline;
        seal(&offer, &signer, offer.event_time).expect("sealed")
    };
    let check = |deadline: Option<Timestamp>, event: Event, at: i64, expected: Result<(), ChainBroken>| {
        let offer = offered(2, deadline, &first);
        // What counts is what was offered, also after a reminder.
        let reminder = offered(3, deadline, &offer);
        let mut end = platform.evidence(3, 4, event, Some(&reminder));
        end.event_time = Timestamp(day.0 + at);
        let end = seal(&end, &signer, end.event_time).expect("sealed");
        let found = Chain::verify([&first, &offer, &reminder, &end]).map(|_| ());
        assert_eq!(found, expected, "{event} {at}");
    };
    for event in [ConsignmentAcceptance, ConsignmentRejection] {
        check(Some(day), event, 0, Ok(()));
        check(Some(day), event, 1, Err(ChainBroken::TooLate(4)));
        check(None, event, 1, Ok(()));
    }
    check(Some(day), AcceptanceRejectionExpiry, 0, Ok(()));
    check(Some(day), AcceptanceRejectionExpiry, -1, Err(ChainBroken::TooEarly(4)));
    check(None, AcceptanceRejectionExpiry, 0, Err(ChainBroken::TooEarly(4)));
    // Nobody shortens or prolongs what was offered.
    let offer = offered(2, Some(day), &first);
    for other in [None, Some(Timestamp(day.0 + 1))] {
        let reminder = offered(3, other, &offer);
        let found = Chain::verify([&first, &offer, &reminder]).map(|_| ());
        assert_eq!(found, Err(ChainBroken::Other { sequence: 3, what: "time limit" }));
    }
}

#[test]
fn a_chain_of_events_that_cannot_follow_is_seen() {
    let platform = Platform::new();
    let events = [Event::SubmissionAcceptance, Event::ContentHandover];
    let statements = platform.statements(3, &events);
    let chain = Chain::verify(&statements).expect("a chain");
    let illegal = chain.machine().expect_err("nobody accepted");
    assert_eq!(illegal.to_string(), "ContentHandover cannot follow when a registered letter is submitted");
}
