//! What a person says of himself: name, language, telephone, other addresses. Administrators of the home change it too.

pub(crate) mod rows;

use db::Tx;
use model::{Address, OrganisationId, UserId};

use crate::administration::checked_name;
use crate::error::DirectoryError;
use crate::{Administration, Directory, Session, limits};

/// The languages in which we write.
const LANGUAGES: [&str; 4] = ["fr", "de", "it", "en"];

/// What a person says of himself besides the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The language of letters and screens; `None` is none in particular.
    pub language: Option<String>,
    /// A telephone number.
    pub phone: Option<String>,
    /// Addresses besides the login.
    pub contacts: Vec<String>,
}

/// What to change of it; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// What the person is called.
    pub name: Option<String>,
    /// The language of letters and screens: `fr`, `de`, `it` or `en`; empty for none in particular.
    pub language: Option<String>,
    /// A telephone number; empty for none.
    pub phone: Option<String>,
    /// All addresses besides the login.
    pub contacts: Option<Vec<Address>>,
}

/// The same, known to be right.
struct Checked {
    name: Option<String>,
    language: Option<Option<String>>,
    phone: Option<Option<String>>,
    contacts: Option<Vec<String>>,
}

impl Checked {
    fn of(change: ProfileChange) -> Result<Checked, DirectoryError> {
        let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let language = change.language.map(filled);
        if let Some(Some(language)) = &language
            && !LANGUAGES.contains(&language.as_str())
        {
            return Err(DirectoryError::Invalid {
                field: "language",
                reason: format!("«{language}» is none of ours"),
                rule: "fr, de, it or en",
            });
        }
        let phone = change.phone.map(filled);
        if let Some(Some(phone)) = &phone {
            let is_number = phone.chars().all(|c| c.is_ascii_digit() || "+ ()/.-".contains(c));
            let digits = phone.chars().filter(char::is_ascii_digit).count();
            if !is_number || !(3..=15).contains(&digits) {
                return Err(DirectoryError::Invalid {
                    field: "phone",
                    reason: format!(
                        "«{}» is no telephone number",
                        phone.chars().take(40).collect::<String>()
                    ),
                    // ITU-T E.164 §6.2.1: at most 15 digits.
                    rule: "3 to 15 digits, with + in front for other countries",
                });
            }
        }
        let contacts = change.contacts.map(|all| all.iter().map(Address::to_string).collect::<Vec<_>>());
        if contacts.as_ref().is_some_and(|all| all.len() > limits::CONTACTS_LIMIT) {
            return Err(DirectoryError::Invalid {
                field: "contacts",
                reason: "there are too many".to_owned(),
                rule: "at most five addresses besides the login",
            });
        }
        let name = change.name.as_deref().map(|name| checked_name("name", name)).transpose()?;
        Ok(Checked { name, language, phone, contacts })
    }

    fn write(&self, tx: &mut Tx, user: UserId) -> Result<(), DirectoryError> {
        if let Some(name) = &self.name {
            rows::set_name(tx, user, name)?;
        }
        if let Some(language) = &self.language {
            rows::set_language(tx, user, language.as_deref())?;
        }
        if let Some(phone) = &self.phone {
            rows::set_phone(tx, user, phone.as_deref())?;
        }
        if let Some(contacts) = &self.contacts {
            rows::set_contacts(tx, user, contacts)?;
        }
        Ok(())
    }
}

/// What the log of changes tells of it: contact addresses and telephones are no secrets.
fn facts(tx: &mut Tx, user: UserId, organisation: OrganisationId) -> Result<trail::Facts, DirectoryError> {
    let Profile { language, phone, contacts } = profile(tx, user)?;
    let name = crate::administration::user_in(tx, user, organisation)?.map(|info| info.name);
    Ok(trail::Facts::new()
        .with_some("name", name)
        .with_some("language", language)
        .with_some("phone", phone)
        .with("contacts", contacts.join(", ")))
}

fn profile(tx: &mut Tx, user: UserId) -> Result<Profile, DirectoryError> {
    let (language, phone) = rows::language_and_phone(tx, user)?;
    Ok(Profile { language, phone, contacts: rows::contacts(tx, user)? })
}

impl Directory {
    /// What the person of a session says of himself.
    pub async fn own_profile(&self, session: &Session) -> Result<Profile, DirectoryError> {
        let user = session.user;
        self.db.tenant(session.home).read(move |tx| profile(tx, user)).await
    }

    /// Changes what the person of a session says of himself.
    pub async fn change_own_profile(
        &self,
        session: &Session,
        change: ProfileChange,
    ) -> Result<(), DirectoryError> {
        let checked = Checked::of(change)?;
        let (user, home, who, login) = (session.user, session.home, session.actor(), session.login.clone());
        let (id, at) = (self.world.new_id(), self.world.clock.now());
        self.db
            .tenant(home)
            .write(move |tx| {
                let before = facts(tx, user, home)?;
                checked.write(tx, user)?;
                let after = facts(tx, user, home)?;
                let change =
                    trail::Change::new(at, id, Some(home), who.clone(), "change own account", login.clone());
                trail::audit(tx, &change.with(before, after))?;
                Ok(())
            })
            .await
    }
}

impl Administration {
    /// What somebody within the scope says of himself.
    pub async fn profile(&self, user: UserId) -> Result<Profile, DirectoryError> {
        self.user(user).await?;
        self.read(move |tx| profile(tx, user)).await
    }

    /// Changes what somebody says of himself, whose home is within the scope.
    pub async fn change_profile(&self, user: UserId, change: ProfileChange) -> Result<(), DirectoryError> {
        let checked = Checked::of(change)?;
        let actor = self.role();
        self.act("change user", String::new(), move |tx| {
            let info = crate::administration::user_at_home(tx, user, actor)?;
            let before = facts(tx, user, info.organisation)?;
            checked.write(tx, user)?;
            let after = facts(tx, user, info.organisation)?;
            trail::tell(tx, trail::Told::of_thing(&info.login).before(before).after(after));
            Ok((Some(info.organisation), ()))
        })
        .await
    }
}
