//! `relais organisation …`

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Subcommand;
use directory::{
    AllowedSender, OrganisationChange, OrganisationInfo, OrganisationSettings, SecuringRule, SettingsChange,
};
use serde_json::{Value, json};

use super::Platform;
use super::output::{Output, card, state, table};
use super::values;

/// Tenants.
#[derive(Subcommand)]
#[expect(clippy::large_enum_variant, reason = "a run of the program has one")]
pub enum Organisation {
    /// Creates an organisation.
    Create {
        /// Its name, unique here.
        name: String,
    },
    /// Lists the organisations.
    List,
    /// Shows one.
    Show {
        /// Its name or identifier.
        organisation_called: String,
    },
    /// Shows what it says of itself: whom its people ask for help, how its pages look.
    Settings {
        /// Its name or identifier.
        organisation_called: String,
    },
    /// Renames it, asks its people for a second factor, or changes what it says of itself; an empty text takes away.
    #[command(group(clap::ArgGroup::new("news").required(true).multiple(true)))]
    Change {
        /// Its name or identifier.
        organisation_called: String,
        /// The new name.
        #[arg(long, group = "news")]
        name: Option<String>,
        /// Whether its people need a second factor to sign in.
        #[arg(long, group = "news", value_name = "yes|no", value_parser = values::yes_or_no)]
        require_second_factor: Option<bool>,
        /// Its name in law.
        #[arg(long, group = "news")]
        legal_name: Option<String>,
        /// An address for help.
        #[arg(long, group = "news")]
        support_email: Option<String>,
        /// A telephone number for help.
        #[arg(long, group = "news")]
        support_phone: Option<String>,
        /// A page for help: https://…
        #[arg(long, group = "news")]
        support_page: Option<String>,
        /// When somebody answers, in words.
        #[arg(long, group = "news")]
        support_hours: Option<String>,
        /// The name that its pages show.
        #[arg(long, group = "news")]
        brand_name: Option<String>,
        /// The colour of its pages: `#0b4f57`, dark enough for white letters on it.
        #[arg(long, group = "news")]
        brand_colour: Option<String>,
        /// The logo of its pages: a PNG, or an SVG that only draws.
        #[arg(long, group = "news", value_name = "FILE")]
        logo: Option<std::path::PathBuf>,
        /// Takes the logo away.
        #[arg(long, group = "news", conflicts_with = "logo")]
        no_logo: bool,
        /// Who alone sends secured letters from now on: an address, or a domain for all its addresses. May stand several
        /// times.
        #[arg(long = "secured-sender", group = "news", value_name = "ADDRESS_OR_DOMAIN")]
        secured_senders: Vec<AllowedSender>,
        /// Everybody sends secured letters.
        #[arg(long, group = "news", conflicts_with = "secured_senders")]
        secured_by_everybody: bool,
        /// What goes secured from now on though its sender did not say so: `confidential to clinic.example`, `registered
        /// subject Mahnung`. May stand several times.
        #[arg(long = "secured-rule", group = "news", value_name = "RULE")]
        secured_rules: Vec<SecuringRule>,
        /// No rules secure letters any more.
        #[arg(long, group = "news", conflicts_with = "secured_rules")]
        no_secured_rules: bool,
        /// What its people are told about writing secured letters.
        #[arg(long, group = "news", value_name = "TEXT")]
        secured_guidance: Option<String>,
    },
    /// Puts it and everything below out of use; nothing is lost.
    Disable {
        /// Its name or identifier.
        organisation_called: String,
    },
    /// Puts it to use again.
    Enable {
        /// Its name or identifier.
        organisation_called: String,
    },
    /// Deletes it.
    Delete {
        /// Its name or identifier.
        organisation_called: String,
        /// Also with all its domains, addresses and letters.
        #[arg(long)]
        force: bool,
    },
}

