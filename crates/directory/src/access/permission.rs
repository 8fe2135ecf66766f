//! The twelve permissions that somebody may have on a mailbox.

use std::fmt;
use std::str::FromStr;

/// Something that may be done with a mailbox besides reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Make passwords for devices and change them.
    ConfigureDevice,
    /// Write automatic replies.
    ManageAutoReply,
    /// Write signatures.
    ManageSignatures,
    /// Send mail on to other addresses.
    ManageRedirections,
    /// Make other names of the address.
    ManageAliases,
    /// See what happened to the address's mail.
    AccessLogs,
    /// Bring back deleted mail.
    RestoreEmails,
    /// Set the filter for spam.
    ManageFilters,
    /// Write rules.
    ManageRules,
    /// Choose what the folders are for.
    ConfigureMailFolders,
    /// Block and approve senders.
    ManageSecurity,
    /// Send mail.
    SendEmails,
}

impl Permission {
    /// All, in the order in which they are shown.
    pub const EACH: [Permission; 12] = [
        Permission::ConfigureDevice,
        Permission::ManageAutoReply,
        Permission::ManageSignatures,
        Permission::ManageRedirections,
        Permission::ManageAliases,
        Permission::AccessLogs,
        Permission::RestoreEmails,
        Permission::ManageFilters,
        Permission::ManageRules,
        Permission::ConfigureMailFolders,
        Permission::ManageSecurity,
        Permission::SendEmails,
    ];

    /// The word that tables, the API and commands use.
    pub fn as_str(self) -> &'static str {
        match self {
            Permission::ConfigureDevice => "configure_device",
            Permission::ManageAutoReply => "manage_auto_reply",
            Permission::ManageSignatures => "manage_signatures",
            Permission::ManageRedirections => "manage_redirections",
            Permission::ManageAliases => "manage_aliases",
            Permission::AccessLogs => "access_logs",
            Permission::RestoreEmails => "restore_emails",
            Permission::ManageFilters => "manage_filters",
            Permission::ManageRules => "manage_rules",
            Permission::ConfigureMailFolders => "configure_mail_folders",
            Permission::ManageSecurity => "manage_security",
            Permission::SendEmails => "send_emails",
        }
    }

    /// Whether it is about something that comes with the webmail: until then it is kept and opens nothing.
    pub fn is_for_webmail(self) -> bool {
        matches!(
            self,
            Permission::ManageAutoReply
                | Permission::ManageSignatures
                | Permission::RestoreEmails
                | Permission::ManageFilters
                | Permission::ManageRules
                | Permission::ConfigureMailFolders
        )
    }

    fn bit(self) -> i64 {
        1 << Permission::EACH.iter().position(|each| *each == self).unwrap_or_default()
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Permission {
    type Err = String;

    fn from_str(text: &str) -> Result<Permission, String> {
        let known = Permission::EACH.into_iter().find(|each| each.as_str() == text.trim());
        known.ok_or_else(|| format!("«{text}» is no permission"))
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permissions(i64);

impl Permissions {
    /// None: mail is read and nothing else.
    pub const NONE: Permissions = Permissions(0);

    /// Every permission.
    pub fn all() -> Permissions {
        Permission::EACH.into_iter().collect()
    }

    /// Where a mail service says nothing else: all but the logs, which tell of others (docs/decisions/0055).
    pub fn usual() -> Permissions {
        Permission::EACH.into_iter().filter(|each| *each != Permission::AccessLogs).collect()
    }

    /// Whether the permission is among them.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// The permissions, in the order in which they are shown.
    pub fn each(self) -> impl Iterator<Item = Permission> {
        Permission::EACH.into_iter().filter(move |each| self.has(*each))
    }

    /// The permissions that words name.
    pub fn parse<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Permissions, String> {
        words
            .into_iter()
            .map(str::parse)
            .collect::<Result<Vec<Permission>, _>>()
            .map(|all| all.into_iter().collect())
    }

    pub(crate) fn bits(self) -> i64 {
        self.0
    }

    pub(crate) fn of_bits(bits: i64) -> Permissions {
        Permissions(bits & Permissions::all().0)
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Permissions {
        Permissions(permissions.into_iter().fold(0, |bits, permission| bits | permission.bit()))
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.each().map(Permission::as_str).collect();
        f.write_str(if words.is_empty() { "none" } else { "" })?;
        f.write_str(&words.join(" "))
    }
}
