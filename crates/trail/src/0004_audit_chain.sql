-- On whose behalf and from where, what it was before and is now, and the place in the organisation's chain of digests.
-- `words` is what is searched: every text of the row in small letters.
ALTER TABLE audit ADD COLUMN behalf TEXT;
ALTER TABLE audit ADD COLUMN source TEXT;
ALTER TABLE audit ADD COLUMN before TEXT;
ALTER TABLE audit ADD COLUMN after TEXT;
ALTER TABLE audit ADD COLUMN words TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN number BIGINT;
ALTER TABLE audit ADD COLUMN digest BLOB;
UPDATE audit SET words = lower(who || ' ' || action || ' ' || what);
-- Two rows never have one place: a chain cannot fork.
CREATE UNIQUE INDEX audit_by_number ON audit (organisation, number);
CREATE INDEX audit_by_id ON audit (id);

-- The end of each organisation's chain, and where it begins: `first` follows what retention has deleted, the last
-- digest of which is `start`.
CREATE TABLE audit_chain (
    organisation BIGINT NOT NULL PRIMARY KEY,
    first BIGINT NOT NULL,
    start BLOB NOT NULL,
    last BIGINT NOT NULL,
    digest BLOB NOT NULL
);
