//! Reports about mail: DMARC aggregates, TLS-RPT, complaints; written and read.
