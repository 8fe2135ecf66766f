//! Pages and files that anybody may fetch: MTA-STS policies, automatic configuration, health.
