//! Every limit of the SMTP codec, with the minimum that the standard asks for beside it.

/// Octets of a command line with its CRLF. RFC 5321 §4.5.3.1.4 asks for 512, and each extension adds its
/// own (SIZE 26, SMTPUTF8 10, REQUIRETLS 12, RET and ENVID 110, NOTIFY and ORCPT 528, AUTH= 500): 1,686 at most.
pub const COMMAND_LINE_LIMIT_OCTETS: usize = 2048;
/// Octets of an AUTH command or response with its CRLF (RFC 4954 §4: 12,288).
pub const AUTH_LINE_LIMIT_OCTETS: usize = 12_288;
/// Octets of one line of a message with its CRLF. RFC 5321 §4.5.3.1.6 asks for 1,000; newsletters made
/// by machines put a whole page on one line.
pub const DATA_LINE_LIMIT_OCTETS: usize = 1 << 20;
/// Octets of a host name or address literal in a greeting (RFC 5321 §4.5.3.1.2).
pub const HELLO_NAME_LIMIT_OCTETS: usize = 255;
/// Octets of a path with its brackets. RFC 5321 §4.5.3.1.3 asks for 256; UTF-8 makes it longer.
pub const PATH_LIMIT_OCTETS: usize = 1024;
/// Parameters of one MAIL or RCPT command.
pub const PARAMETER_LIMIT_COUNT: usize = 16;
/// Characters of ENVID as encoded (RFC 3461 §4.4).
pub const ENVELOPE_ID_LIMIT_OCTETS: usize = 100;
/// Characters of ORCPT as encoded (RFC 3461 §4.2).
pub const ORIGINAL_RECIPIENT_LIMIT_OCTETS: usize = 500;
/// Octets of a SASL message after base64.
pub const SASL_MESSAGE_LIMIT_OCTETS: usize = 8192;
/// Octets of a login name, and of a password (RFC 4616 §2 allows 255 and more).
pub const SASL_FIELD_LIMIT_OCTETS: usize = 1024;
/// Octets of one line of a peer's reply. RFC 5321 §4.5.3.1.5 allows 512; some write more.
pub const REPLY_LINE_LIMIT_OCTETS: usize = 4096;
/// Lines of a peer's reply.
pub const REPLY_LIMIT_LINES: usize = 200;
/// Octets of a peer's whole reply.
pub const REPLY_LIMIT_OCTETS: usize = 65_536;
/// Commands that go out before their replies are read: few enough that neither side's socket buffer
/// fills while both write (RFC 2920 §3.1).
pub const PIPELINE_LIMIT_COMMANDS: usize = 100;
