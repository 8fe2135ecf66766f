//! How Thunderbird, and those who learned from it, find a domain's servers.
//!
//! The form is Mozilla's «config file format» 1.1, today also draft-ietf-mailmaint-autoconfig.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use doorway_http::{Host, Problem};
use model::Domain;
use serde::Deserialize;

use crate::xml::escaped;
use crate::{Servers, Shared, limits};

#[derive(Deserialize)]
pub(crate) struct Question {
    emailaddress: Option<String>,
}

/// `GET http(s)://autoconfig.DOMAIN/mail/config-v1.1.xml`, or the well-known path on the domain itself.
pub(crate) async fn config(
    State(shared): State<Arc<Shared>>,
    Extension(host): Extension<Host>,
    Query(question): Query<Question>,
) -> Result<Response, Problem> {
    let asked = question.emailaddress.as_deref().filter(|address| address.len() <= limits::ADDRESS_BYTES);
    // The host says it where the question was sent to the domain; the address where it was sent to us.
    let name = match (host.name().and_then(|name| name.strip_prefix("autoconfig.")), asked) {
        (Some(domain), _) => domain.to_owned(),
        (None, Some(address)) => domain_of(address).ok_or_else(Problem::not_found)?.to_owned(),
        (None, None) => host.name().ok_or_else(Problem::not_found)?.to_owned(),
    };
    let domain = shared.hosted(&name).await?;
    let servers = shared.servers(&domain, asked).await?;
    Ok(([(CONTENT_TYPE, "text/xml; charset=utf-8")], document(&domain, &servers)).into_response())
}

pub(crate) fn domain_of(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

fn document(domain: &Domain, servers: &Servers) -> String {
    let domain = escaped(domain.as_str());
    let (reading, sending) = (escaped(&servers.reading), escaped(&servers.sending));
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <clientConfig version=\"1.1\">\n\
         \x20 <emailProvider id=\"{domain}\">\n\
         \x20   <domain>{domain}</domain>\n\
         \x20   <displayName>{domain}</displayName>\n\
         \x20   <displayShortName>{domain}</displayShortName>\n"
    );
    // The order is the order of preference: TLS from the first byte first (RFC 8314 §3).
    for (kind, port, socket) in [("imap", servers.imaps, "SSL"), ("imap", servers.imap, "STARTTLS")] {
        push_server(&mut text, "incomingServer", kind, &reading, port, socket);
    }
    for (kind, port, socket) in
        [("smtp", servers.submissions, "SSL"), ("smtp", servers.submission, "STARTTLS")]
    {
        push_server(&mut text, "outgoingServer", kind, &sending, port, socket);
    }
    text.push_str("  </emailProvider>\n</clientConfig>\n");
    text
}

fn push_server(text: &mut String, element: &str, kind: &str, name: &str, port: Option<u16>, socket: &str) {
    let Some(port) = port else { return };
    text.push_str(&format!(
        "    <{element} type=\"{kind}\">\n\
         \x20     <hostname>{name}</hostname>\n\
         \x20     <port>{port}</port>\n\
         \x20     <socketType>{socket}</socketType>\n\
         \x20     <username>%EMAILADDRESS%</username>\n\
         \x20     <authentication>password-cleartext</authentication>\n\
         \x20   </{element}>\n"
    ));
}
