//! Signatures with certificates: CMS, S/MIME, RFC 3161 time-stamps, signed PDF. Bytes to values and back; no IO, no clock.
