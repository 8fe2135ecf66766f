//! Fresh databases for the tests of every crate: SQLite, and PostgreSQL if `POSTGRES_URL` is set.

mod template;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Db, Migrations, Options};

/// What goes when its database is closed.
pub(crate) enum Leftover {
    /// Where an SQLite file lies.
    Directory(PathBuf),
    /// A database of the server at this URL.
    Copy { url: String, name: String },
}

impl Drop for Leftover {
    fn drop(&mut self) {
        // A leftover in the temporary directory or on a server for tests harms nobody.
        match self {
            Leftover::Directory(path) => drop(std::fs::remove_dir_all(path)),
            Leftover::Copy { url, name } => drop(template::remove(url, name)),
        }
    }
}

/// A name that no other test of this machine has.
fn unique() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_nanos());
    format!("relais_test_{}_{}_{}", std::process::id(), since, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A fresh, empty database on each engine that this machine has.
pub fn engines() -> Vec<Db> {
    engines_with(&usual())
}

fn usual() -> Options {
    // Each connection prepares its own statements: two show what several do.
    Options { durable: false, readers: 2, connections: 2, ..Options::default() }
}

/// As [`engines`], with other options (`schema` is chosen here).
pub fn engines_with(options: &Options) -> Vec<Db> {
    let mut engines = vec![sqlite(options.clone())];
    if let Ok(url) = std::env::var("POSTGRES_URL") {
        engines.push(postgres(&url, options.clone()));
    }
    engines
}

/// A fresh database with these tables on each engine that this machine has.
pub fn migrated(migrations: &[Migrations]) -> Vec<Db> {
    migrated_with(&usual(), migrations)
}

/// As [`migrated`], with other options (`schema` is chosen here).
pub fn migrated_with(options: &Options, migrations: &[Migrations]) -> Vec<Db> {
    let sqlite = sqlite(options.clone());
    sqlite.migrate(migrations).expect("the tables of a fresh database can be made");
    let mut engines = vec![sqlite];
    if let Ok(url) = std::env::var("POSTGRES_URL") {
        let name = unique();
        let copied = template::copy(&url, &name, options.clone(), migrations);
        let mut db = copied.expect("POSTGRES_URL names a PostgreSQL that lets us make databases");
        db.leave(Leftover::Copy { url, name });
        engines.push(db);
    }
    engines
}

/// Opens the same database once more, as a second node or process would.
pub fn another(db: &Db) -> Db {
    let shared = &db.inner.shared;
    Db::open(&shared.url, shared.options.clone()).expect("a database that is open opens again")
}

/// A fresh, empty SQLite database, where a test has no time for the other engine.
pub fn sqlite(options: Options) -> Db {
    let directory = std::env::temp_dir().join(unique());
    std::fs::create_dir_all(&directory).expect("a temporary directory can be made");
    let url = format!("sqlite:{}", directory.join("test.db").display());
    let mut db = Db::open(&url, options).expect("a fresh SQLite database opens");
    db.leave(Leftover::Directory(directory));
    db
}

impl Db {
    /// Has this removed once it is closed.
    fn leave(&mut self, leftover: Leftover) {
        Arc::get_mut(&mut self.inner).expect("invariant: just opened").leftover = Some(leftover);
    }
}

fn postgres(url: &str, options: Options) -> Db {
    let options = Options { schema: Some(unique()), ..options };
    Db::open(url, options).expect("POSTGRES_URL names a PostgreSQL that lets us in")
}
