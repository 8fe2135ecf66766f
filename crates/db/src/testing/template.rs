//! Tables that are made once and copied for each test: PostgreSQL makes all of ours in a second, and copies them in a
//! twentieth of one.

use crate::error::DbError;
use crate::{Db, Migrations, Options, postgres};

/// The schema of the tables in every copy.
const SCHEMA: &str = "relais_test";

/// A fresh database with these tables, beside the one that `url` names; removed when it is closed.
pub(super) fn copy(
    url: &str,
    name: &str,
    options: Options,
    migrations: &[Migrations],
) -> Result<Db, DbError> {
    let template = format!("relais_template_{}", digest(migrations));
    let copy = format!("CREATE DATABASE {name} TEMPLATE {template}");
    let (server, steps, options_of_it) = (url.to_owned(), migrations.to_vec(), options.clone());
    postgres::administer(url, move |connection| {
        // Nearly always another test has made it before.
        if connection.batch(&copy).is_ok() {
            return Ok(());
        }
        connection.batch("SELECT pg_advisory_lock(hashtext('relais templates'))")?;
        if connection.batch(&copy).is_ok() {
            return Ok(());
        }
        // Under another name until it is whole: a test may be ended at any moment.
        let unfinished = format!("{template}_unfinished");
        connection.batch(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"))?;
        connection.batch(&format!("CREATE DATABASE {unfinished}"))?;
        open(&server, &unfinished, Options { commit_hook: None, ..options_of_it })?.migrate(&steps)?;
        connection.batch(&format!("ALTER DATABASE {unfinished} RENAME TO {template}"))?;
        connection.batch(&copy)
    })?;
    open(url, name, options)
}

/// Removes a copy.
pub(super) fn remove(url: &str, name: &str) -> Result<(), DbError> {
    let remove = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    postgres::administer(url, move |connection| connection.batch(&remove))
}

/// Opens another database of the same server.
fn open(url: &str, name: &str, options: Options) -> Result<Db, DbError> {
    let mut url = url::Url::parse(url).map_err(|_| DbError::Url { url: url.to_owned() })?;
    url.set_path(name);
    Db::open(url.as_str(), Options { schema: Some(SCHEMA.to_owned()), ..options })
}

/// What tells one set of tables from another.
fn digest(migrations: &[Migrations]) -> String {
    let mut hasher = blake3::Hasher::new();
    for owner in migrations {
        for (number, name, sql) in owner.steps {
            hasher.update(format!("{} {number} {name} {} {sql}", owner.owner, sql.len()).as_bytes());
        }
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
