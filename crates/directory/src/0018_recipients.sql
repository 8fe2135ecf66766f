-- People who only receive secured letters have person.organisation 0 and no membership.

-- Codes sent to their mailboxes for a new password; only the newest of a person is good.
CREATE TABLE recipient_code (
    person BIGINT NOT NULL PRIMARY KEY,
    -- SHA-256: with the code alone nobody gets anywhere who has a second factor.
    code_hash BLOB NOT NULL,
    made_at BIGINT NOT NULL,
    failures BIGINT NOT NULL
);
-- Who asked for one, whether there is such a person or not: «address x» and «source y».
CREATE TABLE recipient_code_asked (
    id BIGINT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX recipient_code_asked_by_subject ON recipient_code_asked (subject, at);
