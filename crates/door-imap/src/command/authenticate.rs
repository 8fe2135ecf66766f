//! AUTHENTICATE and LOGIN (RFC 9051 §6.2.2–6.2.3): PLAIN, LOGIN, SCRAM-SHA-256.

use directory::{Attempt, AuthProtocol, AuthRefusal, Authenticated, PlainMessage};
use wire_imap::{Code, Secret, decode_base64, encode_base64};
use zeroize::Zeroizing;

use crate::answer::{Answer, Halt, login_refusal};
use crate::command::capability;
use crate::limits;
use crate::session::{Session, User};

pub(crate) async fn login(
    session: &mut Session,
    user: &[u8],
    password: &Secret,
) -> Result<(User, Answer), Halt> {
    require_privacy(session)?;
    let attempt = attempt(session, text(user)?, text(&password.0)?);
    let outcome = session.shared.directory.authenticate(attempt).await;
    conclude(session, outcome)
}

pub(crate) async fn run(
    session: &mut Session,
    mechanism: &str,
    initial: Option<Secret>,
) -> Result<(User, Answer), Halt> {
    require_privacy(session)?;
    let initial = initial.map(|Secret(message)| message.to_vec());
    let outcome = match mechanism {
        "PLAIN" => {
            let message = match initial {
                Some(message) => message,
                None => ask(session, b"").await?,
            };
            let message =
                PlainMessage::parse(&message).map_err(|_| Answer::bad("This is no PLAIN message"))?;
            let attempt = Attempt {
                login: message.login,
                authorise_as: message.authorise_as,
                password: message.password,
                protocol: AuthProtocol::Imap,
                source: session.peer,
            };
            session.shared.directory.authenticate(attempt).await
        }
        // Not standardised; draft-murchison-sasl-login-00. Outlook uses it.
        "LOGIN" => {
            let user = match initial {
                Some(user) => user,
                None => ask(session, b"Username:").await?,
            };
            let password = ask(session, b"Password:").await?;
            let attempt = attempt(session, text(&user)?, text(&password)?);
            session.shared.directory.authenticate(attempt).await
        }
        "SCRAM-SHA-256" => scram(session, initial).await?,
        _ => return Err(Answer::no(Code::Cannot, "There is no such mechanism").into()),
    };
    conclude(session, outcome)
}

/// RFC 5802 §5, RFC 7677: two messages from each side.
async fn scram(
    session: &mut Session,
    initial: Option<Vec<u8>>,
) -> Result<Result<Authenticated, AuthRefusal>, Halt> {
    let client_first = match initial {
        Some(message) => message,
        None => ask(session, b"").await?,
    };
    let directory = session.shared.directory.clone();
    let (server_first, exchange) =
        match directory.scram_begin(&client_first, AuthProtocol::Imap, session.peer).await {
            Ok(begun) => begun,
            Err(refusal) => return Ok(Err(refusal)),
        };
    let client_final = ask(session, server_first.as_bytes()).await?;
    match directory.scram_finish(exchange, &client_final).await {
        Ok((authenticated, server_final)) => {
            // RFC 9051 §6.2.2: a server's last word goes as a challenge, which the client answers with nothing.
            ask(session, server_final.as_bytes()).await?;
            Ok(Ok(authenticated))
        }
        Err(refusal) => Ok(Err(refusal)),
    }
}

/// RFC 9051 §11.1, RFC 5530 §3: no password over a connection that others can read.
fn require_privacy(session: &Session) -> Result<(), Halt> {
    if session.may_log_in() {
        return Ok(());
    }
    Err(Answer::no(Code::PrivacyRequired, "Passwords are taken over TLS only").into())
}

fn attempt(session: &Session, login: String, password: String) -> Attempt {
    Attempt {
        login,
        authorise_as: String::new(),
        password: Zeroizing::new(password),
        protocol: AuthProtocol::Imap,
        source: session.peer,
    }
}

fn text(octets: &[u8]) -> Result<String, Halt> {
    let text = std::str::from_utf8(octets).map_err(|_| Answer::bad("Names and passwords are UTF-8"))?;
    Ok(text.to_owned())
}

/// Sends a challenge and reads the answer (`continue-req`, `base64`); `*` gives up.
async fn ask(session: &mut Session, challenge: &[u8]) -> Result<Vec<u8>, Halt> {
    session.wire.out.raw("+ ");
    encode_base64(challenge, &mut session.wire.out.0);
    session.wire.out.end();
    let line = session.wire.line(limits::IDLE_BEFORE_LOGIN).await?;
    if &line[..] == b"*" {
        return Err(Answer::bad("Given up").into());
    }
    let answer = decode_base64(&line).ok_or_else(|| Answer::bad("This is not base64"))?;
    Ok(answer)
}

fn conclude(
    session: &mut Session,
    outcome: Result<Authenticated, AuthRefusal>,
) -> Result<(User, Answer), Halt> {
    match outcome {
        Ok(authenticated) => {
            let user = User {
                account: session.shared.store.account(authenticated.account),
                address: authenticated.address.to_string(),
                credential: authenticated.credential,
            };
            tracing::info!(peer = %session.peer, account = %authenticated.account.account,
                address = %user.address, tls = session.is_tls, "logged in");
            // RFC 9051 §6.2.3: what changes by the login is told at once.
            let capabilities = capability::list(session, true);
            Ok((user, Answer::ok_with(Code::Capability(capabilities), "Logged in")))
        }
        Err(refusal) => {
            session.strikes.failed_logins += 1;
            Err(login_refusal(&refusal).into())
        }
    }
}
