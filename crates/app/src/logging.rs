//! Log lines on standard error.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Starts logging as `[log]` says; the environment's `RELAIS_LOG` overrides the level.
pub(crate) fn start(log: &Log) -> Result<()> {
    let level = std::env::var("RELAIS_LOG").unwrap_or_else(|_| log.level.clone());
    let filter = EnvFilter::try_new(&level).with_context(|| format!("log.level: «{level}» is no filter"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for terminals: a journal or a file would keep their escapes.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("cannot start logging: {error}"))
}
