//! Which letters leave from a dedicated address: those of a mail service, those that a mail server carries, or both.

use std::net::IpAddr;

use directory::{DirectoryError, IpChange, IpInfo};
use model::{Domain, ServiceId};

use crate::{Hosts, Result, ServerSearch};

/// What to bind an address to; `None` stays, `Some(None)` takes away.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    /// The mail service whose letters leave from the address.
    pub service: Option<Option<ServiceId>>,
    /// The mail server, by its host's full name (`hote1.valbois.ch`), whose letters leave from the address.
    pub server: Option<Option<String>>,
}

impl Hosts {
    /// Binds an address in the scope and the name of `administration`.
    pub async fn bind_ip(
        &self,
        administration: &directory::Administration,
        ip: IpAddr,
        binding: Binding,
    ) -> Result<IpInfo> {
        let server = match binding.server {
            None => None,
            Some(None) => Some(None),
            Some(Some(name)) => Some(Some(self.sending_server(administration, &name).await?)),
        };
        let change = IpChange { service: binding.service, server, ..IpChange::default() };
        administration.change_ip(ip, change).await
    }

    /// The full name of a mail server within a scope that sends.
    pub async fn sending_server(&self, within: &directory::Administration, name: &str) -> Result<Domain> {
        let wanted = name.trim().trim_end_matches('.').to_lowercase();
        let hosts = self.administration(within.scope(), within.actor());
        let servers = hosts.servers(None, ServerSearch::default()).await?;
        let sends = servers.iter().any(|server| server.roles.smtp_out && server.host.full_name() == wanted);
        match Domain::parse(&wanted) {
            Ok(name) if sends => Ok(name),
            _ => Err(DirectoryError::invalid(
                "server",
                format!("«{wanted}» is none"),
                "the full name of a host whose mail server has the role SMTP out",
            )),
        }
    }
}
