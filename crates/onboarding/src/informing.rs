//! The letter that tells recipients what to expect, before the first secured letter comes: who is to get it, who got it.
//! It says what the published page says, it goes to each address once, and so many a day: nothing to send advertising with.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use db::{Page, Seek};
use directory::DirectoryError;
use model::{Address, IntegrationId, OrganisationId, Timestamp};
use trail::Facts;

use crate::administration::Administration;
use crate::limits::{
    RECIPIENT_LETTER_TIME, RECIPIENT_LETTERS_AT_ONCE, RECIPIENTS_PER_DAY, RECIPIENTS_TIME,
    REFUSAL_LIMIT_CHARACTERS,
};
use crate::page::{Language, PublicPage};
use crate::rows::informing as rows;
use crate::{Onboarding, Result, recipients};

/// What became of a list of recipients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// So many get a letter now.
    pub asked: usize,
    /// So many had one before, or are about to.
    pub known: usize,
}

/// How far the letter to a recipient is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterState {
    /// It waits to be posted.
    Waiting,
    /// It was put into the queue.
    Posted(Timestamp),
    /// It was refused for good, with this reply; who is named once more gets it tried again.
    Refused(String),
}

impl LetterState {
    /// The word in commands and API.
    pub fn as_str(&self) -> &'static str {
        match self {
            LetterState::Waiting => "waiting",
            LetterState::Posted(_) => "posted",
            LetterState::Refused(_) => "refused",
        }
    }
}

/// A recipient who is informed, or about to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Informed {
    /// Its place in the list.
    pub id: i64,
    /// Who, as the address was written.
    pub address: Address,
    /// In which language.
    pub language: Language,
    /// When the letter was asked for.
    pub asked_at: Timestamp,
    /// By whom.
    pub asked_by: String,
    /// How far it is.
    pub state: LetterState,
}

/// How many recipients an integration informs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InformedCount {
    /// Whose letter is in the queue, or has left it.
    pub posted: usize,
    /// Whose letter waits.
    pub waiting: usize,
    /// Whose letter was refused for good.
    pub refused: usize,
}

impl InformedCount {
    /// All of them.
    pub fn total(self) -> usize {
        self.posted + self.waiting + self.refused
    }
}

/// A letter that is to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientLetter {
    /// The same each time it is tried.
    pub id: i64,
    /// Whose recipient it is.
    pub organisation: OrganisationId,
    /// To whom.
    pub address: Address,
    /// In which language.
    pub language: Language,
    /// When it was asked for.
    pub asked_at: Timestamp,
    /// What it says, as it is published now, in that language.
    pub page: PublicPage,
}

impl Administration {
    /// Has a letter written to each recipient of a pasted list who had none of this organisation; the page has to be
    /// published. Nothing of it is done where anything of it is refused.
    ///
    /// # Errors
    /// `addresses` where the list has an entry that is no address, names nobody or too many, or more than an organisation
    /// informs in a day; `published` where the page is not.
    pub async fn inform(&self, id: IntegrationId, list: &str, language: Language) -> Result<Asked> {
        let addresses = recipients::read(list, &self.onboarding.flow.secure().settings().marks.suffixes)?;
        let world = &self.onboarding.world;
        let rows: Vec<(i64, Address)> =
            addresses.into_iter().map(|address| (world.new_id(), address)).collect();
        self.write(id, move |tx, hand, one| {
            if !crate::rows::page(tx, one)?.is_some_and(|page| page.is_published) {
                return Err(DirectoryError::invalid(
                    "published",
                    "the page is not published",
                    "recipients are informed once the page for them is published: the letter leads there",
                ));
            }
            // The day's count is the organisation's, whichever of its integrations asks.
            rows::hold_organisation(tx, one.organisation)?;
            let (at, who) = (hand.at, hand.name());
            let mut asked = 0;
            for (row, address) in &rows {
                asked += usize::from(rows::add(tx, one, (*row, address), language, (at, &who))?);
            }
            let since = at.minus(RECIPIENTS_TIME);
            let of_the_day = rows::asked_since(tx, one.organisation, since)?;
            if of_the_day > RECIPIENTS_PER_DAY {
                let before = of_the_day - i64::try_from(asked).unwrap_or(i64::MAX);
                return Err(DirectoryError::invalid(
                    "addresses",
                    format!("there were {before}, and the list has {asked} more"),
                    "an organisation informs at most 1000 recipients within 24 hours",
                ));
            }
            if asked > 0 {
                // Not who: what stands in the log stays, and these are other people's addresses.
                let facts = Facts::new().with("language", language).with("recipients", asked);
                hand.audit(
                    tx,
                    one.organisation,
                    ("inform recipients of integration", one.name.clone()),
                    (Facts::new(), facts),
                )?;
            }
            Ok(Asked { asked, known: rows.len() - asked })
        })
        .await
    }

