//! Pages and files that anybody may fetch: MTA-STS policies, automatic configuration, health.
//!
//! Nobody signs in here, so nothing is told but what mail programs and other servers need of a hosted
//! domain: which servers receive its mail and where its people read it. Whether an address exists is not
//! among it, but where somebody chose another server for a mailbox than its domain has.

mod autoconfig;
mod autodiscover;
mod certificates;
mod health;
mod help;
mod ip;
mod limits;
mod mta_sts;
mod pages;
mod recipients;
mod redirection;
mod unblock;
mod words;
mod xml;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use directory::Directory;
use doorway_http::Problem;
use hosts::Hosts;
use model::{Address, Domain};
use onboarding::Onboarding;
use tracing::warn;
use zones::Zones;

pub use certificates::Certificates;
pub use mta_sts::{Policy, PolicyMode};

/// What the public pages are made of.
pub struct Shared {
    /// Who is hosted.
    pub directory: Directory,
    /// Which servers a domain or a mailbox has of its own.
    pub hosts: Hosts,
    /// What the installation says of itself.
    pub zones: Zones,
    /// How mail programs reach us where the installation says nothing: the listeners' ports.
    pub servers: Servers,
    /// Names that lead to us over one family of addresses only.
    pub families: Families,
    /// What recipients of secure letters are told.
    pub onboarding: Onboarding,
    /// How our mail servers show themselves; without them there is no page about it.
    pub certificates: Option<Certificates>,
}

/// Names, with a port where https has another one, that have addresses of one family only: `/ip` asks both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Families {
    /// The one with IPv4 addresses only.
    pub ipv4: Option<String>,
    /// The one with IPv6 addresses only.
    pub ipv6: Option<String>,
}

impl Families {
    /// Version and name of each.
    fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [("4", self.ipv4.as_deref()), ("6", self.ipv6.as_deref())]
            .into_iter()
            .filter_map(|(version, name)| Some((version, name?)))
    }
}

/// Where people read and write their mail; a port of `None` is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Servers {
    /// The name of the server that people read on; its certificate says so too.
    pub reading: String,
    /// The name of the server that people send through.
    pub sending: String,
    /// IMAP, TLS from the first byte.
    pub imaps: Option<u16>,
    /// IMAP, STARTTLS.
    pub imap: Option<u16>,
    /// Submission, TLS from the first byte.
    pub submissions: Option<u16>,
    /// Submission, STARTTLS.
    pub submission: Option<u16>,
}

/// Where paths begin whose next segment is a secret that came in a letter.
pub const SECRET_PATHS: [&str; 2] = ["/allow/", "/redirection/"];

/// The routes of the public pages.
pub fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/.well-known/mta-sts.txt", get(mta_sts::policy))
        .route("/.well-known/autoconfig/mail/config-v1.1.xml", get(autoconfig::config))
        .route("/mail/config-v1.1.xml", get(autoconfig::config))
        .route("/autodiscover/autodiscover.xml", post(autodiscover::discover))
        // Outlook writes it either way, and paths mind case.
        .route("/Autodiscover/Autodiscover.xml", post(autodiscover::discover))
        .route("/health", get(health::ready))
        .route("/health/ready", get(health::ready))
        .route("/health/live", get(health::live))
        .route("/ip", get(ip::page))
        .route("/help", get(help::page))
        .route("/certificates", get(certificates::page))
        .route("/certificates/{file}", get(certificates::chain))
        .route("/secure-mail/{name}", get(recipients::page))
        .route("/unblock", get(unblock::form).post(unblock::ask))
        .route("/allow/{token}", get(unblock::show_request).post(unblock::confirm_request))
        .route("/redirection/{token}", get(redirection::show).post(redirection::decide))
        .route("/public/style.css", get(pages::style))
        .route("/public/ip.js", get(ip::script))
        .route("/robots.txt", get(async || "User-agent: *\nDisallow: /\n"))
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES))
        .with_state(shared)
}

impl Shared {
    /// The settings of the installation as they hold for a domain; `None` before they are first written.
    async fn installation(&self, domain: &Domain) -> Result<Option<zones::Installation>, Problem> {
        self.zones.installation_of_domain(domain).await.map_err(|error| {
            warn!(error = %model::Chain(&error), "cannot read the settings of the installation now");
            Problem::later()
        })
    }

    /// How mail programs reach the mailboxes of a domain: on the server that was chosen for the mailbox or for the
    /// domain, else on the installation's.
    async fn servers(&self, domain: &Domain, mailbox: Option<&str>) -> Result<Servers, Problem> {
        let mut servers = self.servers.clone();
        if let Some(installation) = self.installation(domain).await? {
            let access = installation.access;
            let offered = |port: u16| (port != 0).then_some(port);
            servers = Servers {
                reading: access.host.to_string(),
                sending: access.host.to_string(),
                imaps: offered(access.imaps),
                imap: offered(access.imap),
                submissions: offered(access.submissions),
                submission: offered(access.submission),
            };
        }
        let later = |error: directory::DirectoryError| {
            warn!(error = %model::Chain(&error), "cannot read the servers of a domain now");
            Problem::later()
        };
        let own = self.hosts.servers_of(domain).await.map_err(later)?;
        if let Some(server) = own.imap.first() {
            servers.reading = server.name.to_string();
        }
        if let Some(server) = own.smtp_out.first() {
            servers.sending = server.name.to_string();
        }
        if let Some(mailbox) = mailbox.and_then(|mailbox| Address::parse(mailbox).ok())
            && let Some(server) = self.hosts.imap_server_of(&mailbox).await.map_err(later)?
        {
            servers.reading = server.to_string();
        }
        Ok(servers)
    }

    /// The domain, if it or what it is a synonym of is hosted here; anything else does not exist.
    async fn hosted(&self, name: &str) -> Result<Domain, Problem> {
        let domain = Domain::parse(name).map_err(|_| Problem::not_found())?;
        match self.directory.serves(&domain).await {
            Ok(true) => Ok(domain),
            Ok(false) => Err(Problem::not_found()),
            Err(error) => {
                warn!(error = %model::Chain(&error), "cannot look for a domain now");
                Err(Problem::later())
            }
        }
    }
}

#[cfg(test)]
mod tests;
