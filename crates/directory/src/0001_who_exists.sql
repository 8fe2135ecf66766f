CREATE TABLE organisation (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name as it is compared; a deleted organisation gives it free.
    name_key TEXT UNIQUE,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);

CREATE TABLE service (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    disabled BIGINT NOT NULL,
    quota_bytes BIGINT,
    -- The account that gets the letters to postmaster and abuse.
    administrator BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (organisation, name_key)
);

CREATE TABLE domain (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    service BIGINT NOT NULL,
    -- One service in the whole installation receives for a domain.
    name TEXT NOT NULL UNIQUE,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX domain_by_service ON domain (organisation, service);

CREATE TABLE address (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    service BIGINT NOT NULL,
    domain BIGINT NOT NULL,
    localpart TEXT NOT NULL,
    -- The local part as it is compared: lower case, NFC.
    localpart_key TEXT NOT NULL,
    -- NULL: an alias, with rows in alias_target.
    account BIGINT,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (domain, localpart_key)
);
CREATE INDEX address_by_service ON address (organisation, service);

CREATE TABLE alias_target (
    address BIGINT NOT NULL,
    position BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (address, position)
) WITHOUT ROWID;

CREATE TABLE account (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    -- The mailbox address; it is gone when deleted_at is set.
    address BIGINT NOT NULL,
    quota_bytes BIGINT,
    -- Shared by all passwords of the address, so that SCRAM works with each (RFC 5802 section 5.1).
    scram_salt BLOB NOT NULL,
    scram_iterations BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX account_deleted ON account (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE credential (
    account BIGINT NOT NULL,
    id BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    label TEXT NOT NULL,
    -- The public characters of a device password; NULL: chosen by somebody.
    selector TEXT,
    protocols BIGINT NOT NULL,
    argon2 TEXT NOT NULL,
    scram_stored_key BLOB NOT NULL,
    scram_server_key BLOB NOT NULL,
    -- Counts up with each change of the password, so that nothing remembered of the old one holds.
    version BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX credential_by_id ON credential (id);

CREATE TABLE person (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    login TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    argon2 TEXT NOT NULL,
    version BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX person_by_organisation ON person (organisation);

-- Sources of good logins: failures of others never keep these out.
CREATE TABLE known_source (
    subject TEXT NOT NULL,
    source TEXT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (subject, source)
) WITHOUT ROWID;
CREATE INDEX known_source_by_source ON known_source (source, last_at);

CREATE TABLE ban (
    subject TEXT NOT NULL PRIMARY KEY,
    banned_at BIGINT NOT NULL,
    until BIGINT NOT NULL,
    strikes BIGINT NOT NULL,
    reason TEXT NOT NULL
);

CREATE TABLE server_secret (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);
