-- Whether the letter is doubtful for this recipient; NULL: as it is for all.
ALTER TABLE queue_delivery ADD COLUMN is_doubtful BIGINT;
