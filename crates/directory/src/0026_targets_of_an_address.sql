-- Each letter to an address that leads elsewhere asks for its targets. Without an index of both, SQLite took the one of the
-- organisation, and read the targets of all its addresses.
CREATE INDEX forward_target_by_address ON forward_target (address, organisation, position);
