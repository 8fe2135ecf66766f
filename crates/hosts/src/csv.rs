//! A list of mail servers as a file (RFC 4180).

use crate::entities::{MailServer, ServerRole};

/// The servers with the columns of the seed, `X` for a role that a server has.
pub fn csv(servers: &[MailServer]) -> String {
    let mut text = String::from("host,ip,imap,smtp_in,smtp_out\r\n");
    for server in servers {
        let addresses: Vec<String> = server.host.addresses().iter().map(ToString::to_string).collect();
        let roles = ServerRole::ALL.map(|role| if server.roles.has(role) { "X" } else { "" });
        // Names of hosts and addresses hold no quotes and no commas.
        text.push_str(&format!(
            "{},{},{}\r\n",
            server.host.full_name(),
            addresses.join(" "),
            roles.join(",")
        ));
    }
    text
}
