//! `relais domain link`, `main`, `unlink`, `synonym`, `operations`: which names a mail service answers under.

use anyhow::{Result, ensure};
use clap::Args;
use model::{Domain, ServiceId};
use serde_json::{Value, json};
use zones::{LogLine, NewLink, Operation, OperationState};

use super::output::{Output, card, table};
use super::{Platform, values};

/// Operations that are listed.
const LISTED: usize = 50;

/// What is linked, and how.
#[derive(Args)]
pub struct Link {
    /// A domain of the organisation without addresses, or another name that is its own.
    #[arg(value_parser = values::domain)]
    domain: Domain,
    /// The mail service (name or identifier), where there are several.
    #[arg(long)]
    service: Option<String>,
    /// Hosts its zone here first, if it is not.
    #[arg(long)]
    create_zone: bool,
    /// Writes no mail records, also where its zone is hosted here.
    #[arg(long)]
    keep_dns: bool,
    /// Mail records in its hosted zone that are in the way go.
    #[arg(long, conflicts_with = "keep_dns")]
    replace: bool,
    /// Makes it the main domain at once.
    #[arg(long)]
    main: bool,
}

impl Link {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let service = match &self.service {
            Some(service) => platform.service(service).await?,
            None => only_service(platform).await?,
        };
        // The scope was asked above; whoever sits at the machine is the operator, and proves nothing.
        let zones = platform.installation.zones.administration(super::OPERATOR, platform.who.clone());
        let new = NewLink {
            service,
            name: self.domain,
            create_zone: self.create_zone,
            update_dns: !self.keep_dns,
            replace: self.replace,
            make_main: self.main,
        };
        carried(platform, zones.begin_link(new).await?).await
    }
}

async fn only_service(platform: &Platform) -> Result<ServiceId> {
    let organisation = platform.owner().await?;
    let services = platform.administration.services(Some(organisation)).await?;
    ensure!(services.len() == 1, "there are {} mail services: --service names one", services.len());
    Ok(services[0].id)
}

/// The service of a domain within the scope.
async fn service_of(platform: &Platform, domain: &Domain) -> Result<ServiceId> {
    Ok(platform.administration.domain_called(domain).await?.service)
}

pub(super) async fn make_main(platform: &Platform, domain: &Domain) -> Result<Output> {
    let service = service_of(platform, domain).await?;
    carried(platform, platform.zones().begin_main(service, domain).await?).await
}

pub(super) async fn make_synonym(platform: &Platform, domain: &Domain) -> Result<Output> {
    let service = service_of(platform, domain).await?;
    carried(platform, platform.zones().begin_synonym(service, domain).await?).await
}

pub(super) async fn unlink(platform: &Platform, domain: &Domain, dry_run: bool) -> Result<Output> {
    let service = service_of(platform, domain).await?;
    if !dry_run {
        return carried(platform, platform.zones().begin_unlink(service, domain).await?).await;
    }
    let (unlinked, records) = platform.zones().unlinked(service, domain).await?;
    let examples: Vec<String> = unlinked.examples.iter().map(ToString::to_string).collect();
    let json = json!({
        "addresses": unlinked.addresses,
        "examples": examples,
        "leading_there": unlinked.leading_there,
        "records": records,
    });
    let fields = [
        ("addresses that stop answering", unlinked.addresses.to_string()),
        ("among them", examples.join(", ")),
        ("addresses that lead to one of them", unlinked.leading_there.to_string()),
        ("mail records that go", records.to_string()),
    ];
    Ok(card(json, &fields))
}

pub(super) async fn list(platform: &Platform, service: Option<String>) -> Result<Output> {
    let service = match service {
        Some(service) => platform.service(&service).await?,
        None => only_service(platform).await?,
    };
    let seek = db::Seek { after: None, limit: LISTED };
    let operations = platform.zones().page_of_operations(service, seek).await?.items;
    let rows = operations.iter().map(|operation| {
        let cells = vec![
            operation.id.to_string(),
            operation.kind.as_str().to_owned(),
            operation.domain.to_string(),
            operation.state.as_str().to_owned(),
            format!("{}/{}", operation.done, operation.steps().len()),
            operation.who.clone(),
            operation.started_at.rfc3339(),
        ];
        (to_json(operation, &[]), cells)
    });
    Ok(table(&["ID", "KIND", "DOMAIN", "STATE", "STEPS", "WHO", "BEGAN"], rows.collect()))
}

/// Carries the operation here and now; should this process die, whoever serves goes on.
async fn carried(platform: &Platform, operation: Operation) -> Result<Output> {
    let operation = platform.installation.zones.carry(operation.id).await?;
    let (operation, lines) = platform.zones().operation(operation.id).await?;
    let mut fields = vec![
        ("operation", operation.id.to_string()),
        ("kind", operation.kind.as_str().to_owned()),
        ("domain", operation.domain.to_string()),
        ("state", operation.state.as_str().to_owned()),
        ("steps", format!("{}/{}", operation.done, operation.steps().len())),
    ];
    fields.extend(lines.iter().map(|line| ("log", line.to_string())));
    if let Some(failure) = &operation.failure {
        fields.push(("rule", failure.rule.clone()));
    }
    let status = if operation.state == OperationState::Failed { 1 } else { 0 };
    Ok(card(to_json(&operation, &lines), &fields).with_status(status))
}

fn to_json(operation: &Operation, lines: &[LogLine]) -> Value {
    json!({
        "id": operation.id.to_string(),
        "service": operation.service.to_string(),
        "kind": operation.kind.as_str(),
        "domain": operation.domain.to_string(),
        "state": operation.state.as_str(),
        "steps": operation.steps().iter().map(|step| step.as_str()).collect::<Vec<_>>(),
        "done": operation.done,
        "who": operation.who,
        "started_at": operation.started_at.rfc3339(),
        "ended_at": operation.ended_at.map(|at| at.rfc3339()),
        "failure": operation.failure.as_ref().map(|failure| failure.reason.clone()),
        "rule": operation.failure.as_ref().map(|failure| failure.rule.clone()),
        "log": lines.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
