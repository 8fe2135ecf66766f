//! What the installation is called and where it is: the settings from which its own records and the mail records of
//! every domain are made.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use minijinja::{Value, context};
use model::{Address, Domain};
use zones::{Access, Exchanger, Host, Installation, StsMode, ZoneError};

use super::{Answer, Desk};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::{FieldError, refusal};
use crate::trouble::Trouble;
use crate::words::Word;

const PATH: &str = "/manager/installation";
/// What mail programs connect to, and the usual port; 0 is not offered.
const PORTS: [(&str, u16); 7] = [
    ("imaps", 993),
    ("imap", 143),
    ("submissions", 465),
    ("submission", 587),
    ("pop3s", 0),
    ("sieve", 0),
    ("https", 443),
];

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/installation", get(show).post(change)).route("/installation/suffixes", post(suffix))
}

/// `mail.example.ch 192.0.2.1 2001:db8::1`
fn host_line(host: &Host) -> String {
    let addresses = host.addresses.iter().map(ToString::to_string);
    std::iter::once(host.name.to_string()).chain(addresses).collect::<Vec<_>>().join(" ")
}

fn ports(access: &Access) -> [u16; 7] {
    [
        access.imaps,
        access.imap,
        access.submissions,
        access.submission,
        access.pop3s,
        access.sieve,
        access.https,
    ]
}

/// The value of every field, as the form has it.
fn values(known: Option<&Installation>) -> Vec<(&'static str, String)> {
    let text = |part: fn(&Installation) -> String| known.map(part).unwrap_or_default();
    let ports = known.map_or(PORTS.map(|(_, usual)| usual), |known| ports(&known.access));
    let mut all = vec![
        ("hostname", text(|one| one.hostname.to_string())),
        (
            "exchangers",
            text(|one| {
                let line = |one: &Exchanger| format!("{} {}", one.priority, host_line(&one.host));
                one.exchangers.iter().map(line).collect::<Vec<_>>().join("\n")
            }),
        ),
        ("name_servers", text(|one| one.name_servers.iter().map(host_line).collect::<Vec<_>>().join("\n"))),
        ("spf_host", text(|one| one.spf_host.to_string())),
        ("spf_sources", text(|one| one.spf_sources.join("\n"))),
        ("contact", text(|one| one.contact.to_string())),
        ("access_host", text(|one| one.access.host.to_string())),
        ("web_host", text(|one| one.web_host.to_string())),
        ("sts_mode", known.map_or(StsMode::default(), |one| one.sts_mode).as_str().to_owned()),
        (
            "block_lists",
            text(|one| one.block_lists.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        ),
    ];
    all.extend(PORTS.iter().zip(ports).map(|((name, _), port)| (*name, port.to_string())));
    all
}

async fn show(desk: Desk) -> Answer {
    form(&desk, None, &[]).await
}

async fn form(desk: &Desk, typed: Option<&Fields>, errors: &[FieldError]) -> Answer {
    let known = desk.zones().installation().await?;
    let mut fields = values(known.as_ref());
    if let Some(typed) = typed {
        for (name, value) in &mut fields {
            *value = typed.raw(name).to_owned();
        }
    }
    let domains: u64 = desk.directory().organisations().await?.iter().map(|one| one.domains).sum();
    let content = context! {
        values => Value::from_iter(fields),
        ports => PORTS.map(|(name, _)| name).to_vec(),
        spf => known.as_ref().map(Installation::spf_text),
        suffixes => known.as_ref().map(|own| own.suffixes.iter().map(ToString::to_string).collect::<Vec<_>>()),
        suffix => typed.map(|typed| typed.text("suffix")).unwrap_or_default(),
        domains,
    };
    desk.page("installation_settings.html", "installation", content, errors)
}

/// Reads what was typed, and gathers what cannot be read.
struct Reading<'a> {
    desk: &'a Desk,
    fields: &'a Fields,
    errors: Vec<FieldError>,
}

