//! What has to be done from time to time while the doors are open.

use std::time::Duration;

use anyhow::{Context, Result};
use directory::Scope;
use futures_util::future::BoxFuture;
use keys::{CertificateFacts, Keys, ServerTls};
use model::Chain;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{debug, info, warn};
use trail::ChoreRun;
use zones::Standing;

use crate::installation::{Installation, MAINTENANCE_INTERVAL};
use crate::{diagnosing, fsck, invitations, notices, watching};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// How soon after its record was published a new domain's key signs.
const KEYS_INTERVAL: Duration = Duration::from_secs(300);
/// How soon a new domain is looked at; each is looked at again after [`zones::diagnosis::INTERVAL`].
const DIAGNOSIS_INTERVAL: Duration = Duration::from_secs(60);
/// How often the certificates of hosts are looked at if no notice comes. With one they are looked at at once.
const HOSTS_INTERVAL: Duration = Duration::from_secs(10);
/// How soon the letter with a confirmation's link is written.
const LETTERS_INTERVAL: Duration = Duration::from_secs(5);
/// How soon a confirmed list of new addresses is begun, or gone on with.
const JOBS_INTERVAL: Duration = Duration::from_secs(2);
/// How soon a registered letter ends after its time is over, or its recipient is reminded.
const SECURE_INTERVAL: Duration = Duration::from_secs(60);
/// How soon what happened to secure letters is in the public log and time-stamped: receipts wait for it.
const NOTARY_INTERVAL: Duration = Duration::from_secs(5);
/// How soon names switch after their date: the short time to live is longer.
const RENUMBERING_INTERVAL: Duration = Duration::from_secs(5);
/// How often a node says that it is there, and at most that a chore was done.
const NODE_INTERVAL: Duration = Duration::from_secs(60);

/// One thing that comes back.
struct Chore {
    /// What cannot be done when it fails, for the log.
    what: &'static str,
    /// From the end of one time to the begin of the next.
    every: Duration,
    /// Whether the first time is at the start, rather than one interval later.
    at_start: bool,
    run: fn(&Installation) -> BoxFuture<'_, Result<()>>,
}

const CHORES: &[Chore] = &[
    Chore {
        what: "look after bans",
        every: MAINTENANCE_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(async { Ok(installation.directory.maintain().await?) }),
    },
    Chore {
        what: "see whose servers are identified by their certificates",
        every: MAINTENANCE_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(async { Ok(installation.flow.gateways().book().await.map(drop)?) }),
    },
    Chore {
        what: "write to people about their accounts",
        every: MAINTENANCE_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(notices::post_what_waits(installation)),
    },
    Chore {
        what: "go on with applying what a dead process left",
        every: MAINTENANCE_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(async { Ok(installation.hosts.resume().await?) }),
    },
    Chore {
        what: "remove what is out of date",
        every: HOUR,
        at_start: true,
        run: |installation| Box::pin(clean(installation)),
    },
    Chore {
        what: "rotate keys",
        every: KEYS_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(rotate_keys(installation)),
    },
    Chore {
        what: "send reports about mail",
        every: mail_reports::Reports::LOOK_AGAIN_AFTER,
        at_start: true,
        run: |installation| Box::pin(async { Ok(installation.flow.send_reports().await.map(drop)?) }),
    },
    Chore {
        what: "count what the domains' reputation is made of",
        every: HOUR,
        at_start: true,
        run: |installation| Box::pin(count_reputation(installation)),
    },
    Chore {
        what: "look at what the world sees of the domains",
        every: DIAGNOSIS_INTERVAL,
        at_start: false,
        run: |installation| Box::pin(diagnosing::look_at_what_is_due(installation)),
    },
    Chore {
        what: "write the letters that follow from requests",
        every: LETTERS_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(watching::write_letters(installation)),
    },
    Chore {
        what: "make the addresses of confirmed lists",
        every: JOBS_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(async { Ok(installation.directory.go_on_with_jobs().await?) }),
    },
    Chore {
        what: "ask who is to receive for an address",
        every: LETTERS_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(watching::ask_targets(installation)),
    },
    Chore {
        what: "send invitations",
        every: LETTERS_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(invitations::send_what_waits(installation)),
    },
    Chore {
        what: "end registered letters whose time is over",
        every: SECURE_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(tend_secure_letters(installation)),
    },
    Chore {
        what: "bring what happened to secure letters into the public log",
        every: NOTARY_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(async { Ok(installation.flow.secure().notarise().await.map(drop)?) }),
    },
    Chore {
        what: "go on with changes of addresses",
        every: RENUMBERING_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(async { Ok(installation.renumberings.tend().await.map(drop)?) }),
    },
    Chore {
        what: "write to customers about changes of addresses",
        every: LETTERS_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(notices::post_about_renumbering(installation)),
    },
    Chore {
        what: "tell recipients of the secured letters that will come",
        every: LETTERS_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(notices::post_to_recipients(installation)),
    },
    Chore {
        what: "tell of this node",
        every: NODE_INTERVAL,
        at_start: true,
        run: |installation| Box::pin(watching::tell_of_this_node(installation)),
    },
    Chore {
        what: "compact the bodies",
        every: DAY,
        at_start: false,
        run: |installation| Box::pin(compact(installation)),
    },
];

