//! The load: many SMTP sessions at once, each sending its share as fast as it is answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::letters::letter;

/// What to send where.
pub(crate) struct Plan {
    pub(crate) server: SocketAddr,
    pub(crate) sessions: usize,
    pub(crate) messages: usize,
    pub(crate) size_bytes: usize,
    pub(crate) round: usize,
    pub(crate) recipients: Vec<String>,
}

/// Returns when every message has had its 250.
pub(crate) async fn load(plan: Plan) -> Result<()> {
    let plan = Arc::new(plan);
    let next = Arc::new(AtomicUsize::new(0));
    let sessions: Vec<_> =
        (0..plan.sessions).map(|_| tokio::spawn(session(Arc::clone(&plan), Arc::clone(&next)))).collect();
    for session in sessions {
        session.await??;
    }
    Ok(())
}

async fn session(plan: Arc<Plan>, next: Arc<AtomicUsize>) -> Result<()> {
    let stream = TcpStream::connect(plan.server).await.context("cannot connect")?;
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    expect(&mut stream, "220").await?;
    stream.get_mut().write_all(b"EHLO load.example.org\r\n").await?;
    expect(&mut stream, "250").await?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= plan.messages {
            break;
        }
        let recipient = &plan.recipients[number % plan.recipients.len()];
        // RFC 2920 §3.1: DATA may end a pipelined group.
        let commands = format!(
            "MAIL FROM:<load@example.org> SIZE={}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n",
            plan.size_bytes
        );
        stream.get_mut().write_all(commands.as_bytes()).await?;
        let mut data = letter(plan.round * plan.messages + number, recipient, plan.size_bytes);
        data.extend_from_slice(b".\r\n");
        expect(&mut stream, "250").await?;
        expect(&mut stream, "250").await?;
        expect(&mut stream, "354").await?;
        stream.get_mut().write_all(&data).await?;
        expect(&mut stream, "250").await?;
    }
    stream.get_mut().write_all(b"QUIT\r\n").await?;
    expect(&mut stream, "221").await
}

async fn expect(stream: &mut BufReader<TcpStream>, code: &str) -> Result<()> {
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            bail!("the server closed the connection");
        }
        if !line.starts_with(code) {
            bail!("expected {code}, got {}", line.trim_end());
        }
        // RFC 5321 §4.2.1: a hyphen after the code means that more lines follow.
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(());
        }
    }
}
