//! Starting what is measured: `relais demo`, and `interop/peers.py mail-server`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};

const START_LIMIT: Duration = Duration::from_secs(60);
const STOP_LIMIT: Duration = Duration::from_secs(60);

/// An address and its password.
#[derive(Clone)]
pub(crate) struct Mailbox {
    pub(crate) address: String,
    pub(crate) password: String,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) name: String,
    pub(crate) smtp: SocketAddr,
    pub(crate) imap: SocketAddr,
    pub(crate) mailboxes: Vec<Mailbox>,
    /// Whose processor time, with that of all descendants, is the server's.
    pub(crate) process_ids: Vec<u32>,
    child: Child,
    /// The peers' script ends with its standard input.
    _input: Option<ChildStdin>,
}

impl Server {
    /// Debian's Postfix, which hands over to Dovecot by LMTP; sdbox, and as durable as both are by default.
    pub(crate) async fn peer(directory: &Path, mailboxes: usize) -> Result<Server> {
        let mut command = Command::new("python3");
        command.args(["interop/peers.py", "mail-server", "--directory"]).arg(directory);
        command.args(["--mailboxes", &mailboxes.to_string(), "--mailbox-format", "sdbox"]);
        command.stdin(Stdio::piped());
        let (mut child, facts) = started(command).await.context("cannot start Postfix and Dovecot")?;
        let version = |name: &str| facts["versions"][name].as_str().unwrap_or("?").to_owned();
        let process_ids = facts["process_ids"].as_array().context("no process_ids")?.iter();
        Ok(Server {
            name: format!("Postfix {} + Dovecot {}", version("postfix"), version("dovecot")),
            smtp: port(&facts["smtp_port"])?,
            imap: port(&facts["imap_port"])?,
            mailboxes: mailboxes_of(&facts["mailboxes"])?,
            process_ids: process_ids.filter_map(|id| u32::try_from(id.as_u64()?).ok()).collect(),
            _input: child.stdin.take(),
            child,
        })
    }

    /// `relais demo` with mailboxes added by the command line, as an administrator would.
    pub(crate) async fn relais(program: &Path, data: &Path, mailboxes: usize) -> Result<Server> {
        ensure!(program.exists(), "{} is not built", program.display());
        let base = free_port_base()?;
        let mut command = Command::new(program);
        command.args(["demo", "--json", "--port-base", &base.to_string(), "--data"]).arg(data);
        command.stdin(Stdio::null());
        let (child, facts) = started(command).await.context("cannot start relais demo")?;
        let mut found = mailboxes_of(&facts["addresses"])?;
        let config = data.join("relais.toml");
        for number in 0..mailboxes.saturating_sub(found.len()) {
            found.push(create_mailbox(program, &config, number).await?);
        }
        found.truncate(mailboxes.max(1));
        Ok(Server {
            name: "Relais".to_owned(),
            smtp: port(&facts["ports"]["smtp"])?,
            imap: port(&facts["ports"]["imap"])?,
            mailboxes: found,
            process_ids: vec![child.id().context("relais has ended")?],
            child,
            _input: None,
        })
    }

    /// Ends the server and waits for it.
    pub(crate) async fn stop(mut self) -> Result<()> {
        drop(self._input.take());
        let id = self.child.id().context("the server has ended by itself")?;
        // std cannot send SIGTERM, and this crate forbids unsafe code like all others.
        Command::new("kill").arg(id.to_string()).status().await?;
        tokio::time::timeout(STOP_LIMIT, self.child.wait()).await.context("the server does not end")??;
        Ok(())
    }
}

/// Starts a program that says in one line of JSON that it is ready.
async fn started(mut command: Command) -> Result<(Child, Value)> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn()?;
    let output = child.stdout.take().context("no standard output")?;
    let mut line = String::new();
    tokio::time::timeout(START_LIMIT, BufReader::new(output).read_line(&mut line))
        .await
        .context("not ready in time")??;
    let facts = serde_json::from_str(&line).with_context(|| format!("not a line of JSON: {line:?}"))?;
    Ok((child, facts))
}

/// Makes one more mailbox with a password for every protocol.
async fn create_mailbox(program: &Path, config: &Path, number: usize) -> Result<Mailbox> {
    let address = format!("load{number}@valbois.test");
    administer(program, config, &["address", "create", &address]).await?;
    let answer =
        administer(program, config, &["device-password", "create", &address, "--label", "bench"]).await?;
    let password = answer["password"].as_str().context("no password in the answer")?.to_owned();
    Ok(Mailbox { address, password })
}

async fn administer(program: &Path, config: &Path, arguments: &[&str]) -> Result<Value> {
    let output =
        Command::new(program).args(arguments).arg("--json").arg("--config").arg(config).output().await?;
    ensure!(
        output.status.success(),
        "relais {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim_end()
    );
    serde_json::from_slice(&output.stdout).context("not JSON")
}

fn port(value: &Value) -> Result<SocketAddr> {
    let port = value.as_u64().and_then(|port| u16::try_from(port).ok()).context("no port")?;
    Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
}

fn mailboxes_of(value: &Value) -> Result<Vec<Mailbox>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let mailbox = |entry: &Value| {
        Some(Mailbox { address: text(&entry["address"])?, password: text(&entry["password"])? })
    };
    let found: Option<Vec<Mailbox>> =
        value.as_array().context("no list of mailboxes")?.iter().map(mailbox).collect();
    found.context("a mailbox without address or password")
}

/// A base such that the doors that we use are free above it.
fn free_port_base() -> Result<u16> {
    (12_000..31_000)
        .step_by(1000)
        .find(|base| {
            [24, 25, 53, 80, 90, 110, 143, 190, 443, 465, 587, 993, 995]
                .iter()
                .all(|door| std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, base + door)).is_ok())
        })
        .context("no free ports")
}
