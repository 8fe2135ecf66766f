-- What others' domains sent us: only letters that the domain provably sent itself.
CREATE TABLE sender_day (
    domain TEXT NOT NULL,
    day BIGINT NOT NULL,
    letters BIGINT NOT NULL,
    -- Of these, brought by peers that were listed, or refused for their origin.
    doubtful BIGINT NOT NULL,
    PRIMARY KEY (domain, day)
) WITHOUT ROWID;
CREATE INDEX sender_day_by_day ON sender_day (day);
