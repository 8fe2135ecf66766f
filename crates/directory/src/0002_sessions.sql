-- Signed-in people of the Manager.
CREATE TABLE session (
    id BIGINT NOT NULL PRIMARY KEY,
    -- SHA-256 of the token, so that whoever reads the table cannot go on with somebody's session.
    token_hash BLOB NOT NULL UNIQUE,
    person BIGINT NOT NULL,
    -- The person's own organisation.
    organisation BIGINT NOT NULL,
    -- The organisation that is looked at: another one only for the operator's staff.
    acting BIGINT NOT NULL,
    -- The version of the password that opened it: a new password ends it.
    password_version BIGINT NOT NULL,
    source TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);
CREATE INDEX session_by_person ON session (organisation, person);
CREATE INDEX session_by_age ON session (created_at);

-- Who runs the installation and may look at every organisation.
CREATE TABLE operator_staff (
    person BIGINT NOT NULL PRIMARY KEY,
    granted_at BIGINT NOT NULL
);
