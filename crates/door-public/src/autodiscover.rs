//! How Outlook finds a domain's servers: Microsoft's «plain old XML» ([MS-OXDSCLI], responseschema/2006a).

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use doorway_http::Problem;
use quick_xml::events::Event;

use crate::autoconfig::domain_of;
use crate::xml::escaped;
use crate::{Servers, Shared, limits};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
    <Autodiscover xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\">\n";

/// `POST https://autodiscover.DOMAIN/autodiscover/autodiscover.xml`
pub(crate) async fn discover(State(shared): State<Arc<Shared>>, body: String) -> Result<Response, Problem> {
    let content = [(CONTENT_TYPE, "text/xml; charset=utf-8")];
    let Some(address) = asked_address(&body) else {
        // [MS-OXDSCLI] §2.2.4.1.1.1: 600 is an invalid request.
        return Ok((content, refused(600, "Invalid Request")).into_response());
    };
    let Some(domain) = domain_of(&address) else {
        return Ok((content, refused(600, "Invalid Request")).into_response());
    };
    match shared.hosted(domain).await {
        Ok(domain) => {
            let servers = shared.servers(&domain, Some(&address)).await?;
            Ok((content, document(&address, &servers)).into_response())
        }
        // 500 there: «the email address can't be found»; it is an answer, not a failure of HTTP.
        Err(problem) if problem.status == StatusCode::NOT_FOUND => {
            Ok((content, refused(500, "The email address can't be found.")).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// The content of the question's `EMailAddress`.
fn asked_address(body: &str) -> Option<String> {
    let mut reader = quick_xml::Reader::from_str(body);
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if start.local_name().as_ref() == "EMailAddress" => {
                let text = reader.read_text(start.name()).ok()?;
                let text = quick_xml::escape::unescape(text.as_ref()).ok()?.trim().to_owned();
                return (text.len() <= limits::ADDRESS_BYTES && text.contains('@')).then_some(text);
            }
            // Nothing that this question needs stands in a document type, and much that harms.
            Event::DocType(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

/// All protocols stand within one account, or Outlook reads the first only.
fn document(address: &str, servers: &Servers) -> String {
    let address = escaped(address);
    let (reading, sending) = (escaped(&servers.reading), escaped(&servers.sending));
    let mut text = format!(
        "{HEAD}\x20 <Response xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">\n\
         \x20   <Account>\n\
         \x20     <AccountType>email</AccountType>\n\
         \x20     <Action>settings</Action>\n"
    );
    let imap = servers.imaps.map(|port| (port, "SSL")).or(servers.imap.map(|port| (port, "TLS")));
    let smtp = servers.submissions.map(|port| (port, "SSL")).or(servers.submission.map(|port| (port, "TLS")));
    for (kind, name, server) in [("IMAP", &reading, imap), ("SMTP", &sending, smtp)] {
        let Some((port, encryption)) = server else { continue };
        let ssl = if encryption == "SSL" { "on" } else { "off" };
        text.push_str(&format!(
            "      <Protocol>\n\
             \x20       <Type>{kind}</Type>\n\
             \x20       <Server>{name}</Server>\n\
             \x20       <Port>{port}</Port>\n\
             \x20       <DomainRequired>off</DomainRequired>\n\
             \x20       <LoginName>{address}</LoginName>\n\
             \x20       <SPA>off</SPA>\n\
             \x20       <SSL>{ssl}</SSL>\n\
             \x20       <Encryption>{encryption}</Encryption>\n\
             \x20       <AuthRequired>on</AuthRequired>\n"
        ));
        if kind == "SMTP" {
            text.push_str("        <UsePOPAuth>off</UsePOPAuth>\n        <SMTPLast>off</SMTPLast>\n");
        }
        text.push_str("      </Protocol>\n");
    }
    text.push_str("    </Account>\n  </Response>\n</Autodiscover>\n");
    text
}

fn refused(code: u16, message: &str) -> String {
    format!(
        "{HEAD}  <Response>\n    <Error Time=\"00:00:00\" Id=\"0\">\n      <ErrorCode>{code}</ErrorCode>\n      \
         <Message>{}</Message>\n      <DebugData />\n    </Error>\n  </Response>\n</Autodiscover>\n",
        escaped(message)
    )
}
