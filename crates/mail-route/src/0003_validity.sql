-- From when until when a route leads; NULL: no bound.
ALTER TABLE relay_rule ADD COLUMN valid_from BIGINT;
ALTER TABLE relay_rule ADD COLUMN valid_until BIGINT;
