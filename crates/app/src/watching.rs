//! What watches over the doors while the program runs: who is kept out of the web, which letters follow from requests,
//! what this node says of itself.

use anyhow::{Context, Result, anyhow};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::{Directory, MassError, SourceLetter};
use door_manager::Language;
use door_manager::letters::{self, Words};
use doorway_http::{Client, Problem};
use keys::CertificateFacts;
use mail_flow::{Arrival, Origin};
use model::{Address, BodyKind, Envelope, Notify, Recipient, ReversePath, Timestamp, TlsWish};
use trail::NodeState;

use crate::http;
use crate::installation::Installation;

/// What somebody who is kept out may still ask for: where he stands and how to be let in again, and what other servers
/// and mail programs fetch.
const OPEN_TO_ALL: [&str; 9] = [
    "/ip",
    "/help",
    "/unblock",
    "/allow/",
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

/// Writes the letters that follow from requests: the link of a confirmation, and who asks to be let in.
pub(crate) async fn write_letters(installation: &Installation) -> Result<()> {
    for letter in installation.directory.source_letters().await? {
        match &letter {
            SourceLetter::Confirm { source, token } => {
                let language = Language::of_tag(&source.language).unwrap_or(Language::French);
                let base = http::base_url(&installation.config).context("there is no https door")?;
                let link = format!("{base}/allow/{token}");
                post(
                    installation,
                    &letters::confirm(language, source, &link),
                    std::slice::from_ref(&source.contact),
                )
                .await?;
            }
            // Requests about nobody's domain wait in the operator's list.
            SourceLetter::Asked { recipients, .. } if recipients.is_empty() => {}
            SourceLetter::Asked { request, recipients } => {
                let base = http::base_url(&installation.config).context("there is no https door")?;
                let link = format!("{base}/manager/sources");
                post(installation, &letters::asked(Language::French, request, &link), recipients).await?;
            }
        }
        installation.directory.source_letter_sent(&letter).await?;
    }
    Ok(())
}

async fn post(installation: &Installation, words: &Words, to: &[String]) -> Result<()> {
    let recipients: Vec<Address> = to.iter().filter_map(|text| Address::parse(text).ok()).collect();
    if recipients.is_empty() {
        return Ok(());
    }
    let letter = written(installation, words, &recipients);
    let mut body = installation.flow.receive();
    body.write(letter.as_bytes()).await.map_err(refused)?;
    let recipients = recipients.into_iter();
    let envelope = Envelope {
        // Nobody is to answer a notice: a full mailbox there makes no letters here.
        from: ReversePath::Null,
        recipients: recipients
            .map(|address| Recipient { address, notify: Some(Notify::NEVER), original: None })
            .collect(),
        return_content: None,
        envelope_id: None,
        body: BodyKind::SevenBit,
        smtputf8: false,
        tls: TlsWish::Usual,
    };
    installation.flow.accept(Arrival { origin: Origin::Ourselves, envelope, body }).await.map_err(refused)?;
    Ok(())
}

fn refused(reply: model::Reply) -> anyhow::Error {
    anyhow!("{reply}")
}

fn written(installation: &Installation, words: &Words, recipients: &[Address]) -> String {
    let hostname = &installation.config.node.hostname;
    let to: Vec<String> = recipients.iter().map(Address::to_string).collect();
    let subject = wire_mime::encode_words(words.subject.as_bytes());
    let subject = String::from_utf8_lossy(&subject).into_owned();
    let text = words.text.replace('\n', "\r\n");
    // RFC 2045 §6.8: lines of at most 76 characters.
    let body: String =
        text.as_bytes().chunks(57).map(|line| format!("{}\r\n", STANDARD.encode(line))).collect();
    format!(
        "From: Relais <postmaster@{hostname}>\r\n\
         To: {}\r\n\
         Subject: {subject}\r\n\
         Date: {}\r\n\
         Message-ID: <{}.notice@{hostname}>\r\n\
         Auto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\
         \r\n\
         {body}",
        to.join(",\r\n "),
        installation.world.clock.now().rfc5322(),
        installation.world.new_id(),
    )
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
