//! How our mail servers show themselves: the certificates with their fingerprints, and the chains to download, for those
//! who check them by hand or name them in their settings.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use doorway_http::Problem;
use gateways::Certificate;
use keys::ServerTls;
use minijinja::{Value, context};
use serde::Deserialize;

use crate::{Shared, pages, words};

/// Certificates that we show to other mail servers. Files that are replaced show through.
#[derive(Clone)]
pub struct Certificates {
    /// What port 25 shows to those who name no host.
    pub reception: ServerTls,
    /// What we show when we deliver to connected organisations.
    pub sending: ServerTls,
}

#[derive(Deserialize)]
pub(crate) struct Question {
    lang: Option<String>,
}

impl Certificates {
    /// By the names of their chains: one where it serves for both.
    fn all(&self) -> Vec<(&'static str, Vec<Certificate>)> {
        let read = |tls: &ServerTls| -> Vec<Certificate> {
            tls.chain().iter().filter_map(|certificate| Certificate::read(certificate)).collect()
        };
        let (reception, sending) = (read(&self.reception), read(&self.sending));
        if reception == sending {
            return vec![("both", reception)];
        }
        vec![("reception", reception), ("sending", sending)]
    }
}

/// `GET /certificates`
pub(crate) async fn page(
    State(shared): State<Arc<Shared>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = words::language(question.lang.as_deref(), &headers);
    let certificates = shared.certificates.as_ref().ok_or_else(Problem::not_found)?.all();
    let certificates: Vec<Value> =
        certificates.iter().filter_map(|(name, chain)| shown(name, chain)).collect();
    let content = context! {
        title => "certificates-title",
        host => shared.servers.reading,
        certificates,
    };
    pages::page(language, "certificates.html", "/certificates", content)
}

fn shown(name: &str, chain: &[Certificate]) -> Option<Value> {
    let own = chain.first()?;
    let above: Vec<&str> = chain.iter().skip(1).map(|certificate| certificate.subject.as_str()).collect();
    Some(context! {
        name,
        subject => own.subject,
        names => own.names.join(", "),
        issuer => own.issuer,
        sha1 => own.sha1,
        sha256 => own.sha256.to_string(),
        begins_at => own.begins_at.rfc3339(),
        ends_at => own.ends_at.rfc3339(),
        above,
    })
}

/// `GET /certificates/{name}.pem`: a chain, our own certificate first.
pub(crate) async fn chain(
    State(shared): State<Arc<Shared>>,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let certificates = shared.certificates.as_ref().ok_or_else(Problem::not_found)?.all();
    let wanted = file.strip_suffix(".pem").unwrap_or_default();
    let found = certificates.into_iter().find(|(name, _)| *name == wanted);
    let (name, chain) = found.ok_or_else(Problem::not_found)?;
    let text: String = chain.iter().map(Certificate::pem).collect();
    let as_file = format!("attachment; filename=\"relais-{name}.pem\"");
    let headers = [(CONTENT_TYPE, "application/x-pem-file".to_owned()), (CONTENT_DISPOSITION, as_file)];
    Ok((headers, text).into_response())
}
