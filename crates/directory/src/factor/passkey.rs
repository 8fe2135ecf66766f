//! Passkeys (WebAuthn Level 3). All of them verify their user, so that one that is kept on the device (discoverable)
//! signs in by itself; any other stands beside the password.
//!
//! The relying party is the installation's host name from its configuration, never what a request says: a passkey
//! belongs to that name for ever. Under an address (the demo) there are none.

use model::UserId;
use url::Url;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnBuilder,
};
use zeroize::Zeroizing;

use super::rows::Stored;
use super::{FactorId, FactorKind, rows};
use crate::error::DirectoryError;
use crate::{Directory, Session, limits};

/// For whom passkeys are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    /// The host name to which they belong.
    pub id: String,
    /// From which pages they are taken: `https://mail.example.ch`, with a port where it is not 443.
    pub origins: Vec<String>,
}

/// What a browser is asked, and how the answer is ended.
#[derive(Clone, Debug)]
pub struct Challenge {
    /// Ends it.
    pub token: Zeroizing<String>,
    /// The options for `navigator.credentials`, as JSON.
    pub options: String,
}

/// The relying party at work.
pub(crate) struct Passkeys {
    webauthn: Webauthn,
    party: RelyingParty,
}

impl Passkeys {
    /// `None` where no origin is a host name over TLS.
    pub(crate) fn new(party: &RelyingParty) -> Option<Passkeys> {
        let origins: Vec<Url> = party.origins.iter().filter_map(|origin| Url::parse(origin).ok()).collect();
        let first = origins.first().filter(|origin| origin.domain().is_some())?;
        let mut builder = WebauthnBuilder::new(&party.id, first).ok()?.rp_name("Relais");
        for origin in &origins[1..] {
            builder = builder.append_allowed_origin(origin);
        }
        Some(Passkeys { webauthn: builder.build().ok()?, party: party.clone() })
    }

    pub(crate) fn party(&self) -> &RelyingParty {
        &self.party
    }
}

/// What a passkey calls its owner: no name and no address.
fn handle(person: UserId) -> Uuid {
    Uuid::from_u128(u128::from(person.0.cast_unsigned()))
}

fn refused(reason: impl ToString) -> DirectoryError {
    DirectoryError::Invalid {
        field: "passkey",
        reason: reason.to_string(),
        rule: "a passkey of this account, made for this host name, that verified its user",
    }
}

fn parsed<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, DirectoryError> {
    if answer.len() > limits::PASSKEY_ANSWER_LIMIT_OCTETS {
        return Err(refused("the answer is too long"));
    }
    serde_json::from_str(answer).map_err(|_| refused("the answer cannot be read"))
}

fn kept<T: serde::Serialize>(state: &T) -> Result<String, DirectoryError> {
    serde_json::to_string(state).map_err(refused)
}

fn passkeys_of(stored: &[Stored]) -> Vec<(FactorId, Passkey)> {
    let keys = stored.iter().filter(|stored| stored.info.kind == FactorKind::Passkey);
    keys.filter_map(|stored| Some((stored.info.id, serde_json::from_str(&stored.passkey).ok()?))).collect()
}

impl Directory {
    /// For whom passkeys are made; `None` where the installation is reached by an address.
    pub fn relying_party(&self) -> Option<&RelyingParty> {
        self.passkeys.as_deref().map(Passkeys::party)
    }

    fn webauthn(&self) -> Result<&Webauthn, DirectoryError> {
        let passkeys = self.passkeys.as_deref().map(|passkeys| &passkeys.webauthn);
        passkeys.ok_or_else(|| refused("this installation is reached by an address, not by a host name"))
    }

    /// Begins to make a passkey.
    pub async fn begin_passkey(&self, session: &Session) -> Result<Challenge, DirectoryError> {
        let webauthn = self.webauthn()?;
        let known = passkeys_of(&self.factors_of(session.user).await?);
        let known = known.iter().map(|(_, key)| key.cred_id().clone()).collect();
        let (options, state) = webauthn
            .start_passkey_registration(handle(session.user), &session.login, &session.name, Some(known))
            .map_err(refused)?;
        let mut options = serde_json::to_value(options).map_err(refused)?;
        // Kept on the device where it has room: only then it can say whose it is.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = "preferred".into();
        let token = self.begin("passkey", Some(session.user), &session.login, kept(&state)?).await?;
        Ok(Challenge { token, options: options.to_string() })
    }

