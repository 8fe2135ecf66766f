//! The states of a letter: the ways that exist, and that there are no others.

use proptest::prelude::*;

use crate::{Event, Illegal, Machine, Mode, State};

const MODES: [Mode; 3] = [Mode::Confidential, Mode::Personal, Mode::Registered];

fn walk(mode: Mode, events: &[Event]) -> Result<State, Illegal> {
    let machine = events.iter().try_fold(Machine::new(mode), |machine, event| machine.after(*event))?;
    Ok(machine.state())
}

#[test]
fn a_registered_letter_is_offered_accepted_and_handed_over() {
    use Event::*;
    let check = |events: &[Event], expected: State| {
        assert_eq!(walk(Mode::Registered, events), Ok(expected), "{events:?}");
    };
    let offered = [SubmissionAcceptance, NotificationForAcceptance];
    let and = |more: &[Event]| [&offered[..], more].concat();
    check(&[SubmissionAcceptance], State::Submitted);
    check(&[SubmissionRejection], State::Rejected);
    check(&[SubmissionAcceptance, SubmissionRejection], State::Blocked);
    check(&[SubmissionAcceptance, RelayAcceptance], State::Relayed);
    check(&[SubmissionAcceptance, RelayRejection], State::Undeliverable);
    check(&[SubmissionAcceptance, RelayFailure], State::Undeliverable);
    check(&[SubmissionAcceptance, NotificationForAcceptanceFailure], State::Undeliverable);
    check(&[SubmissionAcceptance, ContentConsignmentFailure], State::Withdrawn);
    check(&offered, State::Offered);
    check(&and(&[NotificationDelivered, NotificationForAcceptance]), State::Offered);
    check(&and(&[NotificationForAcceptanceFailure]), State::Undeliverable);
    check(&and(&[ConsignmentRejection]), State::Refused);
    check(&and(&[AcceptanceRejectionExpiry]), State::Expired);
    check(&and(&[ContentConsignmentFailure]), State::Withdrawn);
    check(&and(&[ConsignmentAcceptance]), State::Accepted);
    check(&and(&[ConsignmentAcceptance, NotificationDelivered, ContentConsignment]), State::Consigned);
    check(
        &and(&[ConsignmentAcceptance, ContentConsignment, ContentHandover, ContentAccessTracking]),
        State::HandedOver,
    );
    check(&and(&[ConsignmentAcceptance, ContentConsignment, ContentHandoverFailure]), State::Unclaimed);
    check(
        &and(&[
            ConsignmentAcceptance,
            ContentConsignment,
            ConsignmentNotification,
            ConsignmentNotificationFailure,
            ContentHandover,
        ]),
        State::HandedOver,
    );
}

#[test]
fn a_confidential_or_personal_letter_is_consigned_notified_and_handed_over() {
    use Event::*;
    for mode in [Mode::Confidential, Mode::Personal] {
        let check = |events: &[Event], expected: State| {
            assert_eq!(walk(mode, events), Ok(expected), "{mode} {events:?}");
        };
        let notified = [SubmissionAcceptance, ContentConsignment, ConsignmentNotification];
        let and = |more: &[Event]| [&notified[..], more].concat();
        check(&notified, State::Notified);
        check(&and(&[NotificationDelivered, ContentHandover, ContentAccessTracking]), State::HandedOver);
        check(&and(&[ConsignmentNotification, ContentHandover]), State::HandedOver);
        check(&and(&[ContentConsignmentFailure]), State::Withdrawn);
        check(&and(&[RelayToNonERDSFailure]), State::Undeliverable);
        let reported = and(&[NotificationDelivered, ConsignmentNotificationFailure]);
        check(&reported, State::Consigned);
        check(&[&reported[..], &[NotificationDelivered, ContentHandover]].concat(), State::HandedOver);
        check(&and(&[ContentHandoverFailure]), State::Unclaimed);
        check(&notified[..2], State::Consigned);
    }
    assert_eq!(walk(Mode::Confidential, &[SubmissionAcceptance, RelayToNonERDS]), Ok(State::Relayed));
    assert_eq!(
        walk(Mode::Confidential, &[ReceivedFromNonERDS, RelayToNonERDSFailure]),
        Ok(State::Undeliverable)
    );
}

