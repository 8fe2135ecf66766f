//! How to set up each mail program: the settings of the visitor's own domain and address, filled in. Whether an address
//! exists is not looked at; that a domain is hosted here its own records say.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use directory::Support;
use doorway_http::{Host, Problem};
use minijinja::{Value, context};
use serde::Deserialize;

use crate::autoconfig::domain_of;
use crate::{Servers, Shared, limits, pages, words};

#[derive(Deserialize)]
pub(crate) struct Question {
    address: Option<String>,
    domain: Option<String>,
    lang: Option<String>,
}

/// The programs, each with the words of its steps.
const CLIENTS: [(&str, &str, &[&str]); 6] = [
    ("thunderbird", "Thunderbird", &["step-thunderbird", "step-auto", "step-manual"]),
    ("outlook", "Outlook", &["step-outlook", "step-manual", "step-same"]),
    ("apple-mail", "Apple Mail (macOS)", &["step-apple", "step-auto", "step-manual"]),
    ("ios", "iPhone, iPad", &["step-ios", "step-auto", "step-manual"]),
    ("android", "Android", &["step-android", "step-auto", "step-manual"]),
    ("mutt", "mutt", &["step-mutt"]),
];

/// `GET /help`, `GET /help?address=anna@exemple.ch`
pub(crate) async fn page(
    State(shared): State<Arc<Shared>>,
    Extension(host): Extension<Host>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = words::language(question.lang.as_deref(), &headers);
    let short = |text: &String| text.len() <= limits::ADDRESS_BYTES;
    let address = question.address.filter(short).unwrap_or_default().trim().to_owned();
    let named = question.domain.filter(short).unwrap_or_default();
    let asked = if address.is_empty() { named.trim() } else { &address };
    let name = match domain_of(asked).unwrap_or(asked) {
        "" => host.name().unwrap_or_default().to_owned(),
        name => name.to_owned(),
    };
    // Only the domain is looked at: a mailbox's own server would tell that the mailbox exists.
    let (is_hosted, servers, support) = match shared.hosted(&name).await {
        Ok(domain) => {
            let support = shared.directory.support_of(&domain).await.map_err(|_| Problem::later())?;
            (true, shared.servers(&domain, None).await?, support)
        }
        Err(_) => (false, shared.servers.clone(), Support::default()),
    };
    let is_address = address.contains('@') && is_hosted;
    let clients: Vec<Value> = CLIENTS
        .iter()
        .map(|(id, name, steps)| {
            let steps: Vec<String> = steps.iter().map(|step| words::say(language, step, &[])).collect();
            context! { id, name, steps }
        })
        .collect();
    let content = context! {
        title => "help-title",
        asked,
        domain => name,
        is_hosted,
        address => if is_address { address.as_str() } else { "" },
        servers => listed(&servers),
        support => context! {
            is_said => !support.is_empty(),
            email => support.email,
            number => support.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect::<String>(),
            phone => support.phone,
            page => support.page,
            hours => support.hours,
        },
        clients,
        secured => secured(&shared),
        muttrc => muttrc(if is_address { &address } else { "anna@exemple.ch" }, &servers),
    };
    pages::page(language, "help.html", "/help", content)
}

/// How a letter is marked, in whichever program, that is to go secured.
fn secured(shared: &Shared) -> Value {
    let (tag, suffix) = shared.onboarding.marks();
    let modes = [("confidential", 'c'), ("personal", 'p'), ("registered", 'r')];
    let begins = |tag: &String| {
        modes.map(|(mode, letter)| context! { mode, begin => format!("<{tag}><{letter}>") }).to_vec()
    };
    context! {
        is_offered => tag.is_some() || suffix.is_some(),
        begins => tag.as_ref().map(begins),
        suffix => suffix.map(|suffix| format!("eve@example.com.{suffix}")),
    }
}

/// TLS from the first byte first (RFC 8314 §3).
fn listed(servers: &Servers) -> Vec<Value> {
    [
        ("incoming", &servers.reading, servers.imaps, "SSL/TLS"),
        ("incoming", &servers.reading, servers.imap, "STARTTLS"),
        ("outgoing", &servers.sending, servers.submissions, "SSL/TLS"),
        ("outgoing", &servers.sending, servers.submission, "STARTTLS"),
    ]
    .into_iter()
    .filter_map(|(kind, host, port, security)| {
        Some(context! { kind, host, port => port?.to_string(), security })
    })
    .collect()
}

fn muttrc(address: &str, servers: &Servers) -> String {
    let imap = match (servers.imaps, servers.imap) {
        (Some(port), _) => format!("imaps://{}:{port}/", servers.reading),
        (None, Some(port)) => format!("imap://{}:{port}/", servers.reading),
        (None, None) => String::new(),
    };
    let smtp = match (servers.submissions, servers.submission) {
        (Some(port), _) => format!("smtps://{address}@{}:{port}/", servers.sending),
        (None, Some(port)) => format!("smtp://{address}@{}:{port}/", servers.sending),
        (None, None) => String::new(),
    };
    format!(
        "set from = \"{address}\"\nset imap_user = \"{address}\"\nset folder = \"{imap}\"\n\
         set spoolfile = \"+INBOX\"\nset record = \"+Sent\"\nset postponed = \"+Drafts\"\nset smtp_url = \"{smtp}\"\n\
         set ssl_force_tls = yes\n"
    )
}
