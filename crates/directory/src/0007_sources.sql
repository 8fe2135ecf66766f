ALTER TABLE ban ADD COLUMN rule TEXT NOT NULL DEFAULT 'logins';
-- What was counted: lines `protocol=count`, then login names; see Evidence.
ALTER TABLE ban ADD COLUMN evidence TEXT NOT NULL DEFAULT '';

-- Sources that no rule bans, from the request to its end.
CREATE TABLE allowed_source (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    -- As in ban.subject: `source 192.0.2.1`.
    subject TEXT NOT NULL,
    -- asked, confirmed, active, refused, ended
    state TEXT NOT NULL,
    purpose TEXT NOT NULL,
    -- The words that were accepted, and in which language.
    acceptance TEXT NOT NULL,
    language TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    -- Where the letter with the link goes: a contact address of an owner or administrator.
    contact TEXT NOT NULL,
    letter_sent_at BIGINT,
    token_hash BLOB UNIQUE,
    confirmed_at BIGINT,
    confirmed_from TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    reason TEXT NOT NULL
);
CREATE INDEX allowed_source_by_organisation ON allowed_source (organisation, id);
CREATE INDEX allowed_source_active ON allowed_source (subject) WHERE state = 'active';

-- Who was kept out and asks to be let in again.
CREATE TABLE unban_request (
    id BIGINT NOT NULL PRIMARY KEY,
    -- The owner of the domain that was named; NULL: nobody's here, so the operator's.
    organisation BIGINT,
    domain TEXT NOT NULL,
    subject TEXT NOT NULL,
    contact TEXT NOT NULL,
    message TEXT NOT NULL,
    -- From where it was sent.
    sent_from TEXT NOT NULL,
    at BIGINT NOT NULL,
    letter_sent_at BIGINT,
    -- open, granted, refused
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT
);
CREATE INDEX unban_request_by_organisation ON unban_request (organisation, id);
CREATE INDEX unban_request_by_sender ON unban_request (sent_from, at);
CREATE INDEX unban_request_by_subject ON unban_request (subject, state);

-- The addresses of the installation.
CREATE TABLE ip_address (
    ip TEXT NOT NULL PRIMARY KEY,
    -- Whom it is dedicated to; NULL: shared, or nobody yet.
    organisation BIGINT,
    is_static BIGINT NOT NULL,
    is_dedicated BIGINT NOT NULL,
    note TEXT NOT NULL,
    -- The name that its pointer is to lead to; empty: none.
    pointer_wanted TEXT NOT NULL,
    pointer_found TEXT NOT NULL,
    -- Whether the name that was found leads back to the address.
    is_confirmed BIGINT NOT NULL,
    looked_at BIGINT,
    created_at BIGINT NOT NULL
);