    /// The passkey that a browser made: its identifier and itself.
    pub(super) async fn made_passkey(
        &self,
        session: &Session,
        token: &str,
        answer: &str,
    ) -> Result<(Vec<u8>, String), DirectoryError> {
        let begun = self.begun(token, "passkey").await?.filter(|begun| begun.person == Some(session.user));
        let begun = begun.ok_or(DirectoryError::NotFound { what: "set-up" })?;
        let answer: RegisterPublicKeyCredential = parsed(answer)?;
        let state: PasskeyRegistration = serde_json::from_str(&begun.state).map_err(refused)?;
        let key = self.webauthn()?.finish_passkey_registration(&answer, &state).map_err(refused)?;
        Ok((key.cred_id().to_vec(), kept(&key)?))
    }

    /// Asks one of a person's passkeys; `None` if there is none.
    pub(super) async fn ask_passkey(
        &self,
        person: UserId,
    ) -> Result<Option<(String, String)>, DirectoryError> {
        let keys = passkeys_of(&self.factors_of(person).await?);
        if keys.is_empty() || self.passkeys.is_none() {
            return Ok(None);
        }
        let keys: Vec<Passkey> = keys.into_iter().map(|(_, key)| key).collect();
        let (options, state) = self.webauthn()?.start_passkey_authentication(&keys).map_err(refused)?;
        Ok(Some((kept(&options)?, kept(&state)?)))
    }

    /// Whether a passkey of the person answered what it was asked.
    pub(super) async fn take_passkey(
        &self,
        person: UserId,
        state: &str,
        answer: &str,
    ) -> Result<bool, DirectoryError> {
        let Ok(answer) = parsed::<PublicKeyCredential>(answer) else { return Ok(false) };
        let Ok(state) = serde_json::from_str::<PasskeyAuthentication>(state) else { return Ok(false) };
        let Ok(result) = self.webauthn()?.finish_passkey_authentication(&answer, &state) else {
            return Ok(false);
        };
        self.note_passkey(person, &result).await
    }

    /// Asks whichever passkey the browser finds.
    pub(super) fn ask_anybody(&self) -> Result<(String, String), DirectoryError> {
        let (mut options, state) = self.webauthn()?.start_discoverable_authentication().map_err(refused)?;
        // The page decides whether it asks by a list below the field or by a button.
        options.mediation = None;
        Ok((kept(&options)?, kept(&state)?))
    }

    /// Whose passkey answered, with its user verified.
    pub(super) async fn take_anybodys_passkey(
        &self,
        state: &str,
        answer: &str,
    ) -> Result<Option<UserId>, DirectoryError> {
        let Ok(answer) = parsed::<PublicKeyCredential>(answer) else { return Ok(None) };
        let Ok(state) = serde_json::from_str::<DiscoverableAuthentication>(state) else { return Ok(None) };
        let webauthn = self.webauthn()?;
        let Ok((_, credential)) = webauthn.identify_discoverable_authentication(&answer) else {
            return Ok(None);
        };
        let credential = credential.to_vec();
        let operator = self.db.operator("find whose passkey it is");
        let by_id = credential.clone();
        let Some(person) = operator.read(move |tx| rows::owner_of_passkey(tx, &by_id)).await? else {
            return Ok(None);
        };
        let keys = passkeys_of(&self.factors_of(person).await?);
        let Some((_, key)) = keys.iter().find(|(_, key)| key.cred_id().as_slice() == credential) else {
            return Ok(None);
        };
        let key = DiscoverableKey::from(key);
        let Ok(result) = webauthn.finish_discoverable_authentication_v2(&answer, state, key) else {
            return Ok(None);
        };
        if !result.user_verified() {
            return Ok(None);
        }
        Ok(self.note_passkey(person, &result).await?.then_some(person))
    }

    /// Writes down the counter, by which a copy of the key would show.
    async fn note_passkey(
        &self,
        person: UserId,
        result: &webauthn_rs::prelude::AuthenticationResult,
    ) -> Result<bool, DirectoryError> {
        for (id, mut key) in passkeys_of(&self.factors_of(person).await?) {
            if key.update_credential(result).is_some() {
                let (text, now) = (kept(&key)?, self.world.clock.now());
                let operator = self.db.operator("a person's second factors hold in every organisation");
                operator.write(move |tx| rows::used_passkey(tx, person, id, &text, now)).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }
}
