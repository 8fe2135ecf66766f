-- The letter of ours that a complaint is about, and which of its readers complained (empty: one that is not told);
-- NULL where it names none.
ALTER TABLE complaint ADD COLUMN message BIGINT;
ALTER TABLE complaint ADD COLUMN reader TEXT NOT NULL DEFAULT '';
-- How much it counts against the domain.
ALTER TABLE complaint ADD COLUMN counted BIGINT NOT NULL DEFAULT 0;
UPDATE complaint SET counted = incidents WHERE feedback IN ('abuse', 'fraud', 'virus', 'other');
CREATE UNIQUE INDEX complaint_once ON complaint (organisation, message, reader, counted) WHERE message IS NOT NULL;
