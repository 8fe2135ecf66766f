//! Hosted DNS zones: records, history, the mail records kept right, diagnosis.
