//! Who calls: by HTTP, by the header, by a certificate; never two of them, never in the clear.

use std::net::IpAddr;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use doorway_http::Client;
use tower::ServiceExt;

use super::*;
use crate::Certificate;

const SECURITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

fn token(expires: &str) -> String {
    format!(
        "<w:Security xmlns:w=\"{SECURITY}\" xmlns:u=\"{UTILITY}\"><u:Timestamp><u:Expires>{expires}</u:Expires></u:Timestamp>\
         <w:UsernameToken><w:Username>payroll</w:Username><w:Password>secret-payroll</w:Password></w:UsernameToken></w:Security>"
    )
}

/// What a request shows.
struct Showing {
    basic: Option<String>,
    header: String,
    certificate: Option<&'static [u8]>,
    client: Client,
}

impl Default for Showing {
    fn default() -> Showing {
        let client = Client { ip: IpAddr::from([198, 51, 100, 7]), is_tls: true };
        Showing { basic: None, header: String::new(), certificate: None, client }
    }
}

fn basic(shown: &str) -> Option<String> {
    Some(format!("Basic {}", STANDARD.encode(shown)))
}

async fn ask(showing: Showing) -> (StatusCode, String) {
    let (_, parts) = parts("https://soap.example.ch", Limits::default());
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header>{}</s:Header>\
         <s:Body><GetServiceInfo xmlns=\"urn:relais:soap:send:3.0\"/></s:Body></s:Envelope>",
        showing.header
    );
    let mut request = Request::post("/3.0/").header("Content-Type", "text/xml").extension(showing.client);
    if let Some(basic) = showing.basic {
        request = request.header("Authorization", basic);
    }
    if let Some(certificate) = showing.certificate {
        request = request.extension(Certificate(Bytes::from_static(certificate)));
    }
    let response = router(parts).oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let status = response.status();
    let octets = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
    (status, String::from_utf8(octets.to_vec()).unwrap())
}

#[track_caller]
fn known((status, text): (StatusCode, String)) {
    assert_eq!(status, StatusCode::OK, "{text}");
}

#[track_caller]
fn unknown((status, text): (StatusCode, String), words: &str) {
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{text}");
    assert!(text.contains("Client.Auth") && text.contains(words), "{text}");
}

#[tokio::test]
async fn each_way_of_saying_who_calls_is_heard() {
    known(ask(Showing { basic: basic("payroll:secret-payroll"), ..Showing::default() }).await);
    known(ask(Showing { basic: basic("zoë:secret-zoë"), ..Showing::default() }).await);
    known(ask(Showing { header: token("2099-01-01T00:00:00Z"), ..Showing::default() }).await);
    known(ask(Showing { certificate: Some(b"valbois"), ..Showing::default() }).await);
}

#[tokio::test]
async fn nobody_and_somebody_wrong_are_refused_alike() {
    unknown(ask(Showing::default()).await, "say who calls");
    for wrong in ["payroll:wrong", "nobody:secret-nobody", "payroll:", ":"] {
        unknown(ask(Showing { basic: basic(wrong), ..Showing::default() }).await, "nobody is known by this");
    }
    unknown(
        ask(Showing { certificate: Some(b"other"), ..Showing::default() }).await,
        "nobody is known by this",
    );
    for malformed in ["Basic", "Basic !!", "Bearer x", "Basic cGF5cm9sbA==", "Basic /w==", "Basic YToKYg=="] {
        unknown(
            ask(Showing { basic: Some(malformed.to_owned()), ..Showing::default() }).await,
            "no HTTP Basic",
        );
    }
    let long = format!("payroll:{}", "x".repeat(5000));
    unknown(ask(Showing { basic: basic(&long), ..Showing::default() }).await, "no HTTP Basic");
}

#[tokio::test]
async fn who_calls_is_said_once_and_in_time() {
    let both = Showing {
        basic: basic("payroll:secret-payroll"),
        header: token("2099-01-01T00:00:00Z"),
        ..Showing::default()
    };
    unknown(ask(both).await, "show who calls once");
    unknown(ask(Showing { header: token("1969-01-01T00:00:00Z"), ..Showing::default() }).await, "no moment");
    unknown(
        ask(Showing { header: token("1971-01-01T00:00:00Z"), ..Showing::default() }).await,
        "has expired",
    );
}

#[tokio::test]
async fn no_password_is_taken_in_the_clear() {
    let clear = |ip: [u8; 4]| Client { ip: IpAddr::from(ip), is_tls: false };
    let basic = || basic("payroll:secret-payroll");
    let outside = clear([198, 51, 100, 7]);
    unknown(ask(Showing { basic: basic(), client: outside, ..Showing::default() }).await, "over TLS only");
    let header = token("2099-01-01T00:00:00Z");
    unknown(ask(Showing { header, client: outside, ..Showing::default() }).await, "over TLS only");
    known(ask(Showing { basic: basic(), client: clear([127, 0, 0, 1]), ..Showing::default() }).await);
}
