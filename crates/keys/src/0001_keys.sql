CREATE TABLE dkim_key (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    domain BIGINT NOT NULL,
    selector TEXT NOT NULL,
    -- rsa or ed25519, as in the k= tag.
    algorithm TEXT NOT NULL,
    -- PKCS#8; NULL once it signs no more.
    private_key BLOB,
    -- What the p= tag holds, decoded.
    public_key BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- Since when its record stands in the DNS, as far as we know.
    seen_at BIGINT,
    -- We serve the zone that holds the record: nobody needs to look.
    in_our_zone BIGINT NOT NULL,
    active_at BIGINT,
    retired_at BIGINT,
    revoked_at BIGINT,
    UNIQUE (domain, selector)
);
CREATE INDEX dkim_key_by_organisation ON dkim_key (organisation, domain);

CREATE TABLE zone_key (
    zone BIGINT NOT NULL,
    id BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    private_key BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- Since when it signs alone, with its DS at the parent.
    active_at BIGINT,
    retired_at BIGINT,
    PRIMARY KEY (zone, id)
) WITHOUT ROWID;

-- Secrets that every node knows, made when they are first needed.
CREATE TABLE shared_secret (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);
