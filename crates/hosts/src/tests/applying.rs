//! Applying: the lock, a process that dies in the middle, cancelling.

use directory::Scope;

use super::{IMAP, NONE, field, new_host, towns};
use crate::run::Step;
use crate::{Act, HostChange, NewMailServer, Roles, RunState, limits};

#[tokio::test]
async fn a_run_locks_out_a_second_one_until_it_has_ended() {
    for town in towns().await {
        assert_eq!(field(town.admin().begin_applying(town.valbois).await), "changes");
        town.server("hote1", 1, Roles::ALL).await;
        let run = town.admin().begin_applying(town.valbois).await.unwrap();
        assert_eq!((run.state, run.done, run.total), (RunState::Running, 0, 2));
        assert_eq!(field(town.admin().begin_applying(town.valbois).await), "run");
        // Another organisation is not locked.
        let acme = town.hosts.administration(Scope::Tenant(town.acme), "zoe");
        acme.create_host(new_host(town.acme_domain, "hote1", 1)).await.unwrap();
        let other = acme.begin_applying(town.acme).await.unwrap();
        town.hosts.work(other.id).await.unwrap();
        town.hosts.work(run.id).await.unwrap();
        let run = town.admin().run(run.id).await.unwrap();
        assert_eq!((run.state, run.done, run.total), (RunState::Done, 2, 2));
        assert_eq!(run.ended_at, Some(town.world.clock.now()));
        assert_eq!(town.admin().last_run(None).await.unwrap().unwrap().id, run.id);
    }
}

#[tokio::test]
async fn a_run_whose_process_died_goes_on_where_it_stopped() {
    for town in towns().await {
        town.server("hote1", 1, IMAP).await;
        town.server("hote2", 2, IMAP).await;
        let run = town.admin().begin_applying(town.valbois).await.unwrap();
        let token = town.hosts.take(run.id).await.unwrap().expect("nobody has it");
        assert_eq!(town.hosts.step(run.id, token).await.unwrap(), Step::Applied);
        assert_eq!(town.hosts.step(run.id, token).await.unwrap(), Step::Applied);
        // Here it dies. While its lease lasts nobody takes over.
        town.hosts.resume().await.unwrap();
        assert_eq!(town.hosts.take(run.id).await.unwrap(), None);
        let half = town.admin().run(run.id).await.unwrap();
        assert_eq!((half.state, half.done, half.total), (RunState::Running, 2, 4));
        town.world.clock.advance(limits::RUN_LEASE);
        town.hosts.resume().await.unwrap();
        let whole = town.admin().run(run.id).await.unwrap();
        assert_eq!((whole.state, whole.done, whole.total), (RunState::Done, 4, 4));
        assert_eq!(town.roles("hote1.valbois.test").await, Some(IMAP));
        assert_eq!(town.roles("hote2.valbois.test").await, Some(IMAP));
        // Had it only been slow, it would change nothing any more.
        assert_eq!(town.hosts.step(run.id, token).await.unwrap(), Step::Lost);
    }
}

#[tokio::test]
async fn a_commit_that_fails_in_the_middle_leaves_what_it_did_not_do_for_the_next_start() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    let left = Arc::new(AtomicI64::new(i64::MAX));
    let counter = left.clone();
    let hook: db::CommitHook = Arc::new(move |point| match point {
        db::CommitPoint::Before if counter.fetch_sub(1, Ordering::Relaxed) <= 0 => {
            Err(std::io::Error::other("the plug is pulled"))
        }
        _ => Ok(()),
    });
    let options = db::Options { commit_hook: Some(hook), durable: false, ..db::Options::default() };
    for town in super::towns_on(db::testing::migrated_with(&options, &super::TABLES)).await {
        town.server("hote1", 1, IMAP).await;
        town.server("hote2", 2, IMAP).await;
        let run = town.admin().begin_applying(town.valbois).await.unwrap();
        // The lease and the first change are written; the second commit of a change fails, and all after it.
        left.store(2, Ordering::Relaxed);
        town.hosts.work(run.id).await.unwrap_err();
        left.store(i64::MAX, Ordering::Relaxed);
        let half = town.admin().run(run.id).await.unwrap();
        assert_eq!((half.state, half.done, half.total), (RunState::Running, 1, 4));
        assert_eq!(town.waiting().await.len(), 3);
        town.world.clock.advance(limits::RUN_LEASE);
        town.hosts.resume().await.unwrap();
        let whole = town.admin().run(run.id).await.unwrap();
        assert_eq!((whole.state, whole.done), (RunState::Done, 4));
        assert_eq!(town.waiting().await, []);
    }
}

