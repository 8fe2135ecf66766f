//! The program: configuration, wiring, command line. The only crate that reads configuration and arguments.

mod check;
pub mod commands;
pub mod config;
mod demo;
mod diagnosing;
#[cfg(test)]
mod faces;
mod fsck;
mod hosting;
mod http;
pub mod installation;
mod invitations;
mod letters;
mod linking;
pub mod listeners;
mod logging;
mod notices;
mod own_letter;
mod samples;
pub mod serve;
mod setup;
mod short_messages;
mod soap;
mod upkeep;
mod watching;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use crate::config::Config;
use crate::installation::Installation;

/// A mail platform: receive, keep, read, answer.
#[derive(Parser)]
#[command(name = "relais", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "a run of the program has one")]
enum Command {
    Demo(demo::Demo),
    Setup(setup::Setup),
    Serve(Serve),
    Check(check::Check),
    /// Checks a sender or a stored message as the doors would: SPF, DKIM, DMARC, ARC.
    #[command(subcommand)]
    Judge(commands::judge::Judge),
    /// SPF records: what one costs, and several made one.
    #[command(subcommand)]
    Spf(commands::spf::Spf),
    /// Evidence of what happened to secure letters: verified offline, with published keys alone.
    #[command(subcommand)]
    Evidence(commands::evidence::Evidence),
    #[command(flatten)]
    Administration(commands::Command),
    /// Is every body that a row names there and whole?
    Fsck {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        fsck: fsck::Fsck,
    },
}

/// Opens the doors and serves until SIGTERM or SIGINT.
#[derive(Args)]
struct Serve {
    #[command(flatten)]
    place: Place,
    /// The host that this node is, instead of `node.host`: it opens only the doors of its applied roles.
    #[arg(long, value_name = "NAME.DOMAIN")]
    host: Option<String>,
}

/// Which installation.
#[derive(Args)]
pub struct Place {
    /// The installation's configuration file.
    #[arg(long, value_name = "FILE", default_value = "relais.toml", env = "RELAIS_CONFIG", global = true)]
    config: PathBuf,
}

impl Place {
    /// Opens the installation for a command.
    pub fn open(&self) -> Result<Installation> {
        Installation::open(Config::read(&self.config)?)
    }
}

impl Serve {
    async fn run(self) -> Result<()> {
        let mut config = Config::read(&self.place.config)?;
        config.node.be(self.host)?;
        logging::start(&config.log)?;
        let _lock = installation::lock(&config.node.data)?;
        let listeners = listeners::bind(&config.listen)?;
        let installation = Installation::open(config)?;
        let tls = installation.server_tls()?;
        let shutdown = serve::watch_signals(tls.clone())?;
        // Fails outside of systemd, where nobody waits for it.
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
        tracing::info!(hostname = installation.config.node.hostname, "the doors are open");
        serve::serve(&installation, listeners, &tls, shutdown).await
    }
}

/// Runs the command that the arguments name. Exit status: 0 done, 1 refused or failed, 2 the arguments are wrong.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("relais: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match cli.command {
            Command::Demo(demo) => demo.run().await.map(|()| ExitCode::SUCCESS),
            Command::Setup(setup) => setup.run().await.map(|()| ExitCode::SUCCESS),
            Command::Serve(serve) => serve.run().await.map(|()| ExitCode::SUCCESS),
            Command::Check(check) => check.run().await.map(|()| ExitCode::SUCCESS),
            Command::Judge(judge) => judge.run().await.map(|()| ExitCode::SUCCESS),
            Command::Spf(spf) => spf.run().await,
            Command::Evidence(evidence) => Ok(evidence.run()),
            Command::Administration(command) => command.run().await,
            Command::Fsck { place, fsck } => fsck.run(&place.open()?).await.map(|()| ExitCode::SUCCESS),
        }
    });
    // What still waits, such as a look-up that nobody needs any more, must not hold the exit.
    runtime.shutdown_background();
    result.unwrap_or_else(|error| {
        eprintln!("relais: {error:#}");
        ExitCode::FAILURE
    })
}
