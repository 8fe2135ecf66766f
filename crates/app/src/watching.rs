//! What watches over the doors while the program runs: who is kept out of the web, which letters follow from requests,
//! what this node says of itself.

use anyhow::{Context, Result};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use directory::{Directory, MassError, SourceLetter};
use door_manager::letters::{self, Words};
use doorway_http::{Client, Problem};
use keys::CertificateFacts;
use model::{Address, Timestamp};
use trail::NodeState;

use crate::http;
use crate::installation::Installation;
use crate::own_letter::{self, OwnLetter, Posted, language_of};

/// What somebody who is kept out may still ask for: where he stands and how to be let in again, and what other servers
/// and mail programs fetch.
const OPEN_TO_ALL: [&str; 10] = [
    "/ip",
    "/help",
    "/unblock",
    "/allow/",
    "/redirection/",
    "/public/",
    "/health",
    "/.well-known/",
    "/mail/config-v1.1.xml",
    "/robots.txt",
];

/// Keeps banned sources out of the web doors, and counts the requests that are refused: 401 or 403 in mass are an attack.
pub(crate) async fn keep_out(State(directory): State<Directory>, request: Request, next: Next) -> Response {
    let Some(client) = request.extensions().get::<Client>().copied() else { return next.run(request).await };
    let path = request.uri().path();
    let is_open = OPEN_TO_ALL.iter().any(|open| path.starts_with(open));
    if let Some(until) = directory.is_banned(client.ip)
        && !is_open
    {
        return banned(&request, client, until);
    }
    let response = next.run(request).await;
    if matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        directory.count_error(client.ip, MassError::Request, "web").await;
    }
    response
}

/// People are led to the page that says why and asks; programs hear it.
fn banned(request: &Request, client: Client, until: Timestamp) -> Response {
    let accepts = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_api = request.uri().path().starts_with("/api/");
    if accepts.contains("text/html") && !is_api {
        let place = HeaderValue::from_str(&format!("/unblock?ip={}", client.ip));
        let place = place.unwrap_or(HeaderValue::from_static("/unblock"));
        return (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response();
    }
    let detail =
        format!("{} is kept out until {}; /unblock says how to be let in", client.ip, until.rfc3339());
    Problem::new(StatusCode::FORBIDDEN, "banned", "The address is kept out").detail(detail).into_response()
}

/// Writes the letters that follow from requests: the link of a confirmation, and who asks to be let in. What cannot be
/// written now waits, and nothing waits for it.
pub(crate) async fn write_letters(installation: &Installation) -> Result<()> {
    let base = http::base_url(&installation.config);
    for letter in installation.directory.source_letters().await? {
        let base = base.as_deref().context("there is no https door")?;
        let posted = match &letter {
            SourceLetter::Confirm { source, token } => {
                let link = format!("{base}/allow/{token}");
                let words = letters::confirm(language_of(Some(&source.language)), source, &link);
                let contact: Vec<Address> = Address::parse(&source.contact).into_iter().collect();
                notice(installation, words).post(installation, &contact).await
            }
            SourceLetter::Asked { request, administrators } => {
                let link = format!("{base}/manager/sources");
                let mut posted = Posted::Done;
                // Requests about nobody's domain wait in the operator's list.
                for (language, recipients) in own_letter::by_language(administrators) {
                    let words = letters::asked(language, request, &link);
                    if notice(installation, words).post(installation, &recipients).await == Posted::Later {
                        posted = Posted::Later;
                    }
                }
                posted
            }
        };
        if posted == Posted::Done {
            installation.directory.source_letter_sent(&letter).await?;
        }
    }
    Ok(())
}

/// Writes to those who are to agree that letters come to them. What cannot be written now waits, and nothing waits for
/// it.
pub(crate) async fn ask_targets(installation: &Installation) -> Result<()> {
    let base = http::base_url(&installation.config);
    for letter in installation.directory.forward_letters().await? {
        let base = base.as_deref().context("there is no https door")?;
        let link = format!("{base}/redirection/{}", letter.token);
        let words = letters::redirection(language_of(Some(&letter.asked.language)), &letter.asked, &link);
        let target = [letter.asked.target.clone()];
        if notice(installation, words).post(installation, &target).await == Posted::Done {
            installation.directory.forward_letter_sent(&letter).await?;
        }
    }
    Ok(())
}

fn notice(installation: &Installation, words: Words) -> OwnLetter {
    OwnLetter {
        domain: installation.config.node.hostname.clone(),
        id: format!("{}.notice", installation.world.new_id()),
        at: installation.world.clock.now(),
        words,
    }
}

/// This node says that it is there, for the operator's page about the system.
pub(crate) async fn tell_of_this_node(installation: &Installation) -> Result<()> {
    let config = &installation.config;
    let disk = nix::sys::statvfs::statvfs(&config.node.data).ok();
    let octets = |blocks: u64, size: u64| blocks.saturating_mul(size);
    let certificate = installation.server_tls().ok();
    let facts =
        certificate.and_then(|tls| CertificateFacts::read(&tls.certificate_for(&config.node.hostname)));
    let doors = crate::listeners::addresses(&config.listen)
        .into_iter()
        .map(|(purpose, address)| format!("{} {}", purpose.key(), address.port()))
        .collect::<Vec<_>>();
    let now = installation.world.clock.now();
    let state = NodeState {
        name: config.node.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: installation.started_at,
        doors: doors.join(", "),
        disk_bytes: disk.as_ref().map(|disk| octets(disk.blocks(), disk.fragment_size())),
        free_bytes: disk.as_ref().map(|disk| octets(disk.blocks_available(), disk.fragment_size())),
        certificate_names: facts.as_ref().map(|facts| facts.names.join(" ")).unwrap_or_default(),
        certificate_ends_at: facts.map(|facts| facts.ends_at),
    };
    installation.trail.node_is_here(state, now).await?;
    Ok(())
}
