//! What the nodes, the DNS and automatic configuration ask: from the applied form only.

use db::{DbError, Tx};
use directory::Found;
use model::{Address, Domain, DomainId};

use crate::entities::{DomainServers, Roles};
use crate::{Hosts, Result, rows};

/// The servers that a domain uses, in the caller's transaction.
pub fn domain_servers(tx: &mut Tx, domain: &Domain) -> std::result::Result<DomainServers, DbError> {
    let mut servers = DomainServers::default();
    for (role, server) in rows::applied_of_domain(tx, domain)? {
        servers.of(role).push(server);
    }
    Ok(servers)
}

/// How many hosts a domain has, staged or applied: they would go with it.
pub fn count_hosts(tx: &mut Tx, domain: DomainId) -> std::result::Result<u64, DbError> {
    rows::count_hosts_of_domain(tx, domain)
}

impl Hosts {
    /// The roles of the host that a node's configuration names (`hote1.valbois.ch`): none for a host that is no mail
    /// server; `None` if there is no such host.
    pub async fn roles_of(&self, host: &str) -> Result<Option<Roles>> {
        let host = host.trim_end_matches('.').to_lowercase();
        self.db
            .operator("a node asks for its roles")
            .read(move |tx| match host.split_once('.') {
                Some((name, domain)) => Ok(rows::applied_roles(tx, name, domain)?),
                None => Ok(None),
            })
            .await
    }

    /// The servers that a domain uses.
    pub async fn servers_of(&self, domain: &Domain) -> Result<DomainServers> {
        let domain = domain.clone();
        let scope = self.db.operator("strangers ask for the servers of a domain");
        scope.read(move |tx| Ok(domain_servers(tx, &domain)?)).await
    }

    /// The IMAP server that somebody chose for a mailbox.
    pub async fn imap_server_of(&self, address: &Address) -> Result<Option<Domain>> {
        let Found::Mailbox { account, .. } = self.directory.find(address).await? else { return Ok(None) };
        let scope = self.db.tenant(account.organisation);
        scope.read(move |tx| Ok(rows::applied_of_account(tx, account.account)?)).await
    }

    /// The domains that use servers of their own: their mail records follow what is applied.
    pub async fn domains_with_servers(&self) -> Result<Vec<Domain>> {
        let scope = self.db.operator("mail records follow the applied servers");
        scope.read(|tx| Ok(rows::domains_with_servers(tx)?)).await
    }
}
