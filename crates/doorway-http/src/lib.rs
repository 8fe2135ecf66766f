//! What every HTTP door has in common: connections, TLS, limits, headers.
