//! The object store against an S3 server that nobody here wrote, in this process.
