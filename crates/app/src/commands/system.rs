//! `relais system …`

use anyhow::Result;
use clap::Subcommand;
use directory::DirectoryError;
use serde_json::json;

use super::Platform;
use super::output::{Output, size};

/// The nodes, their disks and certificates, and when each chore was last done.
#[derive(Subcommand)]
pub enum System {
    /// Shows them.
    Show,
}

impl System {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let System::Show = self;
        if platform.scope().is_some() {
            return Err(DirectoryError::NotFound { what: "this within the organisation's scope" }.into());
        }
        let nodes = platform.installation.trail.nodes().await?;
        let mut text = String::new();
        let mut values = Vec::new();
        for node in nodes {
            let state = node.state;
            text.push_str(&format!(
                "{}  relais {}, last seen {}\n",
                state.name,
                state.version,
                node.seen_at.rfc3339()
            ));
            text.push_str(&format!("  doors        {}\n", state.doors));
            if let (Some(free), Some(all)) = (state.free_bytes, state.disk_bytes) {
                text.push_str(&format!("  disk         {} of {} are free\n", size(free), size(all)));
            }
            if let Some(ends_at) = state.certificate_ends_at {
                text.push_str(&format!(
                    "  certificate  {} until {}\n",
                    state.certificate_names,
                    ends_at.rfc3339()
                ));
            }
            let mut chores = Vec::new();
            for run in node.chores {
                let told = run.error.as_ref().map_or_else(String::new, |error| format!(": {error}"));
                text.push_str(&format!("  {}  {}{told}\n", run.ended_at.rfc3339(), run.chore));
                chores.push(json!({
                    "chore": run.chore,
                    "began_at": run.began_at.rfc3339(),
                    "ended_at": run.ended_at.rfc3339(),
                    "error": run.error,
                }));
            }
            values.push(json!({
                "name": state.name,
                "version": state.version,
                "started_at": state.started_at.rfc3339(),
                "seen_at": node.seen_at.rfc3339(),
                "doors": state.doors,
                "disk_bytes": state.disk_bytes,
                "free_bytes": state.free_bytes,
                "certificate_names": state.certificate_names,
                "certificate_ends_at": state.certificate_ends_at.map(|at| at.rfc3339()),
                "chores": chores,
            }));
        }
        if values.is_empty() {
            text.push_str("no node has said that it is there\n");
        }
        Ok(Output::new(json!({"nodes": values}), text))
    }
}
