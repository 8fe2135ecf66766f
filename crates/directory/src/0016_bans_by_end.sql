-- Lists of bans begin with the longest, a page at a time.
CREATE INDEX ban_by_end ON ban (until DESC, subject);
