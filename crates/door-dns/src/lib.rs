//! DNS: answers for the hosted zones.
