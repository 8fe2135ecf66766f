//! `relais address act` and `relais address import`: many addresses at once.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use directory::{Acted, AddressJob, Choice, JobLine, JobState, NewAddressJob, SelectedAct};
use model::{Address, Domain};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, quota, table};
use super::values::QuotaArgument;

/// Lines that are read at once.
const LINES: usize = 500;
/// Octets of a file that are read: one more than a list may have.
const FILE_OCTETS: u64 = 1024 * 1024 + 1;

/// What is done with many addresses.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Act {
    /// Out of use.
    Disable,
    /// In use again.
    Enable,
    /// A quota of their own; `--quota none` is the service's.
    Quota,
    /// Deleted; each can be restored for 30 days.
    Delete,
}

/// Does one thing to many addresses: to all, or to none if one is not found.
pub(super) async fn act(
    platform: &Platform,
    act: Act,
    addresses: &[Address],
    quota: Option<QuotaArgument>,
) -> Result<Output> {
    if quota.is_some() && act != Act::Quota {
        bail!("--quota is for `address act quota` alone: nothing is done");
    }
    let mut ids = Vec::with_capacity(addresses.len());
    for address in addresses {
        ids.push(platform.administration.address_called(address).await?.id);
    }
    let act = match act {
        Act::Disable => SelectedAct::Disable,
        Act::Enable => SelectedAct::Enable,
        Act::Quota => SelectedAct::Quota(quota.and_then(|quota| quota.0)),
        Act::Delete => SelectedAct::Delete,
    };
    let done = platform.administration.act_on_addresses(ids, act).await?;
    let rows = done.each.into_iter().map(|Acted { id, address, is_changed }| {
        let value = json!({"id": id.to_string(), "address": address.to_string(), "changed": is_changed});
        let told = if is_changed { "done" } else { "passed over" };
        (value, vec![address.to_string(), id.to_string(), told.to_owned()])
    });
    Ok(table(&["ADDRESS", "ID", "RESULT"], rows.collect()))
}

/// How a list becomes addresses.
pub(super) struct Import<'a> {
    pub(super) domain: &'a Domain,
    /// `-` is standard input.
    pub(super) file: &'a Path,
    /// Only show what would come of it.
    pub(super) is_preview: bool,
    /// Leave bad lines out.
    pub(super) only_good: bool,
    /// Make a password where a line has none.
    pub(super) makes_passwords: bool,
}

impl Import<'_> {
    /// Shows what would come of the list, or makes its addresses.
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let text = self.text()?;
        let domain = administration.domain_called(self.domain).await?.id;
        let new = NewAddressJob { domain, text, makes_passwords: self.makes_passwords };
        let shown = administration.show_addresses(new).await?;
        let is_refused = shown.bad > 0 && (!self.only_good || shown.bad == shown.lines);
        if self.is_preview || is_refused {
            let lines = lines(platform, shown.id, !self.is_preview).await?;
            administration.discard_addresses(shown.id).await?;
            let status = u8::from(is_refused);
            return Ok(preview(&shown, lines).with_status(status));
        }
        let choice = if self.only_good { Choice::Good } else { Choice::All };
        administration.confirm_addresses(shown.id, choice).await?;
        platform.installation.directory.go_on_with_jobs().await?;
        let job = administration.address_job(shown.id).await?;
        let made = match job.state {
            JobState::Done => administration.fetch_made_passwords(job.id).await?,
            // A node of the platform makes them at this moment, or a line went bad meanwhile.
            JobState::Shown | JobState::Running | JobState::Failed => Vec::new(),
        };
        let mut value = to_json(&job);
        let passwords = made.iter().map(
            |(address, password)| json!({"address": address.to_string(), "password": password.as_str()}),
        );
        value["passwords"] = passwords.collect();
        let mut text = match job.state {
            JobState::Done => format!("{} addresses are made, {} lines left out\n", job.made, job.bad),
            JobState::Failed => "a line went bad meanwhile: no address is made\n".to_owned(),
            JobState::Shown | JobState::Running => {
                format!("the addresses are being made: list {}\n", job.id)
            }
        };
        for (address, password) in &made {
            text.push_str(&format!(
                "{}  {}\n",
                super::output::shown(&address.to_string()),
                password.as_str()
            ));
        }
        Ok(Output::new(value, text).with_status(u8::from(job.state == JobState::Failed)))
    }

    fn text(&self) -> Result<String> {
        let mut octets = Vec::new();
        let name = self.file.display();
        if self.file == Path::new("-") {
            std::io::stdin()
                .take(FILE_OCTETS)
                .read_to_end(&mut octets)
                .context("cannot read standard input")?;
        } else {
            let file = std::fs::File::open(self.file).with_context(|| format!("cannot open {name}"))?;
            file.take(FILE_OCTETS).read_to_end(&mut octets).with_context(|| format!("cannot read {name}"))?;
        }
        Ok(directory::text_of(&octets))
    }
}

/// The lines of a list: all, or the bad ones.
async fn lines(platform: &Platform, id: i64, only_bad: bool) -> Result<Vec<JobLine>> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let some = platform.administration.address_job_lines(id, only_bad, after, LINES).await?;
        let Some(last) = some.last() else { return Ok(all) };
        after = last.number;
        all.extend(some);
    }
}

fn preview(job: &AddressJob, lines: Vec<JobLine>) -> Output {
    let rows: Vec<(Value, Vec<String>)> = lines
        .into_iter()
        .map(|line| {
            let fault = line.fault.as_ref().map(|(fault, value)| {
                json!({"kind": fault.as_str(), "field": fault.field(), "reason": fault.reason(), "value": value})
            });
            let told = match &line.fault {
                Some((fault, value)) if value.is_empty() => fault.reason().to_owned(),
                Some((fault, value)) => format!("«{value}»: {}", fault.reason()),
                None => "good".to_owned(),
            };
            let value = json!({
                "number": line.number,
                "local_part": line.localpart,
                "name": line.display_name,
                "quota_bytes": line.quota_bytes,
                "note": line.note,
                "has_password": line.has_password,
                "fault": fault,
            });
            let own = line.quota_bytes.map_or_else(String::new, |bytes| quota(Some(bytes)));
            (value, vec![line.number.to_string(), line.localpart, line.display_name, own, told])
        })
        .collect();
    let values: Vec<Value> = rows.iter().map(|(value, _)| value.clone()).collect();
    let shown = table(&["LINE", "LOCAL PART", "NAME", "QUOTA", "RESULT"], rows).to_text();
    let mut value = to_json(job);
    // It is forgotten already.
    value["state"] = "preview".into();
    value["items"] = values.into();
    let summary = format!("{} lines, {} of them bad; nothing is made\n", job.lines, job.bad);
    Output::new(value, format!("{shown}{summary}"))
}

fn to_json(job: &AddressJob) -> Value {
    json!({
        "id": job.id.to_string(),
        "domain": job.domain_name,
        "state": job.state.as_str(),
        "lines": job.lines,
        "bad": job.bad,
        "made": job.made,
    })
}