impl Organisation {
    pub(super) async fn run(self, platform: &Platform) -> Result<Output> {
        let administration = &platform.administration;
        let changed = async |name: &str, change| -> Result<Output> {
            let id = administration.organisation_called(name).await?.id;
            Ok(show(&administration.change_organisation(id, change).await?))
        };
        match self {
            Organisation::Create { name } => Ok(show(&administration.create_organisation(&name).await?)),
            Organisation::List => {
                let organisations = administration.organisations().await?;
                let rows = organisations.iter().map(|info| {
                    let cells = vec![
                        info.name.clone(),
                        info.id.to_string(),
                        info.domains.to_string(),
                        info.addresses.to_string(),
                        state(info.is_disabled),
                    ];
                    (to_json(info), cells)
                });
                Ok(table(&["NAME", "ID", "DOMAINS", "ADDRESSES", "STATE"], rows.collect()))
            }
            Organisation::Show { organisation_called } => {
                Ok(show(&administration.organisation_called(&organisation_called).await?))
            }
            Organisation::Settings { organisation_called } => {
                let info = administration.organisation_called(&organisation_called).await?;
                Ok(show_settings(&info.name, &administration.settings(info.id).await?))
            }
            Organisation::Change {
                organisation_called,
                name,
                require_second_factor,
                legal_name,
                support_email,
                support_phone,
                support_page,
                support_hours,
                brand_name,
                brand_colour,
                logo,
                no_logo,
                secured_senders,
                secured_by_everybody,
                secured_rules,
                no_secured_rules,
                secured_guidance,
            } => {
                let info = administration.organisation_called(&organisation_called).await?;
                let logo = match (logo, no_logo) {
                    (Some(file), _) => Some(Some(octets_of(&file)?)),
                    (None, true) => Some(None),
                    (None, false) => None,
                };
                // One change: all of it, or nothing.
                let change = SettingsChange {
                    name,
                    legal_name,
                    requires_second_factor: require_second_factor,
                    support_email,
                    support_phone,
                    support_page,
                    support_hours,
                    brand_name,
                    brand_colour,
                    logo,
                    secured_senders: match secured_senders.is_empty() {
                        true => secured_by_everybody.then_some(None),
                        false => Some(Some(secured_senders)),
                    },
                    secured_rules: (no_secured_rules || !secured_rules.is_empty()).then_some(secured_rules),
                    secured_guidance,
                };
                administration.change_settings(info.id, change).await?;
                Ok(show(&administration.organisation(info.id).await?))
            }
            Organisation::Disable { organisation_called } => {
                let change = OrganisationChange { is_disabled: Some(true), ..OrganisationChange::default() };
                changed(&organisation_called, change).await
            }
            Organisation::Enable { organisation_called } => {
                let change = OrganisationChange { is_disabled: Some(false), ..OrganisationChange::default() };
                changed(&organisation_called, change).await
            }
            Organisation::Delete { organisation_called, force } => {
                let info = administration.organisation_called(&organisation_called).await?;
                administration.delete_organisation(info.id, force).await?;
                Ok(Output::done(format!("«{}» is deleted", info.name)))
            }
        }
    }
}

/// Octets of a file that are read: more than a logo may have.
const FILE_OCTETS: u64 = 1024 * 1024;

fn octets_of(file: &Path) -> Result<Vec<u8>> {
    let name = file.display();
    let opened = std::fs::File::open(file).with_context(|| format!("cannot open {name}"))?;
    let mut octets = Vec::new();
    opened.take(FILE_OCTETS).read_to_end(&mut octets).with_context(|| format!("cannot read {name}"))?;
    Ok(octets)
}

fn show_settings(name: &str, settings: &OrganisationSettings) -> Output {
    let OrganisationSettings { legal_name, requires_second_factor, support, brand, secured } = settings;
    let senders: Option<Vec<String>> =
        secured.senders.as_ref().map(|all| all.iter().map(ToString::to_string).collect());
    let rules: Vec<String> = secured.rules.iter().map(ToString::to_string).collect();
    let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    let value = json!({
        "name": name,
        "legal_name": legal_name,
        "requires_second_factor": requires_second_factor,
        "support_email": support.email,
        "support_phone": support.phone,
        "support_page": support.page,
        "support_hours": support.hours,
        "brand_name": brand.name,
        "brand_colour": brand.colour,
        "has_logo": brand.has_logo,
        "secured_senders": senders,
        "secured_rules": rules,
        "secured_guidance": secured.guidance,
    });
    let fields = [
        ("name", name.to_owned()),
        ("legal name", legal_name.clone()),
        ("second factor required", yes(*requires_second_factor)),
        ("support e-mail", support.email.clone()),
        ("support telephone", support.phone.clone()),
        ("support page", support.page.clone()),
        ("support hours", support.hours.clone()),
        ("name shown", brand.name.clone()),
        ("colour", brand.colour.clone()),
        ("logo", yes(brand.has_logo)),
        ("sends secured letters", senders.map_or_else(|| "everybody".to_owned(), |all| all.join(", "))),
        ("goes secured by itself", rules.join("; ")),
        ("about secured letters", secured.guidance.clone()),
    ];
    card(value, &fields)
}

fn to_json(info: &OrganisationInfo) -> Value {
    json!({
        "id": info.id.to_string(),
        "name": info.name,
        "disabled": info.is_disabled,
        "created_at": info.created_at.rfc3339(),
        "domains": info.domains,
        "addresses": info.addresses,
    })
}

fn show(info: &OrganisationInfo) -> Output {
    card(
        to_json(info),
        &[
            ("name", info.name.clone()),
            ("id", info.id.to_string()),
            ("state", state(info.is_disabled)),
            ("created", info.created_at.rfc3339()),
            ("domains", info.domains.to_string()),
            ("addresses", info.addresses.to_string()),
        ],
    )
}
