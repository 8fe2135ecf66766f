-- What we saw of a hosted domain on one day, and the score that followed.
CREATE TABLE reputation_day (
    organisation BIGINT NOT NULL,
    domain TEXT NOT NULL,
    day BIGINT NOT NULL,
    -- Recipients elsewhere of letters that the domain's users submitted.
    sent BIGINT NOT NULL,
    -- Of these, refused as spam or by policy (5.7.x).
    policy_bounces BIGINT NOT NULL,
    -- Refused because there is no such recipient (5.1.x).
    unknown_bounces BIGINT NOT NULL,
    complaints BIGINT NOT NULL,
    authentication_failures BIGINT NOT NULL,
    trap_hits BIGINT NOT NULL,
    -- Recipients in the busiest hour.
    busiest_hour BIGINT NOT NULL,
    score BIGINT,
    -- What the score is made of (JSON).
    factors TEXT,
    PRIMARY KEY (organisation, domain, day)
) WITHOUT ROWID;
CREATE INDEX reputation_by_day ON reputation_day (day);

-- Recipients of one hour, to find the busiest; forgotten after two days.
CREATE TABLE reputation_hour (
    organisation BIGINT NOT NULL,
    domain TEXT NOT NULL,
    hour BIGINT NOT NULL,
    sent BIGINT NOT NULL,
    PRIMARY KEY (organisation, domain, hour)
) WITHOUT ROWID;
CREATE INDEX reputation_hour_by_age ON reputation_hour (hour);

-- Until when the trail has been counted: one row.
CREATE TABLE reputation_cursor (
    id BIGINT NOT NULL PRIMARY KEY,
    counted_until BIGINT NOT NULL
);

-- Addresses that nobody writes to but those who guess or buy lists.
CREATE TABLE trap_hit (
    organisation BIGINT NOT NULL,
    id BIGINT NOT NULL,
    domain TEXT NOT NULL,
    at BIGINT NOT NULL,
    trap TEXT NOT NULL,
    sender TEXT NOT NULL,
    PRIMARY KEY (organisation, id)
) WITHOUT ROWID;
CREATE INDEX trap_hit_by_age ON trap_hit (at);
