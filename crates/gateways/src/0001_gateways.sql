-- An integrated organisation's connection.
CREATE TABLE gateway_integration (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    contact TEXT NOT NULL,
    -- Somebody else runs the gateway for the organisation.
    is_hosted_gateway BIGINT NOT NULL,
    -- Where its letters go: mx, a host, an address.
    inbound TEXT NOT NULL,
    -- The name of the host that we chose identifies it as well.
    accepts_host_name BIGINT NOT NULL,
    -- Ordinary letters go to its servers as well, and not only those that are sent securely.
    takes_ordinary BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX gateway_integration_by_organisation ON gateway_integration (organisation, id);

CREATE TABLE gateway_domain (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    integration BIGINT NOT NULL REFERENCES gateway_integration (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- hosted, record or staff; NULL: not shown yet.
    proof TEXT,
    proven_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (integration, name)
);
-- Whoever has not shown that a domain is his keeps nobody from showing that it is theirs.
CREATE UNIQUE INDEX gateway_domain_proven ON gateway_domain (name) WHERE proof IS NOT NULL;

CREATE TABLE gateway_certificate (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    integration BIGINT NOT NULL REFERENCES gateway_integration (id) ON DELETE CASCADE,
    -- name or fingerprint, and which.
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    -- both, sending or reception.
    direction TEXT NOT NULL,
    -- The end of the certificate that was declared, or that was presented last.
    ends_at BIGINT,
    seen_fingerprint TEXT,
    seen_at BIGINT,
    -- That certificate itself, in DER.
    certificate BLOB,
    created_at BIGINT NOT NULL,
    UNIQUE (integration, kind, value, direction)
);

-- Authorities that the operator registers; those without a certificate are the public ones.
CREATE TABLE gateway_authority (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    certificate BLOB,
    added_at BIGINT NOT NULL,
    removed_at BIGINT
);
INSERT INTO gateway_authority (id, name, certificate, added_at, removed_at)
VALUES (1, 'public authorities', NULL, 0, NULL);

-- Counts changes, so that every node and every command knows when to read again.
CREATE TABLE gateway_book (
    id BIGINT NOT NULL PRIMARY KEY,
    revision BIGINT NOT NULL
);
INSERT INTO gateway_book (id, revision) VALUES (1, 1);

-- What was last seen of an integration's servers, of each kind one.
CREATE TABLE gateway_sighting (
    organisation BIGINT NOT NULL,
    integration BIGINT NOT NULL REFERENCES gateway_integration (id) ON DELETE CASCADE,
    -- identified, refused, test-mail, sent-internal, sent-external, received-internal, received-external.
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    detail TEXT NOT NULL,
    -- The end of the certificate that was shown, where it is about one.
    ends_at BIGINT,
    PRIMARY KEY (integration, kind)
);
