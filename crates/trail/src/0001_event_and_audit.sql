-- Clustered by tenant and time: a tenant's newest events lie together, retention cuts off a prefix.
CREATE TABLE event (
    organisation BIGINT NOT NULL,
    at BIGINT NOT NULL,
    id BIGINT NOT NULL,
    message BIGINT,
    delivery BIGINT,
    sender TEXT NOT NULL,
    recipient TEXT,
    recipient_key TEXT,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (organisation, at, id)
) WITHOUT ROWID;
CREATE INDEX event_by_recipient ON event (recipient_key, at) WHERE recipient_key IS NOT NULL;
CREATE INDEX event_by_message ON event (message) WHERE message IS NOT NULL;

CREATE TABLE audit (
    organisation BIGINT NOT NULL,
    at BIGINT NOT NULL,
    id BIGINT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    what TEXT NOT NULL,
    PRIMARY KEY (organisation, at, id)
) WITHOUT ROWID;
