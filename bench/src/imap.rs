//! As much of an IMAP client as the measurements need, cheap enough not to be measured itself.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::letters::letter;
use crate::servers::Mailbox;

/// The folder that is listed.
pub(crate) const LARGE_FOLDER: &str = "Large";
const APPEND_SESSIONS: usize = 8;
const APPEND_BATCH: usize = 200;
const LISTED_SIZE_BYTES: usize = 1200;
const READ_BUFFER_BYTES: usize = 256 * 1024;

/// A logged-in session.
pub(crate) struct Session {
    stream: TcpStream,
    buffer: Vec<u8>,
    number: u32,
}

impl Session {
    /// Connects and logs in, in the clear on loopback.
    pub(crate) async fn login(server: SocketAddr, mailbox: &Mailbox) -> Result<Session> {
        let stream = TcpStream::connect(server).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let mut session = Session { stream, buffer: vec![0; READ_BUFFER_BYTES], number: 0 };
        let count = session.stream.read(&mut session.buffer).await?;
        ensure!(session.buffer[..count].starts_with(b"* OK"), "no greeting");
        session.command(&format!("LOGIN {} {}", mailbox.address, mailbox.password)).await?;
        Ok(session)
    }

    /// Sends a command and gives everything that was answered; not OK is an error.
    pub(crate) async fn command(&mut self, text: &str) -> Result<String> {
        let tag = self.send(text.as_bytes()).await?;
        self.until(&tag).await
    }

    async fn send(&mut self, text: &[u8]) -> Result<String> {
        self.number += 1;
        let tag = format!("b{}", self.number);
        let mut line = format!("{tag} ").into_bytes();
        line.extend_from_slice(text);
        line.extend_from_slice(b"\r\n");
        self.stream.write_all(&line).await?;
        Ok(tag)
    }

    async fn until(&mut self, tag: &str) -> Result<String> {
        let mut answer = Vec::new();
        loop {
            let count = self.stream.read(&mut self.buffer).await?;
            ensure!(count > 0, "the server closed the connection");
            answer.extend_from_slice(&self.buffer[..count]);
            if let Some(at) = tagged_line(&answer, tag) {
                let line = String::from_utf8_lossy(&answer[at..]).into_owned();
                ensure!(line[tag.len() + 1..].starts_with("OK"), "{}", line.trim_end());
                return Ok(String::from_utf8_lossy(&answer).into_owned());
            }
        }
    }

    /// Sends a command and counts the FETCH responses and bytes of the answer, keeping nothing.
    pub(crate) async fn stream(&mut self, text: &str) -> Result<(usize, u64)> {
        let tag = self.send(text.as_bytes()).await?;
        let ok = format!("\n{tag} OK");
        let mut lines = 0;
        let mut bytes = 0;
        let mut tail = Vec::new();
        loop {
            let count = self.stream.read(&mut self.buffer).await?;
            ensure!(count > 0, "the server closed the connection");
            let chunk = &self.buffer[..count];
            bytes += count as u64;
            lines += chunk.iter().filter(|&&byte| byte == b'\n').count();
            tail.extend_from_slice(&chunk[count.saturating_sub(400)..]);
            tail.drain(..tail.len().saturating_sub(400));
            if tail.ends_with(b"\r\n") {
                let text = String::from_utf8_lossy(&tail);
                if text.contains(&ok) {
                    return Ok((lines, bytes));
                }
                if text.contains(&format!("\n{tag} ")) {
                    bail!("{}", text.trim_end());
                }
            }
        }
    }
}

/// Where the line with the tag begins, when it is there whole.
fn tagged_line(answer: &[u8], tag: &str) -> Option<usize> {
    if !answer.ends_with(b"\n") {
        return None;
    }
    let at = answer[..answer.len() - 1].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    answer[at..].starts_with(format!("{tag} ").as_bytes()).then_some(at)
}

/// One session per mailbox, opened before the clock starts, to ask how many messages there are.
pub(crate) struct Watch {
    sessions: Vec<Session>,
}

impl Watch {
    /// Logs in to every mailbox.
    pub(crate) async fn open(server: SocketAddr, mailboxes: &[Mailbox]) -> Result<Watch> {
        let mut sessions = Vec::new();
        for mailbox in mailboxes {
            sessions.push(Session::login(server, mailbox).await?);
        }
        Ok(Watch { sessions })
    }

    /// The messages in all INBOXes together.
    pub(crate) async fn messages(&mut self) -> Result<u64> {
        let mut sum = 0;
        for session in &mut self.sessions {
            let answer = session.command("STATUS INBOX (MESSAGES)").await?;
            let number: String = answer
                .split_once("(MESSAGES ")
                .context("no MESSAGES in the answer to STATUS")?
                .1
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            sum += number.parse::<u64>()?;
        }
        Ok(sum)
    }

    /// Logs out everywhere.
    pub(crate) async fn close(&mut self) {
        for session in &mut self.sessions {
            // The server may be quicker in closing than we in reading.
            session.command("LOGOUT").await.ok();
        }
    }
}

/// Puts messages into the large folder by APPEND: many in one command where the server can, else one after the other.
pub(crate) async fn fill(server: SocketAddr, mailbox: &Mailbox, messages: usize) -> Result<()> {
    let mut session = Session::login(server, mailbox).await?;
    session.command(&format!("CREATE {LARGE_FOLDER}")).await?;
    let capabilities = session.command("CAPABILITY").await?;
    let batch = if capabilities.contains("MULTIAPPEND") { APPEND_BATCH } else { 1 };
    ensure!(
        capabilities.contains("LITERAL+") || capabilities.contains("LITERAL-"),
        "no non-synchronising literals"
    );
    let share = messages.div_ceil(APPEND_SESSIONS);
    let tasks: Vec<_> = (0..APPEND_SESSIONS)
        .map(|index| {
            let mailbox = mailbox.clone();
            let numbers = (index * share).min(messages)..((index + 1) * share).min(messages);
            tokio::spawn(async move { append(server, &mailbox, numbers, batch).await })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

async fn append(
    server: SocketAddr,
    mailbox: &Mailbox,
    numbers: std::ops::Range<usize>,
    batch: usize,
) -> Result<()> {
    let mut session = Session::login(server, mailbox).await?;
    let numbers: Vec<usize> = numbers.collect();
    for some in numbers.chunks(batch) {
        let mut command = format!("APPEND {LARGE_FOLDER}").into_bytes();
        for &number in some {
            let data = letter(number, &mailbox.address, LISTED_SIZE_BYTES);
            command.extend_from_slice(format!(" (\\Seen) {{{}+}}\r\n", data.len()).as_bytes());
            command.extend_from_slice(&data);
        }
        let tag = session.send(&command).await?;
        session.until(&tag).await?;
    }
    session.command("LOGOUT").await.ok();
    Ok(())
}
