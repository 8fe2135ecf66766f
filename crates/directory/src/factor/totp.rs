//! Codes of an application (TOTP, RFC 6238): six digits, SHA-1, thirty seconds, as every application takes them.

use model::Timestamp;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::FactorId;
use crate::error::DirectoryError;
use crate::{Directory, Session, limits};

/// What an application needs to know.
#[derive(Clone, Debug)]
pub struct TotpSetup {
    /// Ends the set-up.
    pub token: Zeroizing<String>,
    /// The secret in base 32, for those who type it.
    pub secret: Zeroizing<String>,
    /// The secret as `otpauth:` address, for the QR code.
    pub url: Zeroizing<String>,
}

/// The rules, bound to a secret. RFC 6238 §5.2: one step of thirty seconds on each side for clocks that differ.
pub(super) fn totp(secret: &[u8], issuer: &str, login: &str) -> Option<Totp> {
    // A colon would end the issuer's name in the address.
    let issuer = issuer.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_issuer(Some(issuer));
    builder.with_account_name(login.replace(':', " ")).build().ok()
}

/// The step that a code belongs to, if it is one of the three around now.
pub(super) fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now.0.div_euclid(1000)).ok()?;
    let step = totp(secret, "Relais", "somebody")?.check(&code, seconds)?;
    i64::try_from(step).ok()
}

impl Directory {
    /// Begins to set up an application: the secret is shown to it and kept until its first code.
    pub async fn begin_totp(&self, session: &Session) -> Result<TotpSetup, DirectoryError> {
        let mut secret = Zeroizing::new([0; limits::TOTP_SECRET_OCTETS]);
        self.world.random.fill(&mut secret[..]);
        let text = Zeroizing::new(totp_rs::Secret::from(&secret[..]).to_base32());
        let token = self.begin("totp", Some(session.user), &session.login, text.to_string()).await?;
        self.totp_setup(session, token, text)
    }

    /// The same set-up again, after a wrong code; `None` if it holds no more.
    pub async fn begun_totp(
        &self,
        session: &Session,
        token: &str,
    ) -> Result<Option<TotpSetup>, DirectoryError> {
        match self.begun(token, "totp").await? {
            Some(begun) if begun.person == Some(session.user) => {
                let token = Zeroizing::new(token.to_owned());
                Ok(Some(self.totp_setup(session, token, Zeroizing::new(begun.state))?))
            }
            _ => Ok(None),
        }
    }

    fn totp_setup(
        &self,
        session: &Session,
        token: Zeroizing<String>,
        secret: Zeroizing<String>,
    ) -> Result<TotpSetup, DirectoryError> {
        let octets = decoded(&secret).ok_or_else(damaged)?;
        let totp = totp(&octets, &self.issuer(), &session.login).ok_or_else(damaged)?;
        let url = Zeroizing::new(totp.to_url().map_err(|_| damaged())?);
        Ok(TotpSetup { token, secret, url })
    }

    /// The name under which applications list the account.
    fn issuer(&self) -> String {
        let party = self.passkeys.as_ref().map(|passkeys| passkeys.party().id.clone());
        party.map_or_else(|| "Relais".to_owned(), |host| format!("Relais ({host})"))
    }

    /// The secret of a set-up whose first code is right, and the step of that code.
    pub(super) async fn proven_totp(
        &self,
        session: &Session,
        token: &str,
        code: &str,
    ) -> Result<(Zeroizing<Vec<u8>>, i64), DirectoryError> {
        let begun = self.try_begun(token, "totp").await?.filter(|begun| begun.person == Some(session.user));
        let begun = begun.ok_or(DirectoryError::NotFound { what: "set-up" })?;
        let secret = Zeroizing::new(decoded(&begun.state).ok_or_else(damaged)?);
        let Some(step) = step_of(&secret, code, self.world.clock.now()) else {
            return Err(DirectoryError::Invalid {
                field: "code",
                reason: "this code does not belong to the secret".to_owned(),
                rule: "the six digits that the application shows now; its clock must be right",
            });
        };
        Ok((secret, step))
    }

    /// Whether one of the person's applications shows this code now, and no code of this step was taken before.
    pub(super) async fn take_totp(
        &self,
        person: model::UserId,
        code: &str,
    ) -> Result<Option<FactorId>, DirectoryError> {
        let now = self.world.clock.now();
        for stored in self.factors_of(person).await? {
            if stored.secret.is_empty() {
                continue;
            }
            let Some(step) = step_of(&stored.secret, code, now) else { continue };
            let id = stored.info.id;
            let operator = self.db.operator("a person's second factors hold in every organisation");
            let taken = operator.write(move |tx| super::rows::take_step(tx, person, id, step, now)).await?;
            return Ok(taken.then_some(id));
        }
        Ok(None)
    }
}

fn decoded(base32: &str) -> Option<Vec<u8>> {
    totp_rs::Secret::try_from_base32(base32).ok().map(|secret| secret.as_bytes().to_vec())
}

fn damaged() -> DirectoryError {
    DirectoryError::Hash("the secret of a TOTP is damaged".to_owned())
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::step_of;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: SHA-1, of whose eight digits we take the last six.
        let secret = b"12345678901234567890";
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            let at = |seconds: i64| Timestamp(seconds * 1000);
            let step = seconds / 30;
            for late in [-30, 0, 30] {
                assert_eq!(step_of(secret, code, at(seconds + late)), Some(step), "{code} {late}");
            }
            assert_eq!(step_of(secret, code, at(seconds + 61)), None);
        }
        for wrong in ["", "28708", "2870822", "28708x", "２８７０８２"] {
            assert_eq!(step_of(secret, wrong, Timestamp(59_000)), None, "{wrong}");
        }
    }
}
