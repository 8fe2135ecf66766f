//! The SQL of the migration table.

pub(crate) const CREATE: &str = "CREATE TABLE IF NOT EXISTS schema_step (owner TEXT NOT NULL, number BIGINT NOT NULL, \
     name TEXT NOT NULL, checksum TEXT NOT NULL, PRIMARY KEY (owner, number))";
pub(crate) const APPLIED: &str = "SELECT owner, number, checksum FROM schema_step ORDER BY owner, number";
pub(crate) const RECORD: &str =
    "INSERT INTO schema_step (owner, number, name, checksum) VALUES (?1, ?2, ?3, ?4)";