    /// A page of the recipients whom an integration informs, the newest first.
    pub async fn informed(&self, id: IntegrationId, seek: Seek) -> Result<Page<Informed>> {
        let one = self.found(id).await?;
        self.read(move |tx| Ok(seek.page(rows::informed(tx, &one, &seek)?, |informed| informed.id))).await
    }

    /// How many they are.
    pub async fn informed_count(&self, id: IntegrationId) -> Result<InformedCount> {
        let one = self.found(id).await?;
        self.read(move |tx| Ok(rows::count(tx, &one)?)).await
    }
}

impl Onboarding {
    /// Takes letters that are due, the oldest first: for ten minutes nobody else gets them. Those of a page that is not
    /// published any more wait until it is.
    pub async fn take_recipient_letters(&self) -> Result<Vec<RecipientLetter>> {
        let now = self.world.clock.now();
        let until = now.plus(RECIPIENT_LETTER_TIME);
        let scope = self.db.operator("letters to the recipients of organisations");
        if !scope.read(move |tx| rows::is_any_due(tx, now)).await? {
            return Ok(Vec::new());
        }
        let taken = scope.write(move |tx| rows::take(tx, (now, until), RECIPIENT_LETTERS_AT_ONCE)).await?;
        let mut pages = HashMap::new();
        let mut letters = Vec::with_capacity(taken.len());
        for taken in taken {
            let key = (taken.integration, taken.language.tag());
            if let Entry::Vacant(place) = pages.entry(key) {
                place.insert(self.page_of(taken.integration, taken.organisation, taken.language).await?);
            }
            let page = pages.get(&key).cloned().flatten();
            letters.extend(page.map(|page| RecipientLetter {
                id: taken.id,
                organisation: taken.organisation,
                address: taken.address,
                language: taken.language,
                asked_at: taken.asked_at,
                page,
            }));
        }
        Ok(letters)
    }

    /// The page of an integration in a language, if anybody may read it.
    async fn page_of(
        &self,
        integration: IntegrationId,
        organisation: OrganisationId,
        language: Language,
    ) -> Result<Option<PublicPage>> {
        let tenant = self.db.tenant(organisation);
        match tenant.read(move |tx| rows::public_name(tx, integration, organisation)).await? {
            Some(name) => self.public_page(&name, language).await,
            None => Ok(None),
        }
    }

    /// Notes that a letter is in the queue.
    pub async fn recipient_letter_posted(&self, letter: &RecipientLetter) -> Result<()> {
        self.ended(letter, None).await
    }

    /// Notes that a letter was refused for good, and with which reply.
    pub async fn recipient_letter_refused(&self, letter: &RecipientLetter, reply: &str) -> Result<()> {
        let reply = reply.chars().filter(|c| !c.is_control()).take(REFUSAL_LIMIT_CHARACTERS).collect();
        self.ended(letter, Some(reply)).await
    }

    async fn ended(&self, letter: &RecipientLetter, refusal: Option<String>) -> Result<()> {
        let (id, organisation, at) = (letter.id, letter.organisation, self.world.clock.now());
        let tenant = self.db.tenant(organisation);
        Ok(tenant.write(move |tx| rows::end(tx, (id, organisation), at, refusal.as_deref())).await?)
    }

    /// Forgets the recipients of deleted organisations, and those of deleted integrations who got no letter.
    pub async fn forget_informed(&self) -> Result<u64> {
        let scope = self.db.operator("recipients that nobody informs any more");
        Ok(scope.write(rows::forget).await?)
    }
}
