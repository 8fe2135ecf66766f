//! What whoever administers sees: found by address, mode, state and time, within the organisation, and never a subject.

use evidence::State;
use model::{OrganisationId, Timestamp};

use super::lab::{platforms, send, strong};
use crate::{Mode, SecureError, Sought};

const OURS: OrganisationId = OrganisationId(1);

#[tokio::test]
async fn letters_are_found_by_what_stands_on_the_envelope_and_by_how_far_they_are() {
    for secure in platforms() {
        let first = send(&secure, Mode::Registered, &["zed@else.test", "yan_x@else.test"]).await;
        send(&secure, Mode::Confidential, &["ida@far.test"]).await;
        secure.notarise().await.unwrap();
        secure.accept(&first[0], &strong("zed@else.test")).await.unwrap();
        let count = async |sought: Sought| {
            let sought = Sought { limit: 10, ..sought };
            secure.overviews(OURS, sought).await.unwrap().len()
        };
        let part = |text: &str| Sought { part: Some(text.to_owned()), ..Sought::default() };
        assert_eq!(count(Sought::default()).await, 2);
        assert_eq!(count(part("ZED@")).await, 1);
        assert_eq!(count(part("anna@")).await, 2, "a sender");
        assert_eq!(count(part("yan_x")).await, 1);
        assert_eq!(count(part("a_a")).await, 0, "a sign of patterns is a letter here");
        assert_eq!(count(part("%")).await, 0);
        assert_eq!(count(Sought { mode: Some(Mode::Personal), ..Sought::default() }).await, 0);
        assert_eq!(count(Sought { mode: Some(Mode::Registered), ..Sought::default() }).await, 1);
        assert_eq!(count(Sought { state: Some(State::Offered), ..Sought::default() }).await, 1);
        assert_eq!(count(Sought { state: Some(State::Refused), ..Sought::default() }).await, 0);
        let now = secure.world().clock.now();
        assert_eq!(count(Sought { since: Some(Timestamp(now.0 + 1)), ..Sought::default() }).await, 0);
        assert_eq!(count(Sought { until: Some(Timestamp(now.0 + 1)), ..Sought::default() }).await, 2);
        let all = secure.overviews(OURS, Sought { limit: 1, ..Sought::default() }).await.unwrap();
        assert_eq!(all.len(), 1);
        let next = Sought { before: Some(all[0].id), ..Sought::default() };
        assert_eq!(count(next).await, 1, "the next page");
    }
}

#[tokio::test]
async fn nothing_of_another_organisation_is_seen_and_no_subject_of_any() {
    for secure in platforms() {
        let slots = send(&secure, Mode::Registered, &["zed@else.test"]).await;
        let id = secure.seen(&slots[0]).await.unwrap().letter.id;
        let own = secure.overview(OURS, id).await.unwrap();
        assert_eq!((own.copies.len(), own.sender.to_string().as_str()), (1, "anna@valbois.test"));
        assert!(!format!("{own:?}").contains("Décision"));
        let other = OrganisationId(2);
        assert!(matches!(secure.overview(other, id).await, Err(SecureError::NotFound)));
        let all = Sought { limit: 10, ..Sought::default() };
        assert!(secure.overviews(other, all).await.unwrap().is_empty());
        assert!(secure.days(other, Timestamp(0)).await.unwrap().is_empty());
        let days = secure.days(OURS, Timestamp(0)).await.unwrap();
        let today = secure.world().clock.now().0.div_euclid(86_400_000) * 86_400_000;
        assert_eq!((days[0].day, days[0].mode, days[0].copies), (Timestamp(today), Mode::Registered, 1));
    }
}