#[tokio::test]
async fn what_waits_can_be_cancelled_one_by_one() {
    for town in towns().await {
        let server = town.server("hote1", 1, Roles::ALL).await;
        let changes = town.admin().changes(None).await.unwrap();
        // The server stands on the host.
        assert_eq!(field(town.admin().cancel_change(changes[0].id).await), "host");
        town.admin().cancel_change(changes[1].id).await.unwrap();
        assert_eq!(field(town.admin().server(server.id).await), "not found");
        let again = NewMailServer { host: server.host.id, roles: IMAP };
        let server = town.admin().create_server(again).await.unwrap();
        town.apply().await;
        // Changed: as before.
        town.admin().change_server(server.id, NONE).await.unwrap();
        let rename = HostChange { name: Some("other".to_owned()), ..HostChange::default() };
        town.admin().change_host(server.host.id, rename).await.unwrap();
        for change in town.admin().changes(None).await.unwrap() {
            town.admin().cancel_change(change.id).await.unwrap();
        }
        let back = town.admin().server(server.id).await.unwrap();
        assert_eq!((back.roles, back.host.name.as_str(), back.waits), (IMAP, "hote1", None));
        // Deleted: there again, the host first.
        town.admin().delete_server(server.id).await.unwrap();
        town.admin().delete_host(server.host.id).await.unwrap();
        let changes = town.admin().changes(None).await.unwrap();
        assert_eq!(field(town.admin().cancel_change(changes[0].id).await), "host");
        town.admin().cancel_change(changes[1].id).await.unwrap();
        town.admin().cancel_change(changes[0].id).await.unwrap();
        assert_eq!(town.admin().server(server.id).await.unwrap(), back);
        assert_eq!(town.waiting().await, []);
        assert_eq!(field(town.admin().cancel_change(changes[0].id).await), "not found");
    }
}

#[tokio::test]
async fn a_deletion_whose_name_was_taken_meanwhile_is_not_cancelled() {
    for town in towns().await {
        let host = town.host("hote1", 1).await;
        town.apply().await;
        town.admin().delete_host(host.id).await.unwrap();
        town.host("hote1", 2).await;
        let changes = town.admin().changes(None).await.unwrap();
        let deletion = changes.iter().find(|change| change.act == Act::Delete).unwrap().id;
        assert_eq!(field(town.admin().cancel_change(deletion).await), "name");
        town.apply().await;
        assert_eq!(town.waiting().await, []);
    }
}

#[tokio::test]
async fn a_change_that_is_cancelled_in_the_middle_of_a_run_is_not_counted() {
    for town in towns().await {
        town.server("hote1", 1, IMAP).await;
        town.server("hote2", 2, IMAP).await;
        let run = town.admin().begin_applying(town.valbois).await.unwrap();
        let last = town.admin().changes(None).await.unwrap().pop().unwrap();
        assert_eq!(last.run, Some(run.id));
        town.admin().cancel_change(last.id).await.unwrap();
        // What comes meanwhile waits for the next run.
        town.host("hote3", 3).await;
        town.hosts.work(run.id).await.unwrap();
        let run = town.admin().run(run.id).await.unwrap();
        assert_eq!((run.state, run.done, run.total), (RunState::Done, 3, 3));
        assert_eq!(town.waiting().await, [(Act::Create, "host", "hote3".to_owned())]);
        assert_eq!(town.roles("hote2.valbois.test").await, Some(NONE));
    }
}

#[tokio::test]
async fn an_administrator_of_one_domain_applies_what_waits_there_only() {
    for town in towns().await {
        town.host("hote1", 1).await;
        town.admin().create_host(new_host(town.other_domain, "hote2", 2)).await.unwrap();
        let limited =
            town.hosts.administration(Scope::within(town.valbois, Some(town.other_domain)), "bruno");
        let run = limited.begin_applying(town.valbois).await.unwrap();
        assert_eq!(run.total, 1);
        town.hosts.work(run.id).await.unwrap();
        assert_eq!(town.waiting().await, [(Act::Create, "host", "hote1".to_owned())]);
    }
}
