//! Looking back: who finds which letters, what they tell, how many there are.

use evidence::{Event, State};
use model::{OrganisationId, Timestamp};

use super::lab::{address, platforms, send, strong};
use crate::{Count, Entry, Mode, SecureError, Wanted};

const ALL: Wanted = Wanted { sender: None, recipient: None, before: None, limit: 100 };

#[tokio::test]
async fn letters_are_found_by_sender_and_recipient_and_only_within_the_organisation() {
    for secure in platforms() {
        let first = send(&secure, Mode::Registered, &["zed@else.test", "yan@else.test"]).await;
        let second = send(&secure, Mode::Confidential, &["yan@else.test"]).await;
        let ours = Some(OrganisationId(1));
        let found = async |organisation, wanted| {
            let entries: Vec<Entry> = secure.letters(organisation, wanted).await.unwrap();
            entries.iter().map(|entry| entry.copies.len()).collect::<Vec<_>>()
        };
        assert_eq!(found(ours, ALL).await, [1, 2], "the newest first");
        assert_eq!(found(None, ALL).await, [1, 2]);
        assert_eq!(found(Some(OrganisationId(2)), ALL).await, [0; 0]);
        assert_eq!(found(ours, Wanted { limit: 1, ..ALL }).await, [1]);
        let before = secure.seen(&second[0]).await.unwrap().letter.id;
        assert_eq!(found(ours, Wanted { before: Some(before), ..ALL }).await, [2]);
        let to = |text: &str| Wanted { recipient: Some(address(text)), ..ALL };
        assert_eq!(found(ours, to("Zed@else.test")).await, [2]);
        assert_eq!(found(None, to("yan@else.test")).await, [1, 2]);
        let of = |text: &str| Wanted { sender: Some(address(text)), ..ALL };
        assert_eq!(found(ours, of("anna@valbois.test")).await, [1, 2]);
        assert_eq!(found(ours, of("zed@else.test")).await, [0; 0]);
        let id = secure.seen(&first[0]).await.unwrap().letter.id;
        assert_eq!(secure.letter(ours, id).await.unwrap().letter.subject, "Décision");
        let foreign = secure.letter(Some(OrganisationId(2)), id).await;
        assert!(matches!(foreign, Err(SecureError::NotFound)));
    }
}

#[tokio::test]
async fn what_happened_and_how_many_is_told_without_subjects() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Registered, &["zed@else.test", "yan@else.test"]).await;
        secure.notarise().await.unwrap();
        secure.accept(&slots[0], &strong("zed@else.test")).await.unwrap();
        let happened = secure.happened(&slots[0]).await.unwrap();
        let told: Vec<_> = happened.iter().map(|one| (one.event, one.is_stamped)).collect();
        let wanted = [
            (Event::SubmissionAcceptance, true),
            (Event::NotificationForAcceptance, true),
            (Event::ConsignmentAcceptance, false),
            (Event::ContentConsignment, false),
        ];
        assert_eq!(told, wanted);
        let (organisation, mode) = (OrganisationId(1), Mode::Registered);
        let count = |state| Count { organisation, mode, state, copies: 1, unreached: 0 };
        let counts = secure.statistics(Some(organisation), Timestamp(0)).await.unwrap();
        assert_eq!(counts, [count(State::Consigned), count(State::Offered)]);
        assert_eq!(secure.statistics(Some(OrganisationId(2)), Timestamp(0)).await.unwrap(), []);
        let tomorrow = secure.now().plus(std::time::Duration::from_secs(86_400));
        assert_eq!(secure.statistics(None, tomorrow).await.unwrap(), []);
        let entry = secure.letters(None, ALL).await.unwrap().remove(0);
        let csv = entry.csv();
        assert_eq!(csv.lines().count(), 2);
        let cells = csv.lines().next().unwrap().split(',').count();
        assert_eq!(cells, Entry::CSV_HEADER.split(',').count());
        assert!(
            csv.contains(",yan@else.test,sealed,offered,2026-11-28T22:59:59Z,") && !csv.contains("cision")
        );
        let mut hostile = entry;
        hostile.copies[0].address = address("\"=cmd,\"@else.test");
        assert!(hostile.csv().contains(",\"\"\"=cmd,\"\"@else.test\","), "{}", hostile.csv());
        hostile.copies[0].address = address("=cmd@else.test");
        assert!(hostile.csv().contains(",'=cmd@else.test,"), "{}", hostile.csv());
    }
}
