-- The platform's endpoints get other addresses.
CREATE TABLE renumbering (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- declared, prepared, switched, completed, cancelled
    stage TEXT NOT NULL,
    switches_at BIGINT NOT NULL,
    -- Until then the old addresses are accepted as well.
    ends_at BIGINT NOT NULL,
    reminds_at BIGINT NOT NULL,
    lowered_ttl BIGINT NOT NULL,
    -- JSON.
    endpoints TEXT NOT NULL,
    declared_by TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    announced_at BIGINT,
    prepared_at BIGINT,
    switched_at BIGINT,
    -- When it was completed or cancelled.
    ended_at BIGINT,
    -- JSON: what the first step found, for the last one.
    former TEXT NOT NULL
);

-- Whom it concerns, as it was when it was announced.
CREATE TABLE renumbering_customer (
    renumbering BIGINT NOT NULL REFERENCES renumbering (id) ON DELETE CASCADE,
    organisation BIGINT NOT NULL,
    -- The ways by which it is connected: A,B,C.
    modes TEXT NOT NULL,
    -- names-only, adapted; NULL: not said yet.
    answer TEXT,
    answered_by TEXT,
    answered_at BIGINT,
    PRIMARY KEY (renumbering, organisation)
);
CREATE INDEX renumbering_customer_by_organisation ON renumbering_customer (organisation, renumbering);

-- Letters, each written once.
CREATE TABLE renumbering_notice (
    id BIGINT NOT NULL PRIMARY KEY,
    renumbering BIGINT NOT NULL REFERENCES renumbering (id) ON DELETE CASCADE,
    organisation BIGINT NOT NULL,
    -- announcement, reminder, cancellation
    kind TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    posted_at BIGINT,
    UNIQUE (renumbering, organisation, kind)
);
CREATE INDEX renumbering_notice_waiting ON renumbering_notice (id) WHERE posted_at IS NULL;
