-- The line of one recipient in a list of letters: what came in, and what became of this delivery, by one seek each.
DROP INDEX event_by_message;
CREATE INDEX event_by_message ON event (message, delivery, at, id) WHERE message IS NOT NULL;
-- What an address sent, newest first; one entry for each recipient.
CREATE INDEX event_by_sender ON event (lower(sender), at, id) WHERE kind = 'queued';

-- Organisations whose plan shows more days of the log than the usual ones.
CREATE TABLE log_plan (
    organisation BIGINT NOT NULL PRIMARY KEY,
    visible_days BIGINT NOT NULL
);

-- What each node says of itself from time to time.
CREATE TABLE node (
    name TEXT NOT NULL PRIMARY KEY,
    version TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    doors TEXT NOT NULL,
    disk_bytes BIGINT,
    free_bytes BIGINT,
    certificate_names TEXT NOT NULL,
    certificate_ends_at BIGINT
);

CREATE TABLE chore_run (
    node TEXT NOT NULL,
    chore TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    error TEXT,
    PRIMARY KEY (node, chore)
) WITHOUT ROWID;
