//! One SQL text for both engines: what PostgreSQL needs to read it.

/// `small(text)`: small letters of every language, whatever the columns are compared by.
pub(crate) const SMALL_ON_POSTGRES: &str = r#"DO $make$ BEGIN
    IF EXISTS (SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu') THEN
        CREATE OR REPLACE FUNCTION small(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            AS 'SELECT lower($1 COLLATE "und-x-icu")';
    ELSE
        CREATE OR REPLACE FUNCTION small(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
            AS 'SELECT lower($1 COLLATE "default")';
    END IF;
END $make$"#;

/// `?1` becomes `$1`, `BLOB` becomes `BYTEA`, `WITHOUT ROWID` goes; quoted text stays as it is.
pub(crate) fn for_postgres(sql: &str) -> String {
    rewrite(sql, false)
}

/// As [`for_postgres`]; columns of TEXT compare octet by octet as SQLite's do.
pub(crate) fn tables_for_postgres(sql: &str) -> String {
    rewrite(sql, true)
}

fn rewrite(sql: &str, tables: bool) -> String {
    let mut text = String::with_capacity(sql.len() + 16);
    let mut rest = sql;
    while let Some(c) = rest.chars().next() {
        if c == '\'' || c == '"' {
            let end = rest[1..].find(c).map_or(rest.len(), |at| at + 2);
            text.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if rest.starts_with("--") {
            let end = rest.find('\n').unwrap_or(rest.len());
            rest = &rest[end..];
        } else if c == '?' {
            text.push('$');
            rest = &rest[1..];
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            rest = after;
            match word {
                "BLOB" => text.push_str("BYTEA"),
                "TEXT" if tables => text.push_str("TEXT COLLATE \"C\""),
                "WITHOUT" if after.trim_start().starts_with("ROWID") => {
                    rest = after.trim_start().strip_prefix("ROWID").unwrap_or(after);
                }
                other => text.push_str(other),
            }
        } else {
            let end = c.len_utf8();
            text.push_str(&rest[..end]);
            rest = &rest[end..];
        }
    }
    text
}