#[test]
fn what_would_cheat_somebody_is_illegal() {
    use Event::*;
    let check = |mode: Mode, events: &[Event], state: State| {
        let (event, before) = events.split_last().expect("an event");
        assert_eq!(walk(mode, before), Ok(state), "{before:?}");
        assert_eq!(walk(mode, events), Err(Illegal { mode, state, event: *event }), "{events:?}");
    };
    let offered = [SubmissionAcceptance, NotificationForAcceptance];
    let after = |more: &[Event]| [&offered[..], more].concat();
    // Without being asked, a recipient has neither accepted nor refused nor let the time pass.
    for event in [ConsignmentAcceptance, ConsignmentRejection, AcceptanceRejectionExpiry] {
        check(Mode::Registered, &[SubmissionAcceptance, event], State::Submitted);
        check(Mode::Personal, &[SubmissionAcceptance, event], State::Submitted);
    }
    // Nobody has the content of a registered letter before it was accepted.
    check(Mode::Registered, &[SubmissionAcceptance, ContentConsignment], State::Submitted);
    check(Mode::Registered, &after(&[ContentHandover]), State::Offered);
    check(Mode::Registered, &after(&[ConsignmentAcceptance, ContentHandover]), State::Accepted);
    // Accepted is accepted.
    check(Mode::Registered, &after(&[ConsignmentAcceptance, ContentConsignmentFailure]), State::Accepted);
    check(Mode::Registered, &after(&[ConsignmentAcceptance, AcceptanceRejectionExpiry]), State::Accepted);
    check(Mode::Registered, &after(&[ConsignmentRejection, ConsignmentAcceptance]), State::Refused);
    check(Mode::Registered, &after(&[AcceptanceRejectionExpiry, ConsignmentAcceptance]), State::Expired);
    check(
        Mode::Registered,
        &after(&[ConsignmentAcceptance, ContentConsignment, ContentConsignmentFailure]),
        State::Consigned,
    );
    // Only confidential letters leave as ordinary mail.
    check(Mode::Registered, &[SubmissionAcceptance, RelayToNonERDS], State::Submitted);
    check(Mode::Personal, &[SubmissionAcceptance, RelayToNonERDS], State::Submitted);
    check(Mode::Personal, &[ReceivedFromNonERDS], State::Unsent);
    check(Mode::Registered, &[NotificationForAcceptance], State::Unsent);
    check(Mode::Registered, &[SubmissionAcceptance, SubmissionAcceptance], State::Submitted);
}

#[test]
fn every_state_is_reached_and_the_final_ones_are_those_that_nothing_follows() {
    for mode in MODES {
        for state in State::ALL {
            let machine = Machine::resume(mode, state);
            let leads = Event::ALL.iter().any(|event| machine.after(*event).is_ok());
            if state.is_final() {
                assert!(!leads, "{state} is final");
            }
        }
    }
    let reached = |mode: Mode| {
        let mut states = vec![State::Unsent];
        let mut at = 0;
        while let Some(state) = states.get(at).copied() {
            for event in Event::ALL {
                if let Ok(next) = Machine::resume(mode, state).after(event)
                    && !states.contains(&next.state())
                {
                    states.push(next.state());
                }
            }
            at += 1;
        }
        states
    };
    let all: Vec<State> = MODES.into_iter().flat_map(reached).collect();
    for state in State::ALL {
        assert!(all.contains(&state), "{state} is never reached");
    }
    for mode in MODES {
        for state in reached(mode) {
            let machine = Machine::resume(mode, state);
            let leads = Event::ALL.iter().any(|event| machine.after(*event).is_ok());
            assert_eq!(state.is_final(), !leads, "a {mode} letter that is {state}");
        }
    }
}

#[test]
fn states_and_events_have_words_of_their_own() {
    for state in State::ALL {
        assert_eq!(State::from_word(state.word()), Some(state));
    }
    for event in Event::ALL {
        assert_eq!(Event::from_uri(&event.uri()), Some(event));
    }
    assert_eq!(Event::ConsignmentAcceptance.uri(), "http://uri.etsi.org/19522/Event/ConsignmentAcceptance");
    assert_eq!(Event::from_uri("ConsignmentAcceptance"), None);
    assert_eq!(State::from_word("lost"), None);
}

proptest! {
    #[test]
    fn no_sequence_of_triggers_leaves_a_final_state(
        mode in prop::sample::select(&MODES[..]),
        events in prop::collection::vec(prop::sample::select(&Event::ALL[..]), 0..60),
    ) {
        let mut machine = Machine::new(mode);
        let mut had_content = false;
        let mut accepted = false;
        for event in events {
            match machine.after(event) {
                Ok(next) => {
                    prop_assert!(!machine.state().is_final());
                    // Who has the content keeps it, and a registered one had to be accepted first.
                    prop_assert!(!had_content || next.state() == State::HandedOver);
                    accepted |= event == Event::ConsignmentAcceptance;
                    had_content |= event == Event::ContentHandover;
                    prop_assert!(!had_content || mode != Mode::Registered || accepted);
                    machine = next;
                }
                Err(illegal) => prop_assert_eq!(illegal.state, machine.state()),
            }
        }
    }
}
