//! What an organisation says of itself: its name in law, whom its people ask for help, how its pages look, and whether
//! its people need a second factor.

mod logo;
mod rows;
mod secured;
mod securing;

use crate::administration::facts;
use db::Tx;
use model::{Address, Domain, OrganisationId};

use crate::administration::{checked_name, found, organisation_in_scope, rename_organisation};
use crate::error::DirectoryError;
use crate::{Administration, AllowedSender, Directory, Session};

pub use logo::{Logo, LogoKind};
pub use secured::SecuredSending;
pub use securing::{Occasion, SecuringRule};

type Result<T> = std::result::Result<T, DirectoryError>;

/// What an organisation says of itself; texts are empty where it says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationSettings {
    /// Its name in law.
    pub legal_name: String,
    /// Whether its people need a second factor.
    pub requires_second_factor: bool,
    /// Whom its people ask for help.
    pub support: Support,
    /// How its pages look.
    pub brand: Brand,
    /// Who of it sends secured letters.
    pub secured: SecuredSending,
}

/// First-level support.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Support {
    /// An address.
    pub email: String,
    /// A telephone number.
    pub phone: String,
    /// A page on the web.
    pub page: String,
    /// When somebody answers, in words.
    pub hours: String,
}

impl Support {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        [&self.email, &self.phone, &self.page, &self.hours].into_iter().all(String::is_empty)
    }
}

/// How pages show whose they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brand {
    /// The name shown; the organisation's where it is empty.
    pub name: String,
    /// `#rrggbb`, dark enough for white letters on it; empty for ours.
    pub colour: String,
    /// Whether there is a logo.
    pub has_logo: bool,
}

/// What to change; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// Its name in law.
    pub legal_name: Option<String>,
    /// What the organisation is called.
    pub name: Option<String>,
    /// Whether its people need a second factor.
    pub requires_second_factor: Option<bool>,
    /// An address for help.
    pub support_email: Option<String>,
    /// A telephone number for help.
    pub support_phone: Option<String>,
    /// A page for help.
    pub support_page: Option<String>,
    /// When somebody answers.
    pub support_hours: Option<String>,
    /// The name shown.
    pub brand_name: Option<String>,
    /// The colour.
    pub brand_colour: Option<String>,
    /// Another logo, or none any more.
    pub logo: Option<Option<Vec<u8>>>,
    /// Who alone sends secured letters; `Some(None)` is everybody.
    pub secured_senders: Option<Option<Vec<AllowedSender>>>,
    /// What goes secured though its sender did not say so: these rules in the place of the old ones.
    pub secured_rules: Option<Vec<SecuringRule>>,
    /// What its people are told about writing them.
    pub secured_guidance: Option<String>,
}

impl SettingsChange {
    /// The settings after the change, every text checked.
    fn applied(&self, mut settings: OrganisationSettings) -> Result<OrganisationSettings> {
        let text =
            |field, new: &Option<String>, old: &mut String, check: fn(&str) -> Option<&'static str>| {
                let Some(new) = new.as_deref().map(str::trim) else { return Ok(()) };
                if new.is_empty() {
                    old.clear();
                    return Ok(());
                }
                *old = checked_name(field, new)?;
                match check(new) {
                    None => Ok(()),
                    Some(rule) => Err(DirectoryError::Invalid { field, reason: format!("«{new}»"), rule }),
                }
            };
        text("legal_name", &self.legal_name, &mut settings.legal_name, |_| None)?;
        text("support_email", &self.support_email, &mut settings.support.email, |email| {
            Address::parse(email).is_err().then_some("an address: name@domain")
        })?;
        text("support_phone", &self.support_phone, &mut settings.support.phone, |phone| {
            let digits = phone.chars().filter(char::is_ascii_digit).count();
            let is_number = phone.chars().all(|c| c.is_ascii_digit() || "+ ()/.-".contains(c));
            (!is_number || !(3..=15).contains(&digits))
                .then_some("3 to 15 digits, with + in front for other countries")
        })?;
        text("support_page", &self.support_page, &mut settings.support.page, |page| {
            let is_page = url::Url::parse(page).is_ok_and(|url| url.scheme() == "https" && url.has_host());
            (!is_page).then_some("a page's whole address, which begins with https://")
        })?;
        text("support_hours", &self.support_hours, &mut settings.support.hours, |_| None)?;
        text("brand_name", &self.brand_name, &mut settings.brand.name, |_| None)?;
        text("brand_colour", &self.brand_colour, &mut settings.brand.colour, |colour| {
            match contrast_with_white(colour) {
                None => Some("a colour of six digits: #0b4f57"),
                // WCAG 2.2 §1.4.3: white letters stand on it.
                Some(ratio) if ratio < 4.5 => {
                    Some("white letters stand on the colour: a contrast of 4.5 or more, so a darker one")
                }
                Some(_) => None,
            }
        })?;
        if let Some(senders) = &self.secured_senders {
            settings.secured.senders = senders.as_deref().map(secured::checked_senders).transpose()?;
        }
        if let Some(rules) = &self.secured_rules {
            settings.secured.rules = securing::checked_rules(rules)?;
        }
        if let Some(guidance) = &self.secured_guidance {
            settings.secured.guidance = secured::checked_guidance(guidance)?;
        }
        if let Some(requires) = self.requires_second_factor {
            settings.requires_second_factor = requires;
        }
        Ok(settings)
    }
}

