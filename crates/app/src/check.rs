//! `relais check`: would `relais serve` start with this file?

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use db::Db;

use crate::config::Config;
use crate::installation::{self, MIGRATIONS};
use crate::listeners;

/// Looks at a configuration without serving: files, database, certificate, ports.
#[derive(Args)]
pub(crate) struct Check {
    /// The configuration file.
    #[arg(long, value_name = "FILE", default_value = "relais.toml", env = "RELAIS_CONFIG")]
    config: PathBuf,
}

impl Check {
    /// Prints a line for each thing looked at; fails if one of them is wrong.
    pub(crate) async fn run(self) -> Result<()> {
        let config = Config::read(&self.config)?;
        println!("ok    {} is valid", self.config.display());
        let mut failures = 0;
        let mut tell = |what: String, result: Result<String>| match result {
            Ok(found) => println!("ok    {what}: {found}"),
            Err(error) => {
                failures += 1;
                println!("WRONG {what}: {error:#}");
            }
        };
        tell("node.data".to_owned(), writable(&config.node.data));
        tell("database".to_owned(), database(&config));
        tell("tls".to_owned(), certificate(&config));
        // Held by the server itself while it runs: then its own ports are no mistake of the file.
        let is_serving = installation::is_served(&config.node.data);
        for (purpose, address) in listeners::addresses(&config.listen) {
            let port = match std::net::TcpListener::bind(address) {
                Ok(_) => Ok("free".to_owned()),
                Err(error) if is_serving && error.kind() == std::io::ErrorKind::AddrInUse => {
                    Ok("in use, as it should be while relais serves this directory".to_owned())
                }
                Err(error) => Err(error.into()),
            };
            tell(format!("listen.{} {address}", purpose.key()), port);
        }
        // No reason not to start, but one to act.
        for (what, ends_at) in ending_keys(&config).await {
            println!(
                "CHECK the certificate of the {what} of secured letters ends on {}, and there is no next one: is `relais serve` \
                 running, and its chore that rotates keys? Without one no evidence can be made from then on",
                ends_at.rfc3339()
            );
        }
        if is_open_to_all(&config.node.data) {
            println!(
                "CHECK everybody on this machine can look into it: chmod 700 {}",
                config.node.data.display()
            );
        }
        if failures > 0 {
            bail!("{failures} of these must be mended before `relais serve` can start");
        }
        Ok(())
    }
}

fn writable(directory: &Path) -> Result<String> {
    installation::make_private(directory)?;
    let probe = directory.join(".relais-check");
    std::fs::write(&probe, b"probe")?;
    std::fs::remove_file(&probe)?;
    Ok(format!("{} can be written", directory.display()))
}

/// Letters and keys lie in it.
fn is_open_to_all(directory: &Path) -> bool {
    std::fs::metadata(directory).is_ok_and(|found| found.permissions().mode() & 0o007 != 0)
}

fn database(config: &Config) -> Result<String> {
    let db = Db::open(&config.database.url, db::Options::default())?;
    let pending = db.pending(&MIGRATIONS)?;
    Ok(match pending.len() {
        0 => "opens, its tables are up to date".to_owned(),
        count => format!("opens; {count} migrations will run at the next start"),
    })
}

/// Certificates of secured letters that ought to have a successor by now. A database that cannot be read is told above.
async fn ending_keys(config: &Config) -> Vec<(&'static str, model::Timestamp)> {
    let Ok(db) = Db::open(&config.database.url, db::Options::default()) else { return Vec::new() };
    if !db.pending(&MIGRATIONS).is_ok_and(|pending| pending.is_empty()) {
        return Vec::new();
    }
    let now = world::Clock::real().now();
    let operator = db.operator("see when the keys of secured letters end");
    operator.read(move |tx| mail_secure::ending_keys(tx, now)).await.unwrap_or_default()
}

fn certificate(config: &Config) -> Result<String> {
    let pairs = config.tls.pairs();
    if pairs.is_empty() {
        return Ok("none given: our own authority will make one".to_owned());
    }
    keys::ServerTls::from_pairs(&pairs).context("cannot be used")?;
    if let (Some(certificate), Some(key)) = (&config.gateway.certificate, &config.gateway.key) {
        keys::ServerTls::from_files(certificate, key).context("[gateway] cannot be used")?;
    }
    let files: Vec<String> = pairs.iter().map(|(certificate, _)| certificate.display().to_string()).collect();
    Ok(format!("{} and the keys fit together", files.join(", ")))
}
