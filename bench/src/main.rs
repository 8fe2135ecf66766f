//! The benchmark: the same load on Relais and on Debian's Postfix + Dovecot, one after the other, in one run.
//!
//! ```text
//! cargo run --release -p bench                 both, everything (needs root, postfix, dovecot, python3)
//! cargo run --release -p bench -- --smoke      a few hundred messages: does it still work?
//! ```
//!
//! What is measured, and how, stands in docs/performance.md. The peers' configuration is that of the interop tests:
//! `interop/peers.py mail-server`.

mod imap;
mod letters;
mod processes;
mod report;
mod servers;
mod smtp;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Parser;

use processes::Processes;
use report::{Listing, Load, Report, Side};
use servers::Server;

/// How long all messages of one load may take to be accepted and in the mailboxes.
const LOAD_LIMIT: Duration = Duration::from_secs(600);
/// How often the mailboxes are asked, after everything has been accepted.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Measures Relais beside Debian's Postfix and Dovecot.
#[derive(Parser)]
struct Arguments {
    /// Small numbers: only to see that everything works.
    #[arg(long)]
    smoke: bool,
    /// The program to measure.
    #[arg(long, default_value = "target/release/relais")]
    relais: PathBuf,
    /// Messages per load.
    #[arg(long)]
    messages: Option<usize>,
    /// Loads on each server; the median counts.
    #[arg(long)]
    rounds: Option<usize>,
    /// SMTP sessions at once.
    #[arg(long, default_value_t = 50)]
    sessions: usize,
    /// Mailboxes that the messages are spread over.
    #[arg(long, default_value_t = 50)]
    mailboxes: usize,
    /// Size of each message.
    #[arg(long, default_value_t = 4096)]
    size_bytes: usize,
    /// Messages in the folder that is listed; 0 leaves the listing out.
    #[arg(long)]
    listing: Option<usize>,
    /// Only this server: relais or peer.
    #[arg(long)]
    only: Option<String>,
    /// Where the servers' data lies while the benchmark runs: a real disk.
    #[arg(long, default_value = "/var/tmp")]
    directory: PathBuf,
    /// Also write the figures as JSON to this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// The numbers of one run.
struct Plan {
    messages: usize,
    rounds: usize,
    sessions: usize,
    size_bytes: usize,
    listing: usize,
    listing_runs: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let plan = Plan {
        messages: arguments.messages.unwrap_or(if arguments.smoke { 300 } else { 10_000 }),
        rounds: arguments.rounds.unwrap_or(if arguments.smoke { 1 } else { 3 }),
        sessions: arguments.sessions,
        size_bytes: arguments.size_bytes,
        listing: arguments.listing.unwrap_or(if arguments.smoke { 500 } else { 100_000 }),
        listing_runs: if arguments.smoke { 2 } else { 7 },
    };
    let directory = arguments.directory.join(format!("relais-bench-{}", std::process::id()));
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let result = run(&arguments, &plan, &directory).await;
    std::fs::remove_dir_all(&directory).with_context(|| format!("cannot remove {}", directory.display()))?;
    let report = result?;
    print!("{}", report.table());
    if let Some(file) = &arguments.json {
        let text = serde_json::to_string_pretty(&report.json())?;
        std::fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// Starts the servers, loads them in turn, and stops them, also when something fails.
async fn run(arguments: &Arguments, plan: &Plan, directory: &std::path::Path) -> Result<Report> {
    let wanted = |name: &str| arguments.only.as_deref().is_none_or(|only| only == name);
    let mut servers = Vec::new();
    if wanted("peer") {
        servers.push(Server::peer(&directory.join("peer"), arguments.mailboxes).await?);
    }
    if wanted("relais") {
        servers
            .push(Server::relais(&arguments.relais, &directory.join("relais"), arguments.mailboxes).await?);
    }
    ensure!(!servers.is_empty(), "--only knows relais and peer");

    let mut sides: Vec<Side> = servers.iter().map(Side::of).collect();
    for (server, side) in servers.iter().zip(&mut sides) {
        // Let what the start still does in the background come to its end.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let at_rest = Processes::below(&server.process_ids)?;
        side.memory_at_rest_bytes = at_rest.memory_bytes;
        side.resident_at_rest_bytes = at_rest.resident_bytes;
    }
    // In turn, so that a slow minute of the machine hits both.
    for round in 0..plan.rounds {
        for (server, side) in servers.iter().zip(&mut sides) {
            let load = measure_load(server, plan, round)
                .await
                .with_context(|| format!("loading {}", server.name))?;
            eprintln!("{} load {}: {load}", server.name, round + 1);
            side.loads.push(load);
        }
    }
    if plan.listing > 0 {
        for server in &servers {
            let began = Instant::now();
            imap::fill(server.imap, &server.mailboxes[0], plan.listing)
                .await
                .with_context(|| format!("filling {}", server.name))?;
            eprintln!(
                "{}: {} messages appended in {:.1} s",
                server.name,
                plan.listing,
                began.elapsed().as_secs_f64()
            );
        }
        // The first listing warms the caches of both and is not counted.
        for run in 0..=plan.listing_runs {
            for (server, side) in servers.iter().zip(&mut sides) {
                let listing = measure_listing(server, plan)
                    .await
                    .with_context(|| format!("listing {}", server.name))?;
                if run > 0 {
                    side.listings.push(listing);
                }
            }
        }
    }
    for (server, side) in servers.into_iter().zip(&mut sides) {
        side.memory_after_bytes = Processes::below(&server.process_ids)?.memory_bytes;
        server.stop().await?;
    }
    Ok(Report {
        plan_messages: plan.messages,
        plan_sessions: plan.sessions,
        plan_size_bytes: plan.size_bytes,
        plan_listing: plan.listing,
        sides,
    })
}

/// From the first connection until every message is in its mailbox.
async fn measure_load(server: &Server, plan: &Plan, round: usize) -> Result<Load> {
    let mut watch = imap::Watch::open(server.imap, &server.mailboxes).await?;
    let before_count = watch.messages().await?;
    let before = Processes::below(&server.process_ids)?;
    let began = Instant::now();
    let recipients: Vec<String> = server.mailboxes.iter().map(|mailbox| mailbox.address.clone()).collect();
    smtp::load(smtp::Plan {
        server: server.smtp,
        sessions: plan.sessions,
        messages: plan.messages,
        size_bytes: plan.size_bytes,
        round,
        recipients,
    })
    .await?;
    let accepted = began.elapsed();
    loop {
        let now = watch.messages().await?;
        ensure!(now <= before_count + plan.messages as u64, "there are more messages than were sent");
        if now == before_count + plan.messages as u64 {
            break;
        }
        ensure!(began.elapsed() < LOAD_LIMIT, "{} of {} arrived", now - before_count, plan.messages);
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    let in_mailboxes = began.elapsed();
    let after = Processes::below(&server.process_ids)?;
    watch.close().await;
    Ok(Load { messages: plan.messages, accepted, in_mailboxes, cpu: after.cpu - before.cpu })
}

/// One listing of the large folder.
async fn measure_listing(server: &Server, plan: &Plan) -> Result<Listing> {
    let mut session = imap::Session::login(server.imap, &server.mailboxes[0]).await?;
    session.command(&format!("SELECT {}", imap::LARGE_FOLDER)).await?;
    let before = Processes::below(&server.process_ids)?;
    let began = Instant::now();
    let (lines, bytes) = session.stream("UID FETCH 1:* (FLAGS ENVELOPE)").await?;
    let took = began.elapsed();
    let after = Processes::below(&server.process_ids)?;
    ensure!(lines >= plan.listing, "only {lines} of {} messages were listed", plan.listing);
    session.command("LOGOUT").await.ok();
    Ok(Listing { took, cpu: after.cpu - before.cpu, bytes })
}