/// The contrast of `#rrggbb` with white (WCAG 2.2, relative luminance): 1 to 21.
pub fn contrast_with_white(colour: &str) -> Option<f64> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part =
        |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok().map(|part| f64::from(part) / 255.0);
    let linear = |part: f64| match part <= 0.040_45 {
        true => part / 12.92,
        false => ((part + 0.055) / 1.055).powf(2.4),
    };
    let (red, green, blue) = (linear(part(0)?), linear(part(2)?), linear(part(4)?));
    let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    Some(1.05 / (luminance + 0.05))
}

fn settings(tx: &mut Tx, organisation: OrganisationId) -> Result<OrganisationSettings> {
    Ok(rows::read(tx, organisation)?.unwrap_or_default())
}

/// Whom an organisation's people ask for help.
pub(crate) fn support(tx: &mut Tx, organisation: OrganisationId) -> Result<Support> {
    Ok(settings(tx, organisation)?.support)
}

impl Directory {
    /// Whom the people of a domain, or of a synonym of one, ask for help: their organisation says it to everybody. Empty
    /// where it says nothing, or where the domain is not hosted here.
    pub async fn support_of(&self, domain: &Domain) -> Result<Support> {
        let name = domain.as_str().to_owned();
        let operator = self.db.operator("whom the people of a domain ask for help");
        operator
            .read(move |tx| match rows::organisation_of_domain(tx, &name)? {
                Some(organisation) => support(tx, organisation),
                None => Ok(Support::default()),
            })
            .await
    }
}

impl Administration {
    /// What an organisation says of itself.
    pub async fn settings(&self, organisation: OrganisationId) -> Result<OrganisationSettings> {
        self.read(move |tx| {
            found("organisation", organisation_in_scope(tx, organisation)?)?;
            settings(tx, organisation)
        })
        .await
    }

    /// Changes what an organisation says of itself.
    pub async fn change_settings(
        &self,
        organisation: OrganisationId,
        change: SettingsChange,
    ) -> Result<OrganisationSettings> {
        let logo = match &change.logo {
            None => None,
            Some(None) => Some(None),
            Some(Some(octets)) => Some(Some(Logo::checked(octets)?)),
        };
        let name = change.name.as_deref().map(|name| checked_name("name", name)).transpose()?;
        self.act("change organisation", String::new(), move |tx| {
            let info = found("organisation", organisation_in_scope(tx, organisation)?)?;
            let of_name = |name: &str, of: &OrganisationSettings| facts::of_settings(of).with("name", name);
            let before = settings(tx, organisation)?;
            let told = trail::Told::of_thing(&info.name).before(of_name(&info.name, &before));
            if let Some(name) = &name {
                rename_organisation(tx, organisation, name)?;
            }
            let after = change.applied(before)?;
            let now = of_name(name.as_deref().unwrap_or(&info.name), &after);
            let now = match &logo {
                None => now,
                Some(None) => now.with_bool("logo", false),
                Some(Some(_)) => now.with_new("logo"),
            };
            trail::tell(tx, told.after(now));
            rows::write(tx, organisation, &after)?;
            if let Some(logo) = &logo {
                rows::set_logo(tx, organisation, logo.as_ref())?;
            }
            Ok((Some(organisation), settings(tx, organisation)?))
        })
        .await
    }
}

impl Administration {
    /// The logo of an organisation.
    pub async fn logo(&self, organisation: OrganisationId) -> Result<Option<Logo>> {
        self.read(move |tx| {
            found("organisation", organisation_in_scope(tx, organisation)?)?;
            Ok(rows::logo(tx, organisation)?)
        })
        .await
    }
}

impl Directory {
    /// The logo of the organisation that a person looks at.
    pub async fn logo(&self, session: &Session) -> Result<Option<Logo>> {
        let organisation = session.organisation;
        Ok(self.db.tenant(organisation).read(move |tx| rows::logo(tx, organisation)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::contrast_with_white;

    #[test]
    fn contrast_is_that_of_wcag() {
        for (colour, ratio) in [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#0b4f57", 9.2)] {
            let found = contrast_with_white(colour).unwrap();
            assert!((found - ratio).abs() < 0.1, "{colour}: {found}");
        }
        for wrong in ["", "#fff", "000000", "#00000g", "#é0000"] {
            assert_eq!(contrast_with_white(wrong), None, "{wrong}");
        }
    }
}
