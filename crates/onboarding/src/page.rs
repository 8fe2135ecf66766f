//! The page that tells the recipients of an organisation's letters what to expect: with the standard text or the
//! organisation's own notice, and whom to ask. Anybody may read it.

use directory::DirectoryError;
use model::IntegrationId;

use crate::limits::{NOTICE_LIMIT_CHARACTERS, PUBLIC_NAME_CHARACTERS};
use crate::support::{Contact, Level};
use crate::{Onboarding, Result, checked, rows, say};

pub use languages::Language;

/// What an organisation tells the recipients of its letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecipientPage {
    /// By which the page is found: `muster-ag`. Nobody else has it.
    pub public_name: String,
    /// Whether anybody may read it.
    pub is_published: bool,
    /// The organisation's own notice, in the order of [`Language::ALL`]; empty: the standard text.
    pub notices: [String; 4],
}

/// A page as anybody reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicPage {
    /// What the organisation is called.
    pub organisation: String,
    /// By which the page is found.
    pub public_name: String,
    /// Its own notice in the language; `None`: the standard text.
    pub notice: Option<String>,
    /// Whom to ask; it may say nothing.
    pub contact: Contact,
    /// Under which address letters are opened.
    pub portal: String,
}

/// Paragraphs of the standard text.
const PARAGRAPHS: usize = 5;

impl PublicPage {
    /// What it says: the organisation's own notice, else the standard text.
    pub fn paragraphs(&self, language: Language) -> Vec<String> {
        let values = [("organisation", self.organisation.as_str()), ("portal", self.portal.as_str())];
        match &self.notice {
            Some(notice) => notice.split("\n\n").map(|one| one.trim().to_owned()).collect(),
            None => {
                (1..=PARAGRAPHS).map(|number| say(language, &format!("notice-{number}"), &values)).collect()
            }
        }
    }

    /// Where it stands, below the address of the doors.
    pub fn path(&self) -> String {
        format!("/secure-mail/{}", self.public_name)
    }
}

const NAME_RULE: &str = "3 to 60 small letters, digits and hyphens, no hyphen at either end";

impl RecipientPage {
    /// The same with blanks trimmed, or the field that breaks a rule.
    pub fn checked(self) -> Result<RecipientPage> {
        let name = self.public_name.trim().to_ascii_lowercase();
        let is_name = PUBLIC_NAME_CHARACTERS.contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !name.starts_with('-')
            && !name.ends_with('-');
        if !is_name {
            let reason = format!("«{name}» is no public name");
            return Err(DirectoryError::invalid("public_name", reason, NAME_RULE));
        }
        let mut notices = self.notices;
        for notice in &mut notices {
            let rule = "at most 5000 characters without control characters";
            *notice = checked("notice", notice, NOTICE_LIMIT_CHARACTERS, rule)?;
        }
        Ok(RecipientPage { public_name: name, is_published: self.is_published, notices })
    }

    /// The own notice of a language.
    pub fn notice(&self, language: Language) -> Option<&str> {
        let at = Language::ALL.iter().position(|one| *one == language)?;
        Some(self.notices[at].as_str()).filter(|notice| !notice.is_empty())
    }
}

impl Onboarding {
    /// By what a letter is marked that is to go secured: the first tag of a subject, and the first suffix of a recipient.
    pub fn marks(&self) -> (Option<String>, Option<String>) {
        let marks = &self.flow.secure().settings().marks;
        (marks.tags.first().cloned(), marks.suffixes.first().map(ToString::to_string))
    }

    /// The page of a public name; `None` where there is none, or it is not published.
    pub async fn public_page(&self, name: &str, language: Language) -> Result<Option<PublicPage>> {
        if !PUBLIC_NAME_CHARACTERS.contains(&name.len()) {
            return Ok(None);
        }
        let name = name.to_owned();
        let scope = self.db.operator("a page that anybody may read");
        let found = scope.read(move |tx| {
            let Some(found) = rows::published_page(tx, &name)? else {
                return Ok::<_, DirectoryError>(None);
            };
            let contacts = rows::contacts(tx, found.integration, found.organisation)?;
            let contact = contacts.into_iter().find(|(level, _)| *level == Level::First);
            Ok(Some((found.name, found.page, contact.map(|(_, contact)| contact).unwrap_or_default())))
        });
        let portal = self.flow.secure().settings().portal.as_str().to_owned();
        Ok(found.await?.map(|(organisation, page, contact)| PublicPage {
            organisation,
            notice: page.notice(language).map(str::to_owned),
            public_name: page.public_name,
            contact,
            portal,
        }))
    }
}

/// Of an integration without a page of its own yet.
pub(crate) fn proposed_name(integration: IntegrationId, name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(*PUBLIC_NAME_CHARACTERS.end())
        .collect();
    let plain = plain.trim_matches('-').to_owned();
    if plain.len() < *PUBLIC_NAME_CHARACTERS.start() { format!("integration-{integration}") } else { plain }
}
