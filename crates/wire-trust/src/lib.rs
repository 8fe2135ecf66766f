//! The little languages in which a domain says what holds for its mail: SPF, DKIM, DMARC, MTA-STS, TLSA.
