-- Whose servers take what goes to a gateway; NULL on every other route.
ALTER TABLE queue_delivery ADD COLUMN integration BIGINT;
