-- What the checks of a mail domain found last.
CREATE TABLE zone_diagnosis (
    domain BIGINT NOT NULL PRIMARY KEY,
    organisation BIGINT NOT NULL,
    -- When somebody began to look; with several nodes, whoever writes it looks.
    begun_at BIGINT NOT NULL,
    -- When the lamps were found; NULL before the first time.
    checked_at BIGINT,
    -- JSON.
    lamps TEXT NOT NULL
);
CREATE INDEX zone_diagnosis_by_begin ON zone_diagnosis (begun_at);
