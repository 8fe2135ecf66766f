-- The addresses whose secure letters an application account reads, separated by spaces.
ALTER TABLE application_account ADD COLUMN reads TEXT NOT NULL DEFAULT '';
