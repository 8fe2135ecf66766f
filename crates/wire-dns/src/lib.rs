//! What DNS says: records, zone files, questions and answers, compiled and signed zones.
