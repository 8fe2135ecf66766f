-- What an address is for. Without an account: 'alias' or 'redirection'; with one: 'mailbox', 'shared', 'catchall'.
ALTER TABLE address ADD COLUMN kind TEXT NOT NULL DEFAULT 'mailbox';
UPDATE address SET kind = 'alias' WHERE account IS NULL;
ALTER TABLE address ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE address ADD COLUMN note TEXT NOT NULL DEFAULT '';
-- Whether a mailbox keeps what it forwards.
ALTER TABLE address ADD COLUMN keeps_copy BIGINT NOT NULL DEFAULT 1;

-- Deleted addresses that can be restored: the columns of address, moved here, so that nothing which asks who an
-- address is can forget to leave them out. Their accounts, passwords and targets stay where they are.
CREATE TABLE deleted_address (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    service BIGINT NOT NULL,
    domain BIGINT NOT NULL,
    localpart TEXT NOT NULL,
    localpart_key TEXT NOT NULL,
    account BIGINT,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    display_name TEXT NOT NULL,
    note TEXT NOT NULL,
    keeps_copy BIGINT NOT NULL,
    deleted_at BIGINT NOT NULL,
    deleted_by TEXT NOT NULL,
    UNIQUE (domain, localpart_key)
);
CREATE INDEX deleted_address_in_order ON deleted_address (organisation, id);
CREATE INDEX deleted_address_by_age ON deleted_address (deleted_at);

-- Where a redirection address, or a mailbox that forwards, leads: each target has a say.
CREATE TABLE forward_target (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    address BIGINT NOT NULL,
    position BIGINT NOT NULL,
    target TEXT NOT NULL,
    -- The target as it is compared.
    target_key TEXT NOT NULL,
    -- pending, accepted, refused
    state TEXT NOT NULL,
    -- Taken out by the organisation: kept so that nobody is asked over and over.
    removed BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    language TEXT NOT NULL,
    token_hash BLOB UNIQUE,
    letter_due BIGINT NOT NULL,
    letters BIGINT NOT NULL,
    letter_sent_at BIGINT,
    decided_at BIGINT,
    decided_from TEXT,
    UNIQUE (address, target_key)
);
CREATE INDEX forward_target_due ON forward_target (asked_at) WHERE letter_due = 1;
CREATE INDEX forward_target_by_letter ON forward_target (organisation, letter_sent_at);

ALTER TABLE credential ADD COLUMN kind TEXT NOT NULL DEFAULT 'other';
ALTER TABLE credential ADD COLUMN last_source TEXT;

-- Letters are received, nobody reads or sends any.
ALTER TABLE service ADD COLUMN maintenance BIGINT NOT NULL DEFAULT 0;

-- Many addresses made at once: shown first, made after somebody said so.
CREATE TABLE address_job (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    domain BIGINT NOT NULL,
    domain_name TEXT NOT NULL,
    -- shown, running, done, failed
    state TEXT NOT NULL,
    -- What to do about bad lines: 'all' makes nothing, 'good' leaves them out.
    choice TEXT NOT NULL,
    makes_passwords BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX address_job_in_order ON address_job (organisation, id);
CREATE INDEX address_job_running ON address_job (id) WHERE state = 'running';

CREATE TABLE address_job_line (
    job BIGINT NOT NULL,
    number BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    localpart TEXT NOT NULL,
    display_name TEXT NOT NULL,
    quota_bytes BIGINT,
    note TEXT NOT NULL,
    -- What is wrong: field, a word for it and the value; all empty for a good line.
    fault_field TEXT NOT NULL,
    fault TEXT NOT NULL,
    fault_value TEXT NOT NULL,
    -- The password to be: gone once it is hashed, or once a made one was fetched.
    secret TEXT,
    made_secret BIGINT NOT NULL,
    hashed BIGINT NOT NULL,
    scram_salt BLOB,
    argon2 TEXT,
    scram_stored_key BLOB,
    scram_server_key BLOB,
    address BIGINT,
    PRIMARY KEY (job, number)
) WITHOUT ROWID;
