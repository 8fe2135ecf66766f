//! What a peer offers in its answer to EHLO or LHLO (RFC 5321 §4.1.1.1).

use model::Reply;

/// The extensions of a peer, as far as we use them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// How the peer calls itself.
    pub name: String,
    /// PIPELINING (RFC 2920).
    pub pipelining: bool,
    /// 8BITMIME (RFC 6152).
    pub eight_bit_mime: bool,
    /// SMTPUTF8 (RFC 6531).
    pub smtputf8: bool,
    /// CHUNKING (RFC 3030).
    pub chunking: bool,
    /// BINARYMIME (RFC 3030).
    pub binary_mime: bool,
    /// DSN (RFC 3461).
    pub dsn: bool,
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// REQUIRETLS (RFC 8689).
    pub require_tls: bool,
    /// ENHANCEDSTATUSCODES (RFC 2034).
    pub enhanced_status_codes: bool,
    /// SIZE was offered (RFC 1870).
    pub size: bool,
    /// The largest message, where SIZE says one.
    pub size_limit_bytes: Option<u64>,
    /// The mechanisms of AUTH (RFC 4954), in upper case.
    pub auth: Vec<String>,
}

impl Capabilities {
    /// Reads the answer to EHLO: the name in its first line, an extension in each further one. The answer
    /// to HELO gives a name and nothing else.
    // ehlo-line = ehlo-keyword *( SP ehlo-param )
    pub fn parse(reply: &Reply) -> Capabilities {
        let mut lines = reply.text().split('\n');
        let name = lines.next().and_then(|line| line.split_whitespace().next()).unwrap_or_default();
        let mut found = Capabilities { name: name.to_owned(), ..Capabilities::default() };
        for line in lines {
            // Old servers of Microsoft write `AUTH=LOGIN PLAIN`.
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            let Some(keyword) = words.next() else { continue };
            match keyword.to_ascii_uppercase().as_str() {
                "PIPELINING" => found.pipelining = true,
                "8BITMIME" => found.eight_bit_mime = true,
                "SMTPUTF8" => found.smtputf8 = true,
                "CHUNKING" => found.chunking = true,
                "BINARYMIME" => found.binary_mime = true,
                "DSN" => found.dsn = true,
                "STARTTLS" => found.starttls = true,
                "REQUIRETLS" => found.require_tls = true,
                "ENHANCEDSTATUSCODES" => found.enhanced_status_codes = true,
                "SIZE" => {
                    found.size = true;
                    // RFC 1870 §4: zero, or nothing, means that no limit is known.
                    found.size_limit_bytes =
                        words.next().and_then(|word| word.parse().ok()).filter(|limit| *limit > 0);
                }
                "AUTH" => {
                    for mechanism in words.map(str::to_ascii_uppercase) {
                        if !found.auth.contains(&mechanism) {
                            found.auth.push(mechanism);
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }
}
