//! Rows of what an organisation says of itself.

use db::{DbError, Tx, values};
use model::OrganisationId;

use super::securing::lines;
use super::{Brand, Logo, LogoKind, OrganisationSettings, SecuredSending, SecuringRule, Support};
use crate::AllowedSender;

/// Addresses and domains with spaces between them.
fn senders(text: &str) -> Result<Vec<AllowedSender>, DbError> {
    let damaged = |_| DbError::Column { column: 9, expected: "senders" };
    text.split_whitespace().map(|sender| sender.parse().map_err(damaged)).collect()
}

fn rules(text: &str) -> Result<Vec<SecuringRule>, DbError> {
    let damaged = |_| DbError::Column { column: 11, expected: "rules" };
    text.lines().map(|line| line.parse().map_err(damaged)).collect()
}

pub(super) fn read(
    tx: &mut Tx,
    organisation: OrganisationId,
) -> Result<Option<OrganisationSettings>, DbError> {
    tx.query_one(
        "SELECT legal_name, requires_second_factor, support_email, support_phone, support_page, support_hours,
                brand_name, brand_colour, CASE WHEN logo IS NULL THEN 0 ELSE 1 END, secured_senders,
                secured_guidance, secured_rules
         FROM organisation_settings WHERE organisation = ?1",
        values![organisation],
        |row| {
            Ok(OrganisationSettings {
                legal_name: row.text(0)?.to_owned(),
                requires_second_factor: row.boolean(1)?,
                support: Support {
                    email: row.text(2)?.to_owned(),
                    phone: row.text(3)?.to_owned(),
                    page: row.text(4)?.to_owned(),
                    hours: row.text(5)?.to_owned(),
                },
                brand: Brand {
                    name: row.text(6)?.to_owned(),
                    colour: row.text(7)?.to_owned(),
                    has_logo: row.boolean(8)?,
                },
                secured: SecuredSending {
                    senders: row.optional_text(9)?.map(senders).transpose()?,
                    rules: rules(row.text(11)?)?,
                    guidance: row.text(10)?.to_owned(),
                },
            })
        },
    )
}

pub(super) fn organisation_of_domain(tx: &mut Tx, name: &str) -> Result<Option<OrganisationId>, DbError> {
    tx.query_one(
        "SELECT d.organisation FROM domain d JOIN organisation o ON o.id = d.organisation AND o.deleted_at IS NULL
         WHERE d.name = COALESCE((SELECT y.main FROM domain_synonym y WHERE y.name = ?1), ?1) AND o.disabled = 0",
        values![name],
        |row| Ok(OrganisationId(row.integer(0)?)),
    )
}

pub(super) fn write(
    tx: &mut Tx,
    organisation: OrganisationId,
    settings: &OrganisationSettings,
) -> Result<(), DbError> {
    let (support, brand) = (&settings.support, &settings.brand);
    tx.execute(
        "INSERT INTO organisation_settings (organisation, legal_name, requires_second_factor, support_email,
             support_phone, support_page, support_hours, brand_name, brand_colour, secured_senders, secured_guidance,
             secured_rules)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (organisation) DO UPDATE SET legal_name = excluded.legal_name,
             requires_second_factor = excluded.requires_second_factor, support_email = excluded.support_email,
             support_phone = excluded.support_phone, support_page = excluded.support_page,
             support_hours = excluded.support_hours, brand_name = excluded.brand_name,
             brand_colour = excluded.brand_colour, secured_senders = excluded.secured_senders,
             secured_guidance = excluded.secured_guidance, secured_rules = excluded.secured_rules",
        values![
            organisation,
            settings.legal_name.as_str(),
            settings.requires_second_factor,
            support.email.as_str(),
            support.phone.as_str(),
            support.page.as_str(),
            support.hours.as_str(),
            brand.name.as_str(),
            brand.colour.as_str(),
            settings.secured.senders.as_deref().map(AllowedSender::several).as_deref(),
            settings.secured.guidance.as_str(),
            lines(&settings.secured.rules).as_str()
        ],
    )?;
    Ok(())
}

pub(super) fn set_logo(
    tx: &mut Tx,
    organisation: OrganisationId,
    logo: Option<&Logo>,
) -> Result<(), DbError> {
    tx.execute(
        "UPDATE organisation_settings SET logo = ?2, logo_kind = ?3 WHERE organisation = ?1",
        values![organisation, logo.map(|logo| logo.octets.as_slice()), logo.map(|logo| logo.kind.as_str())],
    )?;
    Ok(())
}

pub(super) fn logo(tx: &mut Tx, organisation: OrganisationId) -> Result<Option<Logo>, DbError> {
    tx.query_one(
        "SELECT logo, logo_kind FROM organisation_settings WHERE organisation = ?1 AND logo IS NOT NULL",
        values![organisation],
        |row| {
            Ok(Logo {
                octets: row.bytes(0)?.to_vec(),
                kind: if row.text(1)? == "png" { LogoKind::Png } else { LogoKind::Svg },
            })
        },
    )
}