/// Does every chore when its time has come, each for itself: a slow one delays no other.
pub(crate) async fn keep_house(installation: Installation, shutdown: watch::Receiver<bool>) {
    let mut tasks = JoinSet::new();
    for chore in CHORES {
        tasks.spawn(repeat(chore, installation.clone(), shutdown.clone()));
    }
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            warn!(%error, "a chore ended by a bug of ours");
        }
    }
}

async fn repeat(chore: &'static Chore, installation: Installation, mut shutdown: watch::Receiver<bool>) {
    let clock = installation.world.clock.clone();
    let mut is_due = chore.at_start;
    let mut told: Option<ChoreRun> = None;
    loop {
        if is_due {
            let began_at = clock.now();
            let error = (chore.run)(&installation).await.err().map(|error| format!("{error:#}"));
            if let Some(error) = &error {
                warn!(%error, "cannot {} now", chore.what);
            }
            let run = ChoreRun { chore: chore.what.to_owned(), began_at, ended_at: clock.now(), error };
            // Every few seconds would be a commit every few seconds.
            let is_news = told.as_ref().is_none_or(|last| {
                last.error != run.error || run.ended_at.since(last.ended_at) >= NODE_INTERVAL
            });
            if is_news {
                let node = &installation.config.node.name;
                if let Err(error) = installation.trail.chore_was_done(node, run.clone()).await {
                    warn!(error = %Chain(&error), "cannot note that a chore was done");
                }
                told = Some(run);
            }
        }
        is_due = true;
        tokio::select! {
            () = clock.sleep(chore.every) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

/// Forgets what is over. Each kind by itself: what goes wrong with one keeps no other longer than it should be.
async fn clean(installation: &Installation) -> Result<()> {
    let now = installation.world.clock.now();
    let (trail, directory) = (&installation.trail, &installation.directory);
    let secure = installation.flow.secure();
    let kept = trail::limits::CHANGES_RETENTION;
    let done = [
        trail.prune_by_plan(now).await.map(drop).context("log events"),
        trail.prune_changes(now, kept).await.map(drop).context("changes whose time is over"),
        installation.flow.reports().prune(now).await.map(drop).context("reports about mail"),
        trust::mta_sts::forget_expired(&installation.db, now).await.map(drop).context("MTA-STS policies"),
        directory.forget_old_membership_offers().await.context("offers of membership"),
        directory.end_shared_recipients().await.map(drop).context("accounts for shared mailboxes"),
        directory.forget_old_jobs().await.map(drop).context("lists of new addresses"),
        directory.forget_requests().await.map(drop).context("invitations and requests whose time is over"),
        directory.forget_deleted_addresses().await.map(drop).context("deleted addresses"),
        secure.forget_what_is_over().await.context("visits and codes of the portal"),
        secure.erase_of_deleted_organisations().await.map(drop).context("letters of deleted organisations"),
        installation.onboarding.forget_informed().await.map(drop).context("recipients of the deleted"),
        erase_accounts(installation).await,
    ];
    let wrong: Vec<String> =
        done.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    Ok(())
}

/// Secure letters whose time has come: ended, or their recipients reminded. What goes wrong with one kind keeps no other.
async fn tend_secure_letters(installation: &Installation) -> Result<()> {
    let secure = installation.flow.secure();
    let done = [
        secure.expire().await.context("registered letters"),
        secure.end_unopened().await.context("letters that nobody opened"),
        secure.remind().await.context("reminders"),
    ];
    let wrong: Vec<String> =
        done.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    anyhow::ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    Ok(())
}

async fn erase_accounts(installation: &Installation) -> Result<()> {
    for account in installation.directory.deleted_accounts().await.context("deleted accounts")? {
        installation.store.account(account).erase().await.context("letters of a deleted account")?;
        installation.directory.forget_account(account).await.context("a deleted account")?;
    }
    Ok(())
}

async fn count_reputation(installation: &Installation) -> Result<()> {
    let (db, world) = (installation.db.clone(), installation.world.clone());
    let traps = installation.config.judge.traps()?;
    let reputation = reputation::Reputation::new(db, world, installation.directory.clone());
    reputation.with_traps(&traps).update().await?;
    Ok(())
}

/// Keys move on, and the hosted zones say so.
async fn rotate_keys(installation: &Installation) -> Result<()> {
    // Each for itself: without a next key of the seal all evidence would end one day.
    if installation.flow.secure().renew_keys().await.context("keys of secure letters")? {
        info!("the next keys of the seal and of the clock are made and published");
    }
    let changed = installation.keys.tend().await.context("keys")?;
    let scope = Scope::Operator("write new DKIM records into hosted zones");
    let zones = installation.zones.administration(scope, trail::Actor::program("relais"));
    for domain in changed {
        // Where nobody has said yet what the installation is called, or somebody wrote a record of that name
        // himself, the diagnosis tells him; the next domain is none the worse for it.
        if let Err(error) = zones.refresh(&domain, Standing::Stays).await {
            debug!(%domain, error = %Chain(&error), "the mail records stay as they are");
        }
    }
    installation.zones.complete_rollovers().await.context("rollovers of zone keys")?;
    installation.flow.return_paths().tend().await.context("return paths")?;
    Ok(())
}

/// Tells from time to time for which hosts our own authority makes certificates, and the DNS which certificate
/// the exchangers show.
pub(crate) async fn tend_certificates(
    installation: Installation,
    tls: ServerTls,
    gateway: ServerTls,
    mut shutdown: watch::Receiver<bool>,
) {
    let scope = Scope::Operator("publish the certificate that the exchangers show");
    let zones = installation.zones.administration(scope, trail::Actor::program("relais"));
    let mut notices = installation.keys.subscribe();
    loop {
        match installation.keys.hosts_to_vouch_for().await {
            Ok(mut hosts) => {
                hosts.extend(installation.config.node.host.clone());
                tls.vouch_for(hosts);
            }
            Err(error) => warn!(error = %Chain(&error), "cannot read the hosted domains now"),
        }
        // A renewed certificate is shown without anybody's word: integrated organisations would refuse the old one.
        if let Err(error) = gateway.reload() {
            warn!(error = %Chain(&error), "the former certificate of [gateway] stays in use");
        }
        let shown = tls.certificate_for(&installation.config.node.hostname);
        let published = CertificateFacts::read(&shown).map(|facts| facts.tlsa).into_iter().collect();
        if let Err(error) = zones.set_tlsa(published).await {
            warn!(error = %Chain(&error), "cannot publish the certificate's TLSA record now");
        }
        tokio::select! {
            () = installation.world.clock.sleep(HOSTS_INTERVAL) => {}
            // A domain has its hosts as soon as it is there, whichever node or command made it.
            () = Keys::changed(&mut notices) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

async fn compact(installation: &Installation) -> Result<()> {
    let compacted = fsck::compact(installation).await?;
    info!(freed_bytes = compacted.freed_bytes, "bodies compacted");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use trail::{Event, Step};
    use world::World;

    use super::clean;
    use crate::installation::{Installation, MIGRATIONS};

    #[tokio::test]
    async fn cleaning_forgets_the_log_that_no_plan_keeps() {
        for db in db::testing::migrated(&MIGRATIONS) {
            let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
            let config = toml::from_str("[node]\nhostname = 'mail.valbois.test'\ndata = '.'").unwrap();
            let installation =
                Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing()).unwrap();
            let people = installation.directory.administration(directory::Scope::Operator("test"), "test");
            let organisation = people.create_organisation("Valbois").await.unwrap().id;
            let now = installation.world.clock.now();
            let events: Vec<Event> = [1, 89, 91, 400]
                .into_iter()
                .map(|days| Event {
                    at: now.minus(Duration::from_secs(days * 24 * 3600)),
                    id: days as i64,
                    organisation: Some(organisation),
                    message: Some(model::MessageId(days as i64)),
                    delivery: None,
                    sender: "eve@far.test".to_owned(),
                    recipient: None,
                    step: Step::Queued { route: "mailbox".to_owned() },
                })
                .collect();
            let operator = installation.db.operator("test");
            operator
                .write(move |tx| -> Result<(), db::DbError> {
                    events.iter().try_for_each(|event| trail::record(tx, event))
                })
                .await
                .unwrap();
            let count = async || {
                let mut left = Vec::new();
                for days in [1, 89, 91, 400] {
                    let search = trail::Search {
                        organisation: Some(organisation),
                        message: Some(model::MessageId(days)),
                        ..trail::Search::default()
                    };
                    let way = installation.trail.search(search).await;
                    if !way.unwrap().is_empty() {
                        left.push(days);
                    }
                }
                left
            };
            assert_eq!(count().await, [1, 89, 91, 400]);
            clean(&installation).await.unwrap();
            // Twenty days are seen; up to ninety are kept for a longer plan.
            assert_eq!(count().await, [1, 89]);
        }
    }
}
