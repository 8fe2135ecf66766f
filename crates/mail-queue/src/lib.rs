//! mail-queue.
