//! Whom people ask, and what recipients are told: reading and changing both within a scope.

use db::DbError;
use directory::DirectoryError;
use model::IntegrationId;
use trail::Facts;

use crate::administration::Administration;
use crate::page::{Language, RecipientPage, proposed_name};
use crate::support::{Contact, Level};
use crate::{Result, rows};

impl Administration {
    /// Both contacts; one that was not set says nothing.
    pub async fn contacts(&self, id: IntegrationId) -> Result<Vec<(Level, Contact)>> {
        let one = self.found(id).await?;
        let known = self.read(move |tx| Ok(rows::contacts(tx, one.id, one.organisation)?)).await?;
        let contact = |level| {
            let found = known.iter().find(|(known, _)| *known == level);
            (level, found.map(|(_, contact)| contact.clone()).unwrap_or_default())
        };
        Ok(Level::EACH.into_iter().map(contact).collect())
    }

    /// Says whom to ask. The second level is the operator's help desk, and the operator's to name.
    pub async fn set_contact(&self, id: IntegrationId, level: Level, contact: Contact) -> Result<Contact> {
        if level == Level::Second && !self.is_operator() {
            return Err(DirectoryError::invalid(
                "level",
                "the second level is the operator's help desk",
                "an organisation names its own help, the operator the help desk behind it",
            ));
        }
        let contact = contact.checked()?;
        self.write(id, move |tx, hand, one| {
            let known = rows::contacts(tx, one.id, one.organisation)?;
            let before = known.into_iter().find(|(known, _)| *known == level).map(|(_, contact)| contact);
            rows::put_contact(tx, one, level, &contact)?;
            hand.audit(
                tx,
                one.organisation,
                ("change support contact of integration", format!("{} → {level}", one.name)),
                (before.as_ref().map(facts).unwrap_or_default(), facts(&contact)),
            )?;
            Ok(contact.clone())
        })
        .await
    }

    /// What recipients are told; a proposal where nothing was said.
    pub async fn page(&self, id: IntegrationId) -> Result<RecipientPage> {
        let one = self.found(id).await?;
        let name = proposed_name(one.id, &one.name);
        let found = self.read(move |tx| Ok(rows::page(tx, &one)?)).await?;
        Ok(found.unwrap_or(RecipientPage { public_name: name, ..RecipientPage::default() }))
    }

    /// Says what recipients are told.
    pub async fn set_page(&self, id: IntegrationId, page: RecipientPage) -> Result<RecipientPage> {
        let page = page.checked()?;
        let name = page.public_name.clone();
        let outcome = self
            .write(id, move |tx, hand, one| {
                if rows::is_name_taken(tx, &page.public_name, one.id)? {
                    return Err(taken(&page.public_name));
                }
                let before = rows::page(tx, one)?;
                rows::put_page(tx, one, &page)?;
                hand.audit(
                    tx,
                    one.organisation,
                    ("change recipient page of integration", one.name.clone()),
                    (before.as_ref().map(facts_of).unwrap_or_default(), facts_of(&page)),
                )?;
                Ok(page.clone())
            })
            .await;
        match outcome {
            // Two took it at the same moment.
            Err(DirectoryError::Db(DbError::Conflict { .. })) => Err(taken(&name)),
            outcome => outcome,
        }
    }
}

/// Nothing is said of whose it is.
fn taken(name: &str) -> DirectoryError {
    DirectoryError::Conflict {
        field: "public_name",
        value: name.to_owned(),
        rule: "the public name of a page exists once",
    }
}

fn facts(contact: &Contact) -> Facts {
    Facts::new()
        .with("name", &contact.name)
        .with("email", &contact.email)
        .with("phone", &contact.phone)
        .with("hours", &contact.hours)
        .with_bool("except holidays", contact.except_holidays)
}

fn facts_of(page: &RecipientPage) -> Facts {
    let own: Vec<&str> = Language::ALL
        .into_iter()
        .filter(|language| page.notice(*language).is_some())
        .map(Language::tag)
        .collect();
    Facts::new()
        .with("public name", &page.public_name)
        .with_bool("published", page.is_published)
        .with("own notice", own.join(", "))
}
