//! What strangers may bring at most.

/// The longest certificate that is read, in bytes. Certificates of public authorities have 1 to 3 KiB; those with
/// post-quantum keys about 10.
pub const CERTIFICATE_BYTES: usize = 64 * 1024;

/// How many certificates are read from one signature or one PEM file. A path has seldom more than four.
pub const CERTIFICATES: usize = 32;

/// The longest path from a certificate to its anchor, both counted.
pub const PATH_CERTIFICATES: usize = 8;

/// How many signatures are tried while a path is looked for: certificates that name each other as issuers must not
/// make the search long.
pub const PATH_SIGNATURES: usize = 64;

/// The longest SignedData, with its content, in bytes.
pub const SIGNED_DATA_BYTES: usize = 64 * 1024 * 1024;

/// The longest time-stamp response, in bytes. Tokens with their chain have 3 to 8 KiB.
pub const TIME_STAMP_BYTES: usize = 256 * 1024;

/// How many attributes one signer may have in each of the two sets.
pub const ATTRIBUTES: usize = 64;

/// How many names of one certificate are shown.
pub const ALTERNATIVE_NAMES: usize = 1_000;

/// The longest PDF, in bytes. A receipt has about 40 KiB and the evidence that it carries.
pub const PDF_BYTES: usize = 64 * 1024 * 1024;

/// How many signatures of one PDF are verified.
pub const PDF_SIGNATURES: usize = 16;

/// How large one stream of a PDF's structure may be once it is decompressed, in bytes.
pub const PDF_STREAM_BYTES: usize = 16 * 1024 * 1024;

/// How many embedded files are read from a PDF.
pub const PDF_EMBEDDED_FILES: usize = 64;

/// How large all embedded files of a PDF may be once they are decompressed, in bytes.
pub const PDF_EMBEDDED_BYTES: usize = 64 * 1024 * 1024;

/// How deep a PDF's tree of names may be.
pub const PDF_NAME_TREE_DEPTH: usize = 8;

/// The room that is left for a time-stamp in a PDF's signature, in bytes. Tokens have 3 to 8 KiB.
pub const PDF_TIME_STAMP_ROOM: usize = 12 * 1024;
