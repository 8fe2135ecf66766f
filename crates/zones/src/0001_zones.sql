CREATE TABLE zone (
    id BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    -- Lower case, without the final dot; the root is the empty text.
    name TEXT NOT NULL UNIQUE,
    serial BIGINT NOT NULL,
    default_ttl BIGINT NOT NULL,
    signed BIGINT NOT NULL,
    -- The zone whose records a synonym mirrors.
    main BIGINT,
    newsletter BIGINT NOT NULL,
    -- Counts every change; its UPDATE also lets two changes of one zone follow one another.
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX zone_by_organisation ON zone (organisation, name);
CREATE INDEX zone_by_main ON zone (main) WHERE main IS NOT NULL;

CREATE TABLE zone_record (
    zone BIGINT NOT NULL,
    id BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    -- Relative to the zone: @, www.
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    ttl BIGINT NOT NULL,
    -- user, mail-service, installation; of a mail service also the domain.
    manager TEXT NOT NULL,
    manager_domain BIGINT,
    note TEXT NOT NULL,
    PRIMARY KEY (zone, id)
) WITHOUT ROWID;
CREATE INDEX zone_record_by_owner ON zone_record (zone, owner, kind);

CREATE TABLE zone_secondary (
    zone BIGINT NOT NULL,
    position BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    address TEXT NOT NULL,
    key_name TEXT NOT NULL,
    secret BLOB NOT NULL,
    PRIMARY KEY (zone, position)
) WITHOUT ROWID;

CREATE TABLE zone_change (
    zone BIGINT NOT NULL,
    -- Counts up with each change; serials wrap around, this does not.
    number BIGINT NOT NULL,
    organisation BIGINT NOT NULL,
    serial BIGINT NOT NULL,
    at BIGINT NOT NULL,
    who TEXT NOT NULL,
    called TEXT NOT NULL,
    -- JSON.
    added TEXT NOT NULL,
    removed TEXT NOT NULL,
    PRIMARY KEY (zone, number)
) WITHOUT ROWID;

-- One row: what the installation is called and where it is.
CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY,
    settings TEXT NOT NULL,
    version BIGINT NOT NULL
);
