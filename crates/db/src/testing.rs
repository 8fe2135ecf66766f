//! Fresh databases for the tests of every crate: SQLite, and PostgreSQL if `POSTGRES_URL` is set.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Db, Options};

/// A directory that goes when its database is closed.
pub(crate) struct Leftover(PathBuf);

impl Drop for Leftover {
    fn drop(&mut self) {
        // A leftover in the temporary directory harms nobody.
        drop(std::fs::remove_dir_all(&self.0));
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
    engines_with(&Options { durable: false, readers: 2, connections: 4, ..Options::default() })
}

/// As [`engines`], with other options (`schema` is chosen here).
pub fn engines_with(options: &Options) -> Vec<Db> {
    let mut engines = vec![sqlite(options.clone())];
    if let Ok(url) = std::env::var("POSTGRES_URL") {
        engines.push(postgres(&url, options.clone()));
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
    Arc::get_mut(&mut db.inner).expect("invariant: just opened").leftover = Some(Leftover(directory));
    db
}

fn postgres(url: &str, options: Options) -> Db {
    let options = Options { schema: Some(unique()), ..options };
    Db::open(url, options).expect("POSTGRES_URL names a PostgreSQL that lets us in")
}
