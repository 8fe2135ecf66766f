//! People without an organisation: their account is for the portal of secured letters, and no page of the Manager is theirs.

use axum::http::StatusCode;
use directory::{Entrance, NewRecipient, Zeroizing};
use model::Address;

use super::routes::{Route, routes};
use super::{PASSWORD, towns};

const ZED: &str = "zed@else.test";

/// A path with something at each of its places.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
    Route::whole(&parts.collect::<Vec<_>>().join("/"))
}

#[tokio::test]
async fn whoever_belongs_to_no_organisation_is_nobody_to_the_manager() {
    for town in towns().await {
        let new = NewRecipient {
            login: Address::parse(ZED).unwrap(),
            password: Zeroizing::new(PASSWORD.to_owned()),
            language: None,
            source: [192, 0, 2, 7].into(),
        };
        let opened = town.directory.open_recipient(new).await.unwrap();
        let Entrance::Session(token) =
            town.directory.enter(&opened, [192, 0, 2, 7].into(), "").await.unwrap()
        else {
            panic!("a new account has no second factor");
        };
        let mut recipient = town.browser();
        recipient.cookies.push(format!("relais-session={}", token.as_str()));
        let mut walked = 0;
        for route in routes() {
            let path = filled(&route.path);
            let mut nobody = town.browser();
            let kept = recipient.cookies.clone();
            if route.gets {
                let (theirs, nobodys) = (recipient.get(&path).await, nobody.get(&path).await);
                assert_eq!((theirs.status, &theirs.location), (nobodys.status, &nobodys.location), "{path}");
                assert!(!theirs.text.contains(ZED), "{path}");
            }
            if route.posts {
                let fields = [("login", "x"), ("name", "x")];
                let (theirs, nobodys) =
                    (recipient.post(&path, &fields).await, nobody.post(&path, &fields).await);
                assert_eq!((theirs.status, &theirs.location), (nobodys.status, &nobodys.location), "{path}");
            }
            recipient.cookies = kept;
            walked += 1;
        }
        assert!(walked > 150, "{walked}");
        assert!(town.directory.portal_session(&token).await.unwrap().is_some(), "the session is a good one");
        // Nor do they get in by the Manager's own door.
        let mut fresh = town.browser();
        let refused = fresh.post("/manager/sign-in", &[("login", ZED), ("password", PASSWORD)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(fresh.cookies.iter().all(|cookie| !cookie.starts_with("relais-session=")));
    }
}
