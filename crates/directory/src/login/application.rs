//! Signing in of business software.

use db::DbError;
use zeroize::Zeroizing;

use super::admission::Stage;
use super::{Attempt, AuthProtocol, LoginName, prepare, rows, selector_of};
use crate::application::parse_login;
use crate::application::rows::Candidate;
use crate::error::AuthRefusal;
use crate::{Directory, SignedInApplication, limits};

impl Directory {
    /// Whether a login has the form of an application's: then it is nobody else's.
    pub fn is_application_login(login: &str) -> bool {
        parse_login(login).is_some()
    }

    /// Checks an application's password. Failures count as for everybody: for the source and for the login name.
    pub async fn authenticate_application(
        &self,
        attempt: Attempt,
    ) -> Result<SignedInApplication, AuthRefusal> {
        let named = parse_login(&attempt.login);
        let key = LoginName::parse(&attempt.login).key;
        let admission = self.admit(attempt.source, &key, Stage::Decides).await?.over(attempt.protocol);
        let acts_as_itself =
            attempt.authorise_as.is_empty() || LoginName::parse(&attempt.authorise_as).key == key;
        if attempt.password.is_empty()
            || attempt.password.len() > limits::PASSWORD_LIMIT_OCTETS
            || !acts_as_itself
        {
            return Err(self.failed(&admission, "wrong password").await);
        }
        let candidate = match named {
            Some((name, organisation)) => self
                .db
                .tenant(organisation)
                .read(move |tx| crate::application::rows::candidate(tx, organisation, &name))
                .await
                .map_err(|error: DbError| AuthRefusal::Later(error.into()))?,
            None => None,
        };
        let password = prepare(&attempt.password);
        // Nobody's password costs the same as somebody's.
        let shown = candidate
            .as_ref()
            .filter(|candidate| selector_of(&password) == Some(candidate.selector.as_str()));
        let is_right = self.is_application_password(shown, &admission, &password).await?;
        let Some(Candidate { info, is_organisation_disabled, .. }) = candidate.filter(|_| is_right) else {
            return Err(self.failed(&admission, "wrong password").await);
        };
        if info.is_disabled || is_organisation_disabled {
            return Err(AuthRefusal::Disabled);
        }
        let usage = rows::Use::Application(info.id, attempt.protocol);
        let last_used_at = match attempt.protocol {
            AuthProtocol::Soap => info.soap_used_at,
            _ => info.smtp_used_at,
        };
        self.succeeded(&admission, usage, info.organisation, last_used_at).await;
        let (id, organisation, version) = (info.id, info.organisation, info.version);
        Ok(SignedInApplication { id, organisation, name: info.name, login: info.login, version })
    }

    async fn is_application_password(
        &self,
        shown: Option<&Candidate>,
        admission: &super::Admission,
        password: &Zeroizing<String>,
    ) -> Result<bool, AuthRefusal> {
        let now = self.world.clock.now();
        let digest = shown.map(|candidate| {
            let info = &candidate.info;
            self.login.digest(b"application", info.id.0, info.version, password)
        });
        if digest.is_some_and(|digest| self.login.was_verified(&digest, now)) {
            return Ok(true);
        }
        let hash = shown.map(|candidate| candidate.argon2.clone());
        if !self.login.hasher.verify(admission.priority, hash, password).await? {
            return Ok(false);
        }
        if let Some(digest) = digest {
            self.login.verified.insert(digest, now);
        }
        Ok(shown.is_some())
    }
}
