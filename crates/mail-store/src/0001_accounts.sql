-- `account` leads every key, so that all rows of an account lie together and the tables shard by it.
--
-- store_message is narrow and clustered: the flags of a folder are read without touching anything else.
-- store_envelope is apart from store_letter, because a row above a quarter of a page leaves the clustered
-- page (overflow pages of SQLite), and listing a folder wants many envelopes per page.
-- store_change has one row per (folder, modseq, uid): both feed and tombstone. Rows of folder 0 tell of
-- folders; their uid is the id of the folder. Kinds: 1 came, 2 flags, 3 gone.

CREATE TABLE store_account (
    account BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    modseq BIGINT NOT NULL,
    used_bytes BIGINT NOT NULL,
    used_messages BIGINT NOT NULL,
    last_uid_validity BIGINT NOT NULL,
    PRIMARY KEY (account)
) WITHOUT ROWID;

CREATE TABLE store_folder (
    account BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT,
    selectable BIGINT NOT NULL,
    uid_validity BIGINT NOT NULL,
    uid_next BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    unseen BIGINT NOT NULL,
    deleted BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    modseq BIGINT NOT NULL,
    recent_from BIGINT NOT NULL,
    changes BIGINT NOT NULL,
    changes_from BIGINT NOT NULL,
    PRIMARY KEY (account, folder)
) WITHOUT ROWID;

CREATE UNIQUE INDEX store_folder_name ON store_folder (account, name);

CREATE TABLE store_subscription (
    account BIGINT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (account, name)
) WITHOUT ROWID;

CREATE TABLE store_message (
    account BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    modseq BIGINT NOT NULL,
    flags BIGINT NOT NULL,
    keywords TEXT,
    internal_date BIGINT NOT NULL,
    saved_at BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    letter BIGINT NOT NULL,
    PRIMARY KEY (account, folder, uid)
) WITHOUT ROWID;

CREATE TABLE store_envelope (
    account BIGINT NOT NULL,
    letter BIGINT NOT NULL,
    sent_at BIGINT,
    sent_zone_minutes BIGINT NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (account, letter)
) WITHOUT ROWID;

CREATE TABLE store_letter (
    account BIGINT NOT NULL,
    letter BIGINT NOT NULL,
    copies BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    blob BLOB NOT NULL,
    prefix BLOB NOT NULL,
    body_structure BLOB NOT NULL,
    has_attachment BIGINT NOT NULL,
    PRIMARY KEY (account, letter)
) WITHOUT ROWID;

CREATE TABLE store_change (
    account BIGINT NOT NULL,
    folder BIGINT NOT NULL,
    modseq BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    PRIMARY KEY (account, folder, modseq, uid)
) WITHOUT ROWID;
