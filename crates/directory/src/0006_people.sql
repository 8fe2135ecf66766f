-- What a person may do in an organisation; somebody may belong to several.
CREATE TABLE membership (
    organisation BIGINT NOT NULL,
    person BIGINT NOT NULL,
    role TEXT NOT NULL,
    -- The only domain within which an administrator administers; NULL: all of them.
    domain BIGINT,
    -- Blocked in this organisation; person.disabled is everywhere.
    disabled BIGINT NOT NULL,
    granted_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (organisation, person)
) WITHOUT ROWID;
CREATE INDEX membership_by_person ON membership (person, organisation);
INSERT INTO membership (organisation, person, role, domain, disabled, granted_by, created_at)
    SELECT organisation, id, role, NULL, 0, 'the move from one organisation to several', created_at FROM person;
-- person.organisation is the person's home: who may change the password. It is always one of the memberships.
ALTER TABLE person DROP COLUMN role;
ALTER TABLE person ADD COLUMN language TEXT;
ALTER TABLE person ADD COLUMN phone TEXT;

-- The mail services that a collaborator was given.
CREATE TABLE membership_service (
    organisation BIGINT NOT NULL,
    person BIGINT NOT NULL,
    service BIGINT NOT NULL,
    PRIMARY KEY (organisation, person, service)
) WITHOUT ROWID;

-- Where a person can be reached besides the login.
CREATE TABLE person_contact (
    person BIGINT NOT NULL,
    position BIGINT NOT NULL,
    address TEXT NOT NULL,
    PRIMARY KEY (person, position)
) WITHOUT ROWID;

-- What a person shows besides the password.
CREATE TABLE factor (
    id BIGINT NOT NULL PRIMARY KEY,
    person BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The secret of a TOTP.
    secret BLOB,
    -- The last step of 30 seconds that was taken: none is taken twice (RFC 6238 section 5.2).
    last_step BIGINT NOT NULL,
    -- A passkey: its identifier and public key as the library writes them.
    credential_id BLOB UNIQUE,
    passkey TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX factor_by_person ON factor (person, id);

CREATE TABLE recovery_code (
    person BIGINT NOT NULL,
    -- SHA-256: a code has 50 random bits, and guesses are counted.
    code_hash BLOB NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (person, code_hash)
) WITHOUT ROWID;

-- What was begun and is not ended: between password and session, a passkey's challenge, a TOTP being set up.
CREATE TABLE ceremony (
    token_hash BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- NULL: a passkey will say who.
    person BIGINT,
    password_version BIGINT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL,
    failures BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX ceremony_by_age ON ceremony (created_at);
CREATE INDEX ceremony_by_source ON ceremony (source, created_at);

-- Letters to people about their own account that are still to be posted.
CREATE TABLE person_notice (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    person BIGINT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    who TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- What an organisation says of itself.
CREATE TABLE organisation_settings (
    organisation BIGINT NOT NULL PRIMARY KEY,
    legal_name TEXT NOT NULL,
    requires_second_factor BIGINT NOT NULL,
    support_email TEXT NOT NULL,
    support_phone TEXT NOT NULL,
    support_page TEXT NOT NULL,
    support_hours TEXT NOT NULL,
    brand_name TEXT NOT NULL,
    brand_colour TEXT NOT NULL,
    logo BLOB,
    logo_kind TEXT
);
