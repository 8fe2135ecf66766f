-- Reports that others wrote about our domains: DMARC aggregates and TLS reports.
CREATE TABLE report (
    organisation BIGINT NOT NULL,
    id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- The hosted domain that it is filed under.
    domain TEXT NOT NULL,
    -- The first moment of the day (UTC) in which the middle of its period lies.
    day BIGINT NOT NULL,
    reporter TEXT NOT NULL,
    contact TEXT NOT NULL,
    report_id TEXT NOT NULL,
    begins_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    -- What the domain published, as the reporter saw it (JSON).
    policy TEXT NOT NULL,
    good BIGINT NOT NULL,
    bad BIGINT NOT NULL,
    PRIMARY KEY (organisation, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX report_once ON report (organisation, domain, kind, reporter, report_id);
CREATE INDEX report_by_day ON report (organisation, domain, kind, day);
CREATE INDEX report_by_age ON report (received_at);

CREATE TABLE report_row (
    organisation BIGINT NOT NULL,
    report BIGINT NOT NULL,
    number BIGINT NOT NULL,
    domain TEXT NOT NULL,
    day BIGINT NOT NULL,
    source TEXT NOT NULL,
    letters BIGINT NOT NULL,
    disposition TEXT NOT NULL,
    dkim_aligned BIGINT NOT NULL,
    spf_aligned BIGINT NOT NULL,
    header_from TEXT NOT NULL,
    envelope_from TEXT,
    -- Lists as JSON: what DKIM and SPF said, and why the policy was overridden.
    dkim TEXT NOT NULL,
    spf TEXT NOT NULL,
    reasons TEXT NOT NULL,
    PRIMARY KEY (organisation, report, number)
) WITHOUT ROWID;
CREATE INDEX report_row_by_day ON report_row (organisation, domain, day);

CREATE TABLE report_tls (
    organisation BIGINT NOT NULL,
    report BIGINT NOT NULL,
    number BIGINT NOT NULL,
    domain TEXT NOT NULL,
    day BIGINT NOT NULL,
    policy_type TEXT NOT NULL,
    policy_domain TEXT NOT NULL,
    -- A failure's result type; empty for the row with the policy's successes.
    failure TEXT NOT NULL,
    host TEXT NOT NULL,
    source TEXT NOT NULL,
    note TEXT NOT NULL,
    sessions BIGINT NOT NULL,
    PRIMARY KEY (organisation, report, number)
) WITHOUT ROWID;
CREATE INDEX report_tls_by_day ON report_tls (organisation, domain, day);

CREATE TABLE complaint (
    organisation BIGINT NOT NULL,
    id BIGINT NOT NULL,
    domain TEXT NOT NULL,
    day BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    feedback TEXT NOT NULL,
    agent TEXT NOT NULL,
    source TEXT,
    sender TEXT,
    recipient TEXT,
    message_id TEXT,
    incidents BIGINT NOT NULL,
    PRIMARY KEY (organisation, id)
) WITHOUT ROWID;
CREATE INDEX complaint_by_day ON complaint (organisation, domain, day);
CREATE INDEX complaint_by_age ON complaint (received_at);

-- Names of sources (reverse DNS), remembered for charts.
CREATE TABLE report_source (
    source TEXT NOT NULL PRIMARY KEY,
    name TEXT,
    looked_up_at BIGINT NOT NULL
);

-- Days of which the trail has been counted.
CREATE TABLE report_gathered (
    kind TEXT NOT NULL,
    day BIGINT NOT NULL,
    PRIMARY KEY (kind, day)
) WITHOUT ROWID;

-- What we report: one row for each kind, day and domain, kept after sending so that it is sent once.
CREATE TABLE report_outgoing (
    kind TEXT NOT NULL,
    day BIGINT NOT NULL,
    domain TEXT NOT NULL,
    id BIGINT NOT NULL,
    -- Empty once it has ended.
    content TEXT NOT NULL,
    -- When it is tried next; NULL once it has ended.
    next_at BIGINT,
    attempts BIGINT NOT NULL,
    token BIGINT NOT NULL,
    -- How it ended: sent, unwanted, given up.
    ended TEXT,
    note TEXT,
    PRIMARY KEY (kind, day, domain)
) WITHOUT ROWID;
CREATE INDEX report_outgoing_due ON report_outgoing (next_at) WHERE next_at IS NOT NULL;
