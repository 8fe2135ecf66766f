//! What the sender lists of mail services do with letters.

use directory::SenderKind;

use super::*;

async fn list(town: &Town, owner: &str, entries: &[(SenderKind, &str)]) {
    let all = town.directory.administration(Scope::Operator("test"), "test");
    let service = all.address_called(&address(owner)).await.unwrap().service;
    for (kind, pattern) in entries {
        all.add_sender(service, *kind, pattern).await.unwrap();
    }
    all.apply_senders(service).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_the_mail_service_blocks_goes_to_spam_for_its_own_addresses_only() {
    for mut town in towns(&[]).await {
        town.go();
        let envelope = || envelope("zed@else.test", &["anna@valbois.test", "zoe@acme.test"]);
        let text = letter("boss@else.test", "x");
        town.bring(peer(), envelope(), &text).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 1);
        list(&town, "anna@valbois.test", &[(SenderKind::Blocked, "boss@else.test")]).await;
        town.bring(peer(), envelope(), &text).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(town.folder("anna@valbois.test", Role::Junk).await.len(), 1, "at once");
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 1);
        assert_eq!(town.inbox("zoe@acme.test").await.len(), 2, "another service is not concerned");
        let organisation = Some(town.organisation("anna@valbois.test").await);
        let search = Search { organisation, ..Search::default() };
        let events = Trail::new(town.db.clone()).search(search).await.unwrap();
        let judged: Vec<String> = events.iter().map(|event| event.step.to_string()).collect();
        let expected =
            "judged: junk, because the mail service's list of blocked senders names boss@else.test";
        assert!(judged.iter().any(|step| step.starts_with(expected)), "{judged:#?}");
        let organisation = Some(town.organisation("zoe@acme.test").await);
        let search = Search { organisation, ..Search::default() };
        let events = Trail::new(town.db.clone()).search(search).await.unwrap();
        assert!(events.iter().all(|event| !event.step.to_string().contains("blocked")), "nor told of it");
        town.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_the_mail_service_approves_passes_the_filter_but_not_dmarcs_refusal() {
    for mut town in towns(&[]).await {
        town.go();
        let entries = [
            (SenderKind::Approved, "strict.test"),
            (SenderKind::Approved, "reject.test"),
            (SenderKind::Approved, "valbois.test"),
        ];
        list(&town, "anna@valbois.test", &entries).await;
        let stranger = || Origin::Peer(Session { ip: IpAddr::from([192, 0, 2, 9]), ..session() });
        let to = |from: &str| envelope(from, &["anna@valbois.test"]);
        // SPF fails: spam, but for the list.
        town.bring(stranger(), to("zed@strict.test"), &letter("zed@strict.test", "x")).await.unwrap();
        let refused = town.bring(peer(), to("zed@else.test"), &letter("zed@reject.test", "x")).await;
        assert_eq!(refused.unwrap_err().code(), 550);
        // A stranger in our own name stays one.
        town.bring(peer(), to("zed@else.test"), &letter("anna@valbois.test", "x")).await.unwrap();
        town.queue_is_empty().await;
        assert_eq!(town.inbox("anna@valbois.test").await.len(), 1);
        assert_eq!(town.folder("anna@valbois.test", Role::Junk).await.len(), 1);
        town.stop().await;
    }
}
