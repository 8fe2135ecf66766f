//! Bans. They concern sources, so they are the operator's.

use super::{Administration, Result, rows};
use crate::entities::Ban;
use crate::error::DirectoryError;

impl Administration {
    /// The bans that hold, the longest first.
    pub async fn bans(&self) -> Result<Vec<Ban>> {
        self.operator_only()?;
        let now = self.now();
        self.read(move |tx| Ok(rows::bans(tx, now)?)).await
    }

    /// Lifts a ban: `192.0.2.1`, `2001:db8::/64`, `login anna@…`, or the subject as listed.
    pub async fn lift_ban(&self, subject: &str) -> Result<()> {
        self.operator_only()?;
        let subject = ban_subject(subject);
        let row = subject.clone();
        self.act("lift ban", subject, move |tx| {
            if rows::delete_ban(tx, &row)? == 0 {
                return Err(DirectoryError::NotFound { what: "ban" });
            }
            Ok((None, ()))
        })
        .await
    }
}

/// A ban's subject as the table has it.
fn ban_subject(text: &str) -> String {
    let text = text.trim();
    match text.parse::<std::net::IpAddr>() {
        Ok(ip) => crate::login::source_subject(ip),
        Err(_) if text.starts_with("source ") || text.starts_with("login ") => text.to_owned(),
        Err(_) if text.contains('@') => format!("login {}", text.to_lowercase()),
        Err(_) => format!("source {text}"),
    }
}
