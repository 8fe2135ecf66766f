//! What domains publish about their mail, looked up and weighed.
