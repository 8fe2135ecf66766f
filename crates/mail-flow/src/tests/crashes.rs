//! Stops at every commit point: afterwards every acknowledged letter is there exactly once, none half.
//! docs/journey.md says why.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;

/// A fault layer that counts the points of database and bodies, and dies at one of them.
#[derive(Clone, Default)]
pub(super) struct Death(Arc<Points>);

#[derive(Default)]
struct Points {
    passed: AtomicUsize,
    dies_at: AtomicUsize,
    is_dead: AtomicBool,
}

impl Death {
    /// Lives until the n-th point from now on, counted from 1.
    pub(super) fn at(&self, point: usize) {
        self.0.passed.store(0, Ordering::SeqCst);
        self.0.dies_at.store(point, Ordering::SeqCst);
        self.0.is_dead.store(false, Ordering::SeqCst);
    }

    pub(super) fn never(&self) {
        self.at(usize::MAX);
    }

    pub(super) fn is_dead(&self) -> bool {
        self.0.is_dead.load(Ordering::SeqCst)
    }

    /// Points passed since [`Death::at`].
    pub(super) fn passed(&self) -> usize {
        self.0.passed.load(Ordering::SeqCst)
    }

    fn strike(&self) -> io::Result<()> {
        let point = self.0.passed.fetch_add(1, Ordering::SeqCst) + 1;
        if point >= self.0.dies_at.load(Ordering::SeqCst) {
            self.0.is_dead.store(true, Ordering::SeqCst);
        }
        if self.is_dead() { Err(io::Error::other("the process is dead")) } else { Ok(()) }
    }
}

/// What lies on the disk, and what outlives a process.
pub(super) struct Disk {
    pub(super) death: Death,
    pub(super) world: World,
    pub(super) db: Db,
    bodies: tempfile::TempDir,
}

impl Disk {
    pub(super) fn all() -> Vec<Disk> {
        Disk::of(0)
    }

    /// For a life that ends at this point. The points are the program's and not the engine's: SQLite dies at each, and
    /// PostgreSQL, where every life begins with a second of making tables, at some.
    pub(super) fn of(point: usize) -> Vec<Disk> {
        let death = Death::default();
        death.never();
        let hook = death.clone();
        let options = db::Options {
            commit_hook: Some(Arc::new(move |_| hook.strike())),
            durable: false,
            readers: 2,
            connections: 4,
            ..db::Options::default()
        };
        let is_everywhere = point.is_multiple_of(5) || std::env::var_os("SLOW_TESTS").is_some();
        let engines = match is_everywhere {
            true => db::testing::migrated_with(&options, &testing::MIGRATIONS),
            false => vec![db::testing::sqlite(options)],
        };
        // The points are shared by the engines, which a test uses one after the other.
        engines
            .into_iter()
            .map(|db| Disk {
                death: death.clone(),
                world: World::testing(),
                db,
                bodies: tempfile::tempdir().unwrap(),
            })
            .collect()
    }

    /// A new process on this disk.
    pub(super) fn start(&self, routes: &[(&str, &Stranger)]) -> Town {
        let db = db::testing::another(&self.db);
        let hook = self.death.clone();
        let options = blobs::Options {
            hook: Some(Arc::new(move |_| hook.strike())),
            durable: false,
            ..blobs::Options::default()
        };
        let blobs = Blobs::open(&format!("file:{}", self.bodies.path().display()), options).unwrap();
        Town::start(self.world.clone(), db, blobs, "node", routes)
    }
}

/// What a process does until it dies, how the next one goes on, and what holds then.
pub(super) trait Story {
    /// What was answered before the process died.
    type Answered: std::fmt::Debug;
    /// Commit points that it has at least: with fewer it is not told to its end.
    const POINTS: usize;

    /// What stands on the disk before, in a process that does not die.
    async fn prepare(_: &Disk, _: &[(&str, &Stranger)]) {}
    async fn first_life(town: &mut Town, stranger: &Stranger, death: &Death) -> Self::Answered;
    /// Whether all was answered that can be.
    fn is_whole(answered: &Self::Answered) -> bool;
    /// What a running server does of itself, until nothing is left to do.
    async fn second_life(town: &mut Town, stranger: &Stranger);
    async fn check(town: &Town, stranger: &Stranger, answered: &Self::Answered, point: usize);
}

/// Tells the story once for each commit point, at which its process dies.
pub(super) async fn die_at_every_point<S: Story>() {
    // A life without death tells how many points there are.
    let mut points = usize::MAX;
    let mut point = 0;
    while point < points {
        for disk in Disk::of(point) {
            let stranger = Stranger::new().await;
            let routes = [("else.test", &stranger)];
            disk.death.never();
            testing::populate(&disk.db, &disk.world).await;
            S::prepare(&disk, &routes).await;
            disk.death.at(if point == 0 { usize::MAX } else { point });
            let mut town = disk.start(&routes);
            let answered = S::first_life(&mut town, &stranger, &disk.death).await;
            if point == 0 {
                assert!(S::is_whole(&answered), "{answered:?}");
                points = disk.death.passed();
                assert!(points > S::POINTS, "{points}");
            }
            // A dead process writes nothing more: its loop is cut off where it is.
            if let Some(task) = town.loop_task.take() {
                task.abort();
                drop(task.await);
            }
            drop(town);
            disk.death.never();
            let mut town = disk.start(&routes);
            S::second_life(&mut town, &stranger).await;
            S::check(&town, &stranger, &answered, point).await;
            town.stop().await;
        }
        point += 1;
    }
}

