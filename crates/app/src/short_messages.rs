//! Short messages, through the gateway that the operator chose: invitations, and codes for secured letters.

use anyhow::Result;
use db::Notices;
use mail_secure::{SHORT_MESSAGES, ShortMessage};
use model::Chain;
use thiserror::Error;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::warn;
use world::{GatewayError, GatewayRequest};

use crate::config::Sms;
use crate::installation::{Installation, MAINTENANCE_INTERVAL};

/// A short message was not sent.
#[derive(Debug, Error)]
pub(crate) enum NotSent {
    /// Nothing takes it.
    #[error("this installation has no gateway for SMS")]
    NoGateway,
    /// The gateway did not.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
}

impl NotSent {
    /// Whether the same message may be taken later.
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            NotSent::NoGateway => false,
            NotSent::Gateway(error) => error.is_temporary(),
        }
    }
}

/// Hands one short message to the gateway.
pub(crate) async fn send(installation: &Installation, to: &str, text: &str) -> Result<(), NotSent> {
    let gateway = installation.config.sms.as_ref().ok_or(NotSent::NoGateway)?;
    Ok(installation.world.send_to_gateway(&request(gateway, to, text)).await?)
}

/// Sends codes for secured letters to the telephones that their senders named, until `shutdown`; on any node.
pub(crate) async fn carry_codes(installation: Installation, mut shutdown: watch::Receiver<bool>) {
    let mut notices = installation.db.subscribe();
    loop {
        match send_codes(&installation).await {
            // There may be more than are taken at once.
            Ok(taken) if taken > 0 => continue,
            Ok(_) => {}
            Err(error) => warn!(%error, "codes for telephones wait"),
        }
        tokio::select! {
            () = asked_for(&mut notices) => {}
            () = installation.world.clock.sleep(MAINTENANCE_INTERVAL) => {}
            _ = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

/// Waits until somebody may have asked for a code.
async fn asked_for(notices: &mut Notices) {
    loop {
        match notices.recv().await {
            Ok(notice) if notice.channel != SHORT_MESSAGES => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // The database closes with the program.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Hands the codes that are due to the gateway, beside each other: whoever waits for one looks at a page. Tells how many
/// there were.
async fn send_codes(installation: &Installation) -> Result<usize> {
    let due = installation.flow.secure().due_short_messages().await?;
    let taken = due.len();
    let mut tasks: JoinSet<_> =
        due.into_iter().map(|message| send_code(installation.clone(), message)).collect();
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    Ok(taken)
}

/// What is not taken now comes again by itself, as long as its code is good for something. Neither number nor code come
/// into the log.
async fn send_code(installation: Installation, message: ShortMessage) {
    match send(&installation, message.to.number(), &message.text).await {
        Ok(()) => {}
        Err(error) if error.is_temporary() => {
            warn!(%error, to = ?message.to, "a code for a telephone waits");
            return;
        }
        Err(error) => warn!(%error, to = ?message.to, "a code for a telephone is not sent"),
    }
    if let Err(error) = installation.flow.secure().end_short_message(&message).await {
        warn!(error = %Chain(&error), "a code may go to its telephone once more");
    }
}

/// The gateway's request, with the number and the text in their places.
fn request(gateway: &Sms, to: &str, text: &str) -> GatewayRequest {
    let json = |text: &str| {
        let quoted = serde_json::Value::from(text).to_string();
        quoted[1..quoted.len() - 1].to_owned()
    };
    let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let filled = |template: &str, coded: &dyn Fn(&str) -> String| {
        // In one pass: what stands in the text is no place.
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            rest = match (after.strip_prefix("to}"), after.strip_prefix("text}")) {
                (Some(after), _) => {
                    filled.push_str(&coded(to));
                    after
                }
                (_, Some(after)) => {
                    filled.push_str(&coded(text));
                    after
                }
                _ => {
                    filled.push('{');
                    after
                }
            };
        }
        filled + rest
    };
    let is_json = gateway.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().contains("json")
    });
    GatewayRequest {
        method: gateway.method.clone(),
        url: filled(&gateway.url, &form),
        headers: gateway.headers.clone().into_iter().collect(),
        body: if is_json { filled(&gateway.body, &json) } else { filled(&gateway.body, &form) },
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use directory::{Phone, Scope};
    use mail_flow::Sending;
    use mail_secure::limits::{SHORT_MESSAGE_PAUSE, SHORT_MESSAGE_TRIES};
    use mail_secure::phone::Phones;
    use mail_secure::{Code, Language, Mode, Wanted};
    use model::{Address, Domain, Reply};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use wire_safe::Slot;
    use world::World;

    use super::{Sms, request, send_codes};
    use crate::installation::Installation;

    const LETTER: &str =
        "From: anna@valbois.test\r\nTo: zed@else.test\r\nSubject: Salaire\r\n\r\nsecret words\r\n";

    /// An installation whose gateway is there, or has none.
    async fn installation(db: db::Db, gateway: Option<&str>) -> Installation {
        let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
        let sms = gateway.map(|url| format!("[sms]\nurl = '{url}'\nbody = 'to={{to}}&text={{text}}'"));
        let sms = sms.unwrap_or_default();
        let config = format!("[node]\nhostname = 'mail.valbois.test'\ndata = '.'\n{sms}");
        let config = toml::from_str(&config).unwrap();
        let installation =
            Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing()).unwrap();
        let people = installation.directory.administration(Scope::Operator("test"), "test");
        let organisation = people.create_organisation("Valbois").await.unwrap().id;
        people.create_domain(organisation, None, &Domain::parse("valbois.test").unwrap()).await.unwrap();
        installation
    }

    /// Anna's letter to zed, whose telephone her programme names.
    async fn sent(installation: &Installation) -> Result<Slot, Reply> {
        let author = Address::parse("anna@valbois.test").unwrap();
        let organisation = installation.flow.organisation_of(&author).await.unwrap();
        let zed = Address::parse("zed@else.test").unwrap();
        let mut phones = Phones::default();
        phones.add(Some(zed.clone()), Phone::parse("+41 79 123 45 67").unwrap());
        let sending = Sending {
            organisation,
            author,
            authentication: "password of the mailbox (SMTP AUTH)".to_owned(),
            mode: Mode::Confidential,
            letter: LETTER.as_bytes().into(),
            recipients: vec![zed],
            reference: None,
            answers: None,
            language: Language::French,
            passphrase: None,
            phones,
        };
        installation.flow.send_secured(sending).await?;
        let wanted = Wanted { sender: None, recipient: None, before: None, limit: 1 };
        let letters = installation.flow.secure().letters(Some(organisation), wanted).await.unwrap();
        Ok(letters[0].copies[0].slot)
    }

    async fn ask(installation: &Installation, slot: &Slot) {
        let secure = installation.flow.secure();
        secure.send_code(slot, Language::French, [192, 0, 2, 7].into()).await.unwrap();
    }

    #[tokio::test]
    async fn a_code_goes_to_the_telephone_once_the_gateway_takes_it() {
        for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/send", listener.local_addr().unwrap());
            let installation = installation(db, Some(&url)).await;
            let slot = sent(&installation).await.unwrap();
            assert_eq!(send_codes(&installation).await.unwrap(), 0, "nobody asked for one");
            ask(&installation, &slot).await;
            let asked = gateway(listener, &["503 Busy", "202 Accepted"]);
            assert_eq!(send_codes(&installation).await.unwrap(), 1);
            assert_eq!(
                send_codes(&installation).await.unwrap(),
                0,
                "a busy gateway is left alone for a while"
            );
            installation.world.clock.advance(SHORT_MESSAGE_PAUSE);
            assert_eq!(send_codes(&installation).await.unwrap(), 1);
            installation.world.clock.advance(SHORT_MESSAGE_PAUSE);
            assert_eq!(send_codes(&installation).await.unwrap(), 0, "what was taken comes no more");
            let asked = asked.await.unwrap();
            let body = asked[1].split("\r\n\r\n").nth(1).unwrap();
            let text = body.strip_prefix("to=%2B41791234567&text=").unwrap_or_else(|| panic!("{body}"));
            assert!(
                text[8..].starts_with("+est+votre+code") && text.contains("anna%40valbois.test"),
                "{text}"
            );
            assert!(asked[0].ends_with(body), "it was the same one");
            let secure = installation.flow.secure();
            let token = secure.visit_with_code(&slot, &Code(text[..8].to_owned().into())).await.unwrap();
            let who = secure.visit(&token).await.unwrap().unwrap();
            secure.release(&slot, &who).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_gateway_that_refuses_is_not_asked_again_and_one_that_is_down_a_few_times() {
        for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/send", listener.local_addr().unwrap());
            let installation = installation(db, Some(&url)).await;
            let slot = sent(&installation).await.unwrap();
            ask(&installation, &slot).await;
            let asked = gateway(listener, &["400 Bad Request"]);
            assert_eq!(send_codes(&installation).await.unwrap(), 1);
            assert_eq!(asked.await.unwrap().len(), 1);
            installation.world.clock.advance(SHORT_MESSAGE_PAUSE);
            assert_eq!(send_codes(&installation).await.unwrap(), 0);
            // Nobody listens any more.
            ask(&installation, &slot).await;
            for _ in 0..SHORT_MESSAGE_TRIES {
                assert_eq!(send_codes(&installation).await.unwrap(), 1);
                installation.world.clock.advance(SHORT_MESSAGE_PAUSE);
            }
            assert_eq!(send_codes(&installation).await.unwrap(), 0);
        }
    }

    #[tokio::test]
    async fn without_a_gateway_a_letter_that_names_a_telephone_is_refused() {
        for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
            let refused = sent(&installation(db, None).await).await.unwrap_err().to_string();
            assert!(refused.starts_with("550") && refused.contains("sends no short messages"), "{refused}");
        }
    }

    /// Answers each request with the next status; gives what was asked.
    pub(crate) fn gateway(
        listener: TcpListener,
        statuses: &'static [&'static str],
    ) -> tokio::task::JoinHandle<Vec<String>> {
        tokio::spawn(async move {
            let mut asked = Vec::new();
            for status in statuses {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !is_whole(&request) {
                    assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0);
                }
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
                asked.push(String::from_utf8_lossy(&request).into_owned());
            }
            asked
        })
    }

    /// Whether a request has come with all of its body.
    fn is_whole(request: &[u8]) -> bool {
        let text = String::from_utf8_lossy(request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        body.len() >= length.map_or(0, |length| length.parse().expect("a number"))
    }

    #[test]
    fn number_and_text_stand_in_their_places_in_the_code_of_the_body() {
        let gateway = |kind: &str, body: &str| Sms {
            url: "https://sms.example/send?to={to}".to_owned(),
            method: "POST".to_owned(),
            headers: [("Content-Type".to_owned(), kind.to_owned())].into(),
            body: body.to_owned(),
        };
        let json = request(
            &gateway("application/json", r#"{"to":"{to}","text":"{text}"}"#),
            "+41791234567",
            "a \"b\" {to} \"c\"",
        );
        assert_eq!(json.body, r#"{"to":"+41791234567","text":"a \"b\" {to} \"c\""}"#);
        assert_eq!(json.url, "https://sms.example/send?to=%2B41791234567");
        let form = request(&gateway("application/x-www-form-urlencoded", "n={to}&t={text}"), "+417", "a b&c");
        assert_eq!(form.body, "n=%2B417&t=a+b%26c");
    }
}