impl Reading<'_> {
    fn wrong(&mut self, field: &str, key: &str, text: &str) {
        self.errors.push(FieldError::new(field, self.desk.say(key, &[("text", Word::from(text))])));
    }

    fn name(&mut self, field: &str) -> Option<Domain> {
        self.name_in(field, self.fields.text(field).to_owned())
    }

    fn name_in(&mut self, field: &str, text: String) -> Option<Domain> {
        let parsed = Domain::parse(&text).ok();
        if parsed.is_none() {
            self.wrong(field, "host-wrong-name", &text);
        }
        parsed
    }

    fn lines(&self, field: &str) -> Vec<String> {
        self.fields
            .raw(field)
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A name and its addresses, with spaces or commas between.
    fn host(&mut self, field: &str, line: &str) -> Option<Host> {
        let mut parts = line.split([' ', ',', '\t']).filter(|part| !part.is_empty());
        let name = self.name_in(field, parts.next().unwrap_or_default().to_owned())?;
        let mut addresses = Vec::new();
        for part in parts {
            match part.parse::<IpAddr>() {
                Ok(address) => addresses.push(address),
                Err(_) => {
                    self.wrong(field, "host-wrong-address", part);
                    return None;
                }
            }
        }
        Some(Host { name, addresses })
    }

    fn exchanger(&mut self, line: &str) -> Option<Exchanger> {
        let (priority, rest) = line.split_once([' ', ',', '\t']).unwrap_or((line, ""));
        let Ok(priority) = priority.parse() else {
            self.wrong("exchangers", "installation-wrong-exchanger", line);
            return None;
        };
        Some(Exchanger { host: self.host("exchangers", rest.trim())?, priority })
    }

    fn port(&mut self, field: &str) -> u16 {
        let text = self.fields.text(field);
        match text.parse() {
            Ok(port) => port,
            Err(_) => {
                self.wrong(field, "installation-wrong-port", text);
                0
            }
        }
    }

    /// The settings, if every field can be read; the certificates stay what the program knows of them.
    fn installation(mut self, tlsa: Vec<String>) -> Result<Installation, Vec<FieldError>> {
        let (hostname, spf_host) = (self.name("hostname"), self.name("spf_host"));
        let (access_host, web_host) = (self.name("access_host"), self.name("web_host"));
        let exchangers: Vec<_> = self.lines("exchangers").iter().map(|line| self.exchanger(line)).collect();
        let name_servers: Vec<_> =
            self.lines("name_servers").iter().map(|line| self.host("name_servers", line)).collect();
        let contact = Address::parse(self.fields.text("contact")).ok();
        if contact.is_none() {
            let text = self.fields.text("contact").to_owned();
            self.wrong("contact", "people-no-address", &text);
        }
        let mut block_lists = Vec::new();
        for line in self.lines("block_lists") {
            match line.parse() {
                Ok(list) => block_lists.push(list),
                Err(_) => self.wrong("block_lists", "installation-wrong-list", &line),
            }
        }
        let [imaps, imap, submissions, submission, pop3s, sieve, https] =
            PORTS.map(|(name, _)| self.port(name));
        let sts_mode = match self.fields.text("sts_mode") {
            "testing" => StsMode::Testing,
            _ => StsMode::Enforce,
        };
        let spf_sources = self.lines("spf_sources");
        match (hostname, spf_host, access_host, web_host, contact) {
            (Some(hostname), Some(spf_host), Some(host), Some(web_host), Some(contact))
                if self.errors.is_empty() =>
            {
                Ok(Installation {
                    hostname,
                    exchangers: exchangers.into_iter().flatten().collect(),
                    name_servers: name_servers.into_iter().flatten().collect(),
                    spf_host,
                    spf_sources,
                    also_sends_from: Vec::new(),
                    suffixes: Vec::new(),
                    contact,
                    access: Access { host, imaps, imap, submissions, submission, pop3s, sieve, https },
                    web_host,
                    sts_mode,
                    tlsa,
                    block_lists,
                })
            }
            _ => Err(self.errors),
        }
    }
}

/// What a refusal is about, as the form calls it.
fn at_field(error: FieldError) -> FieldError {
    let field = match error.field.as_str() {
        "host" => "exchangers".to_owned(),
        other => other.replace(' ', "_"),
    };
    let known: Vec<&str> = values(None).iter().map(|(name, _)| *name).collect();
    error.at(&field).at_known(&known, "spf_sources")
}

async fn change(desk: Desk, fields: Fields) -> Answer {
    let zones = desk.zones();
    let tlsa = zones.installation().await?.map(|known| known.tlsa).unwrap_or_default();
    let reading = Reading { desk: &desk, fields: &fields, errors: Vec::new() };
    let wanted = match reading.installation(tlsa) {
        Ok(wanted) => wanted,
        Err(errors) => return form(&desk, Some(&fields), &errors).await,
    };
    let written = async {
        let own = zones.change_installation(wanted).await?;
        let records = zones.refresh_all().await?;
        Ok::<_, ZoneError>((
            own.changes.len() + records.changes.len(),
            own.conflicts.len() + records.conflicts.len(),
        ))
    };
    match written.await {
        Ok((changed, conflicts)) => {
            let values = [("zones", Word::from(changed)), ("conflicts", Word::from(conflicts))];
            let key = if conflicts == 0 { "installation-saved" } else { "installation-saved-conflicts" };
            desk.done(PATH, desk.say(key, &values))
        }
        Err(error) => {
            let error: Result<FieldError, Trouble> = refusal(&desk.person.guest, error);
            form(&desk, Some(&fields), &[at_field(error?)]).await
        }
    }
}

/// Publishes a suffix, with a zone of the organisation that is looked at where there is none yet; or withdraws it.
async fn suffix(desk: Desk, fields: Fields) -> Answer {
    let zones = desk.zones();
    let Ok(suffix) = Domain::parse(fields.text("suffix")) else {
        let error = FieldError::new("suffix", desk.say("suffix-wrong", &[]));
        return suffix_form(&desk, &fields, error).await;
    };
    let done = match fields.has("withdraw") {
        true => zones.withdraw_suffix(&suffix).await.map(|_| "suffix-was-withdrawn"),
        false => {
            let owner = desk.person.session.organisation;
            zones.publish_suffix(&suffix, owner).await.map(|_| "suffix-was-published")
        }
    };
    match done {
        Ok(key) => desk.done(PATH, desk.say(key, &[("suffix", Word::from(suffix.to_string()))])),
        Err(error) => {
            let error = refusal(&desk.person.guest, error)?;
            suffix_form(&desk, &fields, error.at("suffix")).await
        }
    }
}

/// The page with what was typed as a suffix; the settings are as they are kept.
async fn suffix_form(desk: &Desk, fields: &Fields, error: FieldError) -> Answer {
    let known = desk.zones().installation().await?;
    let domains: u64 = desk.directory().organisations().await?.iter().map(|one| one.domains).sum();
    let content = context! {
        values => Value::from_iter(values(known.as_ref())),
        ports => PORTS.map(|(name, _)| name).to_vec(),
        spf => known.as_ref().map(Installation::spf_text),
        suffixes => known.as_ref().map(|own| own.suffixes.iter().map(ToString::to_string).collect::<Vec<_>>()),
        suffix => fields.text("suffix"),
        domains,
    };
    desk.page("installation_settings.html", "installation", content, &[error])
}
