-- The operator's list of every organisation's changes.
CREATE INDEX audit_by_time ON audit (at, id);
