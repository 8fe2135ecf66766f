//! Organisations: the owners of everything else.

use db::{Page, Seek, Tx};
use model::OrganisationId;

use super::{Administration, Result, checked_name, conflict, facts, found, in_use, name_key, rows};
use crate::entities::OrganisationInfo;
use crate::error::DirectoryError;

/// What to change of an organisation; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct OrganisationChange {
    /// A new name.
    pub name: Option<String>,
    /// Out of use, or in use again.
    pub is_disabled: Option<bool>,
}

impl Administration {
    /// Creates an organisation; only an operator can.
    pub async fn create_organisation(&self, name: &str) -> Result<OrganisationInfo> {
        self.operator_only()?;
        let name = checked_name("name", name)?;
        let (id, at) = (OrganisationId(self.new_id()), self.now());
        self.act("create organisation", name.clone(), move |tx| {
            if rows::organisation_by_name(tx, &name_key(&name))?.is_some() {
                return Err(organisation_exists(&name));
            }
            rows::insert_organisation(tx, id, &name, &name_key(&name), at)
                .map_err(conflict(|| organisation_exists(&name)))?;
            let made = found("organisation", rows::organisation(tx, id)?)?;
            trail::tell(tx, trail::Told::of_thing(&made.name).after(facts::of_organisation(&made)));
            Ok((Some(id), made))
        })
        .await
    }

    /// All organisations within the scope, by name.
    pub async fn organisations(&self) -> Result<Vec<OrganisationInfo>> {
        self.read(|tx| Ok(rows::organisations(tx)?)).await
    }

    /// As [`Administration::organisations`], a page at a time in the order they were made.
    pub async fn page_of_organisations(&self, seek: Seek) -> Result<Page<OrganisationInfo>> {
        self.read(move |tx| Ok(rows::page_of_organisations(tx, &seek)?)).await
    }

    /// An organisation by its identifier.
    pub async fn organisation(&self, id: OrganisationId) -> Result<OrganisationInfo> {
        self.read(move |tx| found("organisation", rows::organisation(tx, id)?)).await
    }

    /// An organisation by its name (any case) or by its identifier in digits.
    pub async fn organisation_called(&self, name: &str) -> Result<OrganisationInfo> {
        let key = name_key(name);
        let id = name.trim().parse().ok().map(OrganisationId);
        self.read(move |tx| {
            let by_name = rows::organisation_by_name(tx, &key)?;
            let id = found("organisation", by_name.or(id))?;
            found("organisation", rows::organisation(tx, id)?)
        })
        .await
    }

    /// Renames, disables or enables an organisation.
    pub async fn change_organisation(
        &self,
        id: OrganisationId,
        change: OrganisationChange,
    ) -> Result<OrganisationInfo> {
        let name = change.name.as_deref().map(|name| checked_name("name", name)).transpose()?;
        self.act("change organisation", String::new(), move |tx| {
            let before = found("organisation", rows::organisation(tx, id)?)?;
            if let Some(name) = &name {
                rename(tx, id, name)?;
            }
            if let Some(is_disabled) = change.is_disabled {
                rows::disable_organisation(tx, id, is_disabled)?;
            }
            let after = found("organisation", rows::organisation(tx, id)?)?;
            let told = trail::Told::of_thing(&before.name).before(facts::of_organisation(&before));
            trail::tell(tx, told.after(facts::of_organisation(&after)));
            Ok((Some(id), after))
        })
        .await
    }

    /// Deletes an organisation. With addresses it needs `force`, which deletes everything below too; the
    /// letters go later ([`crate::Directory::deleted_accounts`]).
    pub async fn delete_organisation(&self, id: OrganisationId, force: bool) -> Result<()> {
        self.operator_only()?;
        let at = self.now();
        self.act("delete organisation", String::new(), move |tx| {
            let organisation = found("organisation", rows::organisation(tx, id)?)?;
            if organisation.addresses > 0 && !force {
                return Err(in_use("organisation", organisation.name, organisation.addresses));
            }
            for domain in rows::domains_of(tx, id)? {
                rows::delete_domain(tx, id, domain, at)?;
            }
            rows::delete_organisation(tx, id, at)?;
            let told = trail::Told::of_thing(&organisation.name);
            trail::tell(
                tx,
                told.before(facts::of_organisation(&organisation).with("addresses", organisation.addresses)),
            );
            Ok((Some(id), ()))
        })
        .await
    }
}

/// Gives an organisation another name, which nobody else has.
pub(crate) fn rename(tx: &mut Tx, id: OrganisationId, name: &str) -> Result<()> {
    let other = rows::organisation_by_name(tx, &name_key(name))?;
    if other.is_some_and(|other| other != id) {
        return Err(organisation_exists(name));
    }
    rows::rename_organisation(tx, id, name, &name_key(name)).map_err(conflict(|| organisation_exists(name)))
}

fn organisation_exists(name: &str) -> DirectoryError {
    DirectoryError::Conflict {
        field: "name",
        value: name.to_owned(),
        rule: "an organisation's name exists once in the installation",
    }
}
