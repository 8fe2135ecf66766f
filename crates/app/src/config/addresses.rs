//! The addresses that stand in a node's configuration: whoever changes addresses of the installation is told of them.

use std::net::{IpAddr, SocketAddr};

use super::Config;

impl Config {
    /// Each address with the name of its setting; sockets for every address of the machine name none.
    pub fn addresses(&self) -> Vec<(String, IpAddr)> {
        let listen = &self.listen;
        let sockets: [(&str, &[SocketAddr]); 13] = [
            ("smtp", &listen.smtp),
            ("submission", &listen.submission),
            ("submissions", &listen.submissions),
            ("lmtp", &listen.lmtp),
            ("imap", &listen.imap),
            ("imaps", &listen.imaps),
            ("pop3", &listen.pop3),
            ("pop3s", &listen.pop3s),
            ("sieve", &listen.sieve),
            ("http", &listen.http),
            ("https", &listen.https),
            ("dns", &listen.dns),
            ("metrics", &listen.metrics),
        ];
        let listened = sockets.iter().flat_map(|(name, sockets)| {
            sockets.iter().map(move |socket| (format!("listen.{name}"), socket.ip()))
        });
        let sources = self.outbound.source.iter().map(|ip| ("outbound.source".to_owned(), *ip));
        listened.chain(sources).filter(|(_, ip)| !ip.is_unspecified()).collect()
    }
}
