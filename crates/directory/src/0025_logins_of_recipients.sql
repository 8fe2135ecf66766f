-- A login is one user's in the installation; besides, whoever shows the mailbox has an account for its letters: a user's login
-- elsewhere is an administrator's word, which keeps nobody out.
CREATE TABLE person_anew (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    argon2 TEXT NOT NULL,
    version BIGINT NOT NULL,
    disabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    language TEXT,
    phone TEXT
);
INSERT INTO person_anew (id, organisation, login, name, argon2, version, disabled, created_at, last_used_at, language, phone)
    SELECT id, organisation, login, name, argon2, version, disabled, created_at, last_used_at, language, phone FROM person;
DROP TABLE person;
ALTER TABLE person_anew RENAME TO person;
CREATE INDEX person_by_organisation ON person (organisation);
CREATE INDEX person_in_order ON person (organisation, id);
CREATE UNIQUE INDEX person_by_login ON person (login, (CASE WHEN organisation = 0 THEN 0 ELSE 1 END));

-- Recipients whose mailbox others read, and since when.
CREATE TABLE shared_recipient (
    person BIGINT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL
);
