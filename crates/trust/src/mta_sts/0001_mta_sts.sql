-- Policies of other domains, as fetched (RFC 8461); they belong to no organisation.
CREATE TABLE mta_sts_policy (
    domain TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    policy TEXT NOT NULL,
    fetched_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mta_sts_policy_expiry ON mta_sts_policy (expires_at);
