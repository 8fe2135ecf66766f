//! `relais spf …`: what a domain's SPF record costs, and several records made one. Needs no installation.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use model::Domain;
use serde_json::{Value, json};
use trust::limits::{SPF_LOOKUP_LIMIT, SPF_VOID_LIMIT};
use trust::spf::{Branch, Count, Problem};

use super::judge::Resolver;
use super::output::{Output, shown};
use super::values;

/// SPF as its owner sees it.
#[derive(Subcommand)]
pub enum Spf {
    /// Counts the look-ups of a domain's record and shows the tree of its includes. Exit status 0: receivers can use
    /// it, 1: they cannot, 3: something cannot be found out.
    Count {
        /// The domain.
        #[arg(value_parser = values::domain)]
        domain: Domain,
        /// Whom to ask for names.
        #[command(flatten)]
        resolver: Resolver,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// Makes one record out of several: the mechanisms of the first one come first, and its end holds.
    Merge {
        /// Our record: `v=spf1 include:spf.example.org -all`.
        ours: String,
        /// The others, in their order.
        #[arg(required = true)]
        others: Vec<String>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
}

impl Spf {
    /// Answers and prints.
    pub async fn run(self) -> Result<ExitCode> {
        let (output, is_json) = match self {
            Spf::Count { domain, resolver, json } => {
                let count = trust::spf::count(&resolver.names()?, domain.as_str()).await;
                (counted(&count), json)
            }
            Spf::Merge { ours, others, json } => {
                let others: Vec<&str> = others.iter().map(String::as_str).collect();
                let record = zones::spf::merge(&ours, &others)?;
                (Output::new(json!({ "record": record }), format!("{record}\n")), json)
            }
        };
        super::print(&if is_json { output.to_json() } else { output.to_text() });
        Ok(ExitCode::from(output.status()))
    }
}

fn counted(count: &Count) -> Output {
    let mut text = format!(
        "look-ups: {} of {SPF_LOOKUP_LIMIT}, {} of {SPF_VOID_LIMIT} found nothing\n",
        count.lookups, count.void_lookups
    );
    draw(&count.tree, 0, &mut text);
    for problem in &count.problems {
        let word = if problem.is_grave() { "wrong" } else { "note" };
        text.push_str(&format!("{word}: {}\n", shown(&problem.to_string())));
    }
    let problems = count.problems.iter();
    let value = json!({
        "lookups": count.lookups,
        "void_lookups": count.void_lookups,
        "tree": tree(&count.tree),
        "problems": problems
            .map(|problem| json!({ "text": problem.to_string(), "grave": problem.is_grave() }))
            .collect::<Vec<_>>(),
    });
    let status = match count.problems.as_slice() {
        problems if problems.iter().any(Problem::is_grave) => 1,
        problems if problems.iter().any(|problem| matches!(problem, Problem::Later(_))) => 3,
        _ => 0,
    };
    Output::new(value, text).with_status(status)
}

/// A line for each record, those that it leads to below it.
fn draw(branch: &Branch, depth: usize, text: &mut String) {
    let name = if branch.term.is_empty() { &branch.domain } else { &branch.term };
    let record = branch.record.as_deref().unwrap_or("no record");
    let line = format!("{}{name} ({}): {record}", "  ".repeat(depth), branch.lookups);
    text.push_str(&shown(&line));
    text.push('\n');
    for below in &branch.branches {
        draw(below, depth + 1, text);
    }
}

fn tree(branch: &Branch) -> Value {
    json!({
        "term": branch.term,
        "domain": branch.domain,
        "record": branch.record,
        "lookups": branch.lookups,
        "branches": branch.branches.iter().map(tree).collect::<Vec<_>>(),
    })
}
