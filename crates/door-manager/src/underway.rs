//! What the header of every page tells of the organisation: changes that wait to be applied, and the operations that are
//! under way, with how far they have come.

use ::hosts::RunState;
use db::Seek;
use directory::JobState;
use minijinja::{Value, context};
use zones::OperationKind;

use crate::Shared;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::Word;

/// Lists of addresses that are looked at: the newest.
const LISTS: usize = 5;

/// What is under way in an organisation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Underway {
    /// Changes of hosts and mail servers that wait.
    pub(crate) waiting: u64,
    operations: Vec<Operation>,
}

#[derive(Clone, Debug)]
struct Operation {
    title: &'static str,
    domain: String,
    href: String,
    done: u64,
    total: u64,
}

impl Underway {
    /// What those see who administer the whole organisation.
    pub(crate) async fn of(
        shared: &Shared,
        scope: directory::Scope,
        organisation: model::OrganisationId,
    ) -> Result<Underway, Trouble> {
        let zones = shared.zones.administration(scope, String::new());
        let mut operations: Vec<Operation> = zones
            .running_operations(organisation)
            .await?
            .into_iter()
            .map(|operation| Operation {
                title: match operation.kind {
                    OperationKind::Link => "operation-link",
                    OperationKind::Main => "operation-main",
                    OperationKind::Unlink => "operation-unlink",
                    OperationKind::Synonym => "operation-synonym",
                },
                domain: operation.domain.to_string(),
                href: format!("/manager/services/{}/domains", operation.service),
                done: operation.done as u64,
                total: operation.steps().len() as u64,
            })
            .collect();
        let hosts = shared.hosts.administration(scope, String::new());
        let waiting = hosts.count_changes(Some(organisation)).await?;
        let run = hosts.last_run(Some(organisation)).await?;
        operations.extend(run.filter(|run| run.state == RunState::Running).map(|run| Operation {
            title: "run-running",
            domain: String::new(),
            href: "/manager/changes".to_owned(),
            done: run.done,
            total: run.total,
        }));
        let people = shared.directory.administration(scope, String::new());
        let lists = people.page_of_address_jobs(Seek::first(LISTS)).await?;
        operations.extend(lists.items.into_iter().filter(|list| list.state == JobState::Running).map(
            |list| Operation {
                title: "list-running-title",
                domain: list.domain_name,
                href: format!("/manager/addresses/lists/{}", list.id),
                done: list.ready,
                total: list.lines.saturating_sub(list.bad),
            },
        ));
        Ok(Underway { waiting, operations })
    }

    /// As the header shows it.
    pub(crate) fn shown(&self, guest: &Guest) -> Vec<Value> {
        self.operations
            .iter()
            .map(|one| {
                let title = guest.say(one.title, &[("domain", Word::from(one.domain.as_str()))]);
                context! { title, href => one.href, done => one.done, total => one.total.max(1) }
            })
            .collect()
    }
}
