-- Programs that administer over the API.
CREATE TABLE api_token (
    id BIGINT NOT NULL PRIMARY KEY,
    -- Whose things it reaches; NULL is the whole installation.
    organisation BIGINT REFERENCES organisation (id),
    name TEXT NOT NULL,
    -- Its first characters, by which people tell tokens apart.
    shown TEXT NOT NULL,
    -- SHA-256 of the token: it has 160 random bits, so that nothing slower is needed.
    token_hash BLOB NOT NULL UNIQUE,
    may_write BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    last_source TEXT
);
CREATE INDEX api_token_by_organisation ON api_token (organisation);

-- What a request with an Idempotency-Key was answered, so that its repetition does nothing twice.
CREATE TABLE api_answer (
    token BIGINT NOT NULL,
    request_key TEXT NOT NULL,
    -- SHA-256 of method, path and body.
    request_hash BLOB NOT NULL,
    -- NULL while the first one is under way.
    status BIGINT,
    content_type TEXT,
    body BLOB,
    at BIGINT NOT NULL,
    PRIMARY KEY (token, request_key)
) WITHOUT ROWID;
CREATE INDEX api_answer_by_age ON api_answer (at);