/// Letters here, elsewhere and back.
struct Letters;

impl Story for Letters {
    type Answered = Vec<&'static str>;
    const POINTS: usize = 20;

    /// Brings the letters; gives those that were acknowledged.
    async fn first_life(town: &mut Town, stranger: &Stranger, death: &Death) -> Vec<&'static str> {
        stranger.says("RCPT TO:<nobody", "550 5.1.1 no such user");
        town.go();
        let mut acknowledged = Vec::new();
        let anna = town.user("anna@valbois.test").await;
        let letters: [(&str, Origin, &str, &[&str]); 4] = [
            ("one", peer(), "zed@else.test", &["anna@valbois.test"]),
            ("two", peer(), "zed@else.test", &["anna@valbois.test", "zoe@acme.test"]),
            ("three", anna.clone(), "anna@valbois.test", &["zed@else.test"]),
            // Refused by the stranger: anna gets a report.
            ("four", anna, "anna@valbois.test", &["nobody@else.test"]),
        ];
        for (name, origin, from, to) in letters {
            if town.bring(origin, envelope(from, to), &letter(from, name)).await.is_ok() {
                acknowledged.push(name);
            }
        }
        until(async || (death.is_dead() || town.queue().await.is_empty()).then_some(())).await;
        acknowledged
    }

    fn is_whole(acknowledged: &Vec<&'static str>) -> bool {
        acknowledged.len() == 4
    }

    async fn second_life(town: &mut Town, _: &Stranger) {
        town.go();
        town.queue_is_empty().await;
    }

    /// After the second life: what was acknowledged is there once, what was not is there at most once.
    async fn check(town: &Town, stranger: &Stranger, acknowledged: &Vec<&'static str>, point: usize) {
        let anna = town.inbox("anna@valbois.test").await;
        let zoe = town.inbox("zoe@acme.test").await;
        let reports = anna.iter().filter(|letter| letter.contains("Subject: four\r\n")).count();
        let copies = [
            ("one", count(&anna, "one")),
            ("two", count(&anna, "two")),
            ("two", count(&zoe, "two")),
            ("four", reports),
        ];
        for (name, copies) in copies {
            match acknowledged.contains(&name) {
                true => assert_eq!(copies, 1, "point {point}: acknowledged letter {name}"),
                false => assert!(copies <= 1, "point {point}: letter {name}"),
            }
        }
        // RFC 1047: towards others, once more is possible where we died before we could note it.
        let sent = stranger.heard().iter().filter(|heard| heard.body.contains(".body of three\r\n")).count();
        assert!(sent >= usize::from(acknowledged.contains(&"three")) && sent <= 2, "point {point}: {sent}");
        assert_eq!(
            letters_out::live_blobs(town).await,
            0,
            "point {point}: a message stays without deliveries"
        );
    }
}

fn count(letters: &[String], name: &str) -> usize {
    letters.iter().filter(|letter| letter.contains(&format!(".body of {name}\r\n"))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_the_moment_of_a_crash_each_letter_is_there_once() {
    die_at_every_point::<Letters>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_disk_or_database_is_gone_letters_wait_and_go_on_without_a_restart() {
    for disk in Disk::all() {
        let stranger = Stranger::new().await;
        let routes = [("else.test", &stranger)];
        testing::populate(&disk.db, &disk.world).await;
        let mut town = disk.start(&routes);
        let text = letter("zed@else.test", "one");
        let to_anna = || envelope("zed@else.test", &["anna@valbois.test"]);
        town.flow.recipient(&peer(), &to_anna().recipients[0], false, 0).await.unwrap();
        disk.death.at(1);
        let reply = town.bring(peer(), to_anna(), &text).await.unwrap_err();
        assert_eq!((reply.code(), reply.status().as_str()), (451, "4.3.0"));
        disk.death.never();
        assert!(town.queue().await.is_empty());
        assert_eq!(letters_out::live_blobs(&town).await, 0);
        // Accepted, and then the trouble begins again: what happened elsewhere waits in memory.
        let anna = town.user("anna@valbois.test").await;
        town.bring(peer(), to_anna(), &text).await.unwrap();
        let out = envelope("anna@valbois.test", &["zed@else.test"]);
        town.bring(anna, out, &letter("anna@valbois.test", "three")).await.unwrap();
        disk.death.at(1);
        town.go();
        until(async || (!stranger.heard().is_empty()).then_some(())).await;
        until(async || disk.death.is_dead().then_some(())).await;
        disk.death.never();
        until(async || {
            town.world.clock.advance(Duration::from_secs(1));
            town.queue().await.is_empty().then_some(())
        })
        .await;
        assert_eq!(count(&town.inbox("anna@valbois.test").await, "one"), 1);
        assert_eq!(stranger.heard().len(), 1);
        town.stop().await;
    }
}
