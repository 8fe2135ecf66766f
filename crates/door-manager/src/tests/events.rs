//! Live changes, each to its own organisation only.

use futures_util::StreamExt;

use super::*;

#[tokio::test]
async fn nobody_hears_of_another_organisations_changes() {
    for town in towns().await {
        let browser = town.signed_in("acme").await;
        let request = Request::get("/manager/events")
            .extension(Client { ip: Ipv4Addr::LOCALHOST.into(), is_tls: false })
            .header(HOST, "localhost")
            .header(COOKIE, browser.cookies.join("; "))
            .body(Body::empty())
            .unwrap();
        let response = town.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let mut events = response.into_body().into_data_stream();
        // Another's zone changes, also by the operator's hand; then the own keys.
        for scope in [Scope::Tenant(town.valbois), Scope::Operator("test")] {
            let zones = town.zones.administration(scope, "test");
            let zone = zones.zone_called("valbois.test").await.unwrap();
            let add = vec![NewRecord::new("new", "A", format!("192.0.2.{}", zone.records))];
            zones.edit(zone.id, Edit { add, ..Edit::default() }).await.unwrap();
        }
        let keys = town.keys.administration(Scope::Operator("test"), "test");
        keys.revoke_dkim(&Domain::parse("acme.test").unwrap(), None).await.unwrap();
        let first = events.next().await.unwrap().unwrap();
        assert_eq!(first, "event: changed\ndata: keys\n\n");
    }
}
