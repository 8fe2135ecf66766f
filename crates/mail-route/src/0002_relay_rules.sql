-- Which mail for others does not go to the servers of its domain.
CREATE TABLE relay_rule (
    id BIGINT PRIMARY KEY,
    -- Lower ones are looked at first.
    position BIGINT NOT NULL,
    -- Whose senders; 0: everybody's.
    organisation BIGINT NOT NULL,
    -- `*`, `*.example.org` or `example.org`.
    recipients TEXT NOT NULL,
    -- What the subject must contain; NULL: nothing.
    subject TEXT,
    target TEXT NOT NULL,
    tls TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
