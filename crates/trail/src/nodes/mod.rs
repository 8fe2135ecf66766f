//! What the nodes say of themselves, and when each chore was last done: for the operator's page about the system.

mod rows;

use db::DbError;
use model::Timestamp;

use crate::{Trail, limits};

/// What a node says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeState {
    /// Its name in the configuration.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// When it started.
    pub started_at: Timestamp,
    /// The services that it serves: `smtp imaps https`.
    pub doors: String,
    /// Octets of the disk that holds its data, and how many are free; `None` where nobody knows.
    pub disk_bytes: Option<u64>,
    /// Octets that are free there.
    pub free_bytes: Option<u64>,
    /// The names of the certificate that its doors show.
    pub certificate_names: String,
    /// When that certificate ends.
    pub certificate_ends_at: Option<Timestamp>,
}

/// A node, with its chores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeInfo {
    /// What it said last.
    pub state: NodeState,
    /// When it said so.
    pub seen_at: Timestamp,
    /// The last run of each chore, by name.
    pub chores: Vec<ChoreRun>,
}

/// The last run of a chore on a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoreRun {
    /// What is done: `rotate keys`.
    pub chore: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Why it failed, if it did.
    pub error: Option<String>,
}

impl Trail {
    /// A node says that it is there; one that said nothing for a month is forgotten.
    pub async fn node_is_here(&self, state: NodeState, now: Timestamp) -> Result<(), DbError> {
        let long_ago = now.minus(limits::NODE_REMEMBERED_FOR);
        self.operator("a node tells that it is there")
            .write(move |tx| {
                rows::write_node(tx, &state, now)?;
                rows::forget_nodes(tx, long_ago)
            })
            .await
    }

    /// A chore was done on a node, or failed.
    pub async fn chore_was_done(&self, node: &str, run: ChoreRun) -> Result<(), DbError> {
        let node = node.to_owned();
        self.operator("a chore was done").write(move |tx| rows::write_chore(tx, &node, &run)).await
    }

    /// Every node with its chores, by name.
    pub async fn nodes(&self) -> Result<Vec<NodeInfo>, DbError> {
        self.operator("the operator looks at the nodes").read(rows::nodes).await
    }
}
