//! Second factors: what a person shows besides the password.
//!
//! ```text
//! password ─ enter ─ no factor ──────────────────────────────→ session
//!                  └ a factor → step (5 minutes) ─ code ─────→ session
//!                                                └ passkey ──→ session
//! passkey that says who, and verified its user ──────────────→ session
//! ```
//!
//! Three kinds: codes of an application (TOTP, RFC 6238), passkeys (WebAuthn), and ten recovery codes that are made
//! with the first of these. A wrong code counts like a wrong password, so that the limits of [`crate::FailureLimits`]
//! hold for both; and after some wrong codes the password has to be given again.
//!
//! Whoever adds, removes or replaces one proves the password or a passkey once more ([`Proved`]); every other session
//! ends then, and the person gets a letter.

mod own;
mod passkey;
mod recovery;
pub(crate) mod rows;
mod step;
mod totp;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{Timestamp, UserId};
use zeroize::Zeroizing;

use crate::error::DirectoryError;
use crate::{Directory, limits};

pub(crate) use own::of_session;
pub use own::{Proof, Proved};
pub(crate) use passkey::Passkeys;
pub use passkey::{Challenge, RelyingParty};
pub use step::{Entrance, Step, StepRefusal};
pub use totp::TotpSetup;

/// Which second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FactorId(pub i64);

/// What kind of second factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorKind {
    /// Codes of an application (RFC 6238).
    Totp,
    /// A passkey (WebAuthn).
    Passkey,
}

impl FactorKind {
    /// The word that commands and columns use.
    pub fn as_str(self) -> &'static str {
        match self {
            FactorKind::Totp => "totp",
            FactorKind::Passkey => "passkey",
        }
    }
}

/// A second factor as its owner and administrators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorInfo {
    /// Which.
    pub id: FactorId,
    /// What kind.
    pub kind: FactorKind,
    /// What the owner calls it.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last shown.
    pub last_used_at: Option<Timestamp>,
}

/// What somebody has to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// The factors, the oldest first.
    pub all: Vec<FactorInfo>,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
}

impl Factors {
    /// Whether there is one of this kind.
    pub fn has(&self, kind: FactorKind) -> bool {
        self.all.iter().any(|factor| factor.kind == kind)
    }
}

/// Recovery codes, which are shown this once.
pub type RecoveryCodes = Vec<Zeroizing<String>>;

/// What the tables keep of a token.
pub(crate) fn token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

impl Directory {
    /// A token that nobody can guess, and what the table keeps of it.
    fn new_token(&self) -> (Zeroizing<String>, Vec<u8>) {
        let mut random = Zeroizing::new([0_u8; limits::SESSION_TOKEN_OCTETS]);
        self.world.random.fill(&mut random[..]);
        let token = Zeroizing::new(URL_SAFE_NO_PAD.encode(&random[..]));
        let hash = token_hash(&token);
        (token, hash)
    }

    async fn factors_of(&self, person: UserId) -> Result<Vec<rows::Stored>, DirectoryError> {
        let operator = self.db.operator("a person's second factors hold in every organisation");
        Ok(operator.read(move |tx| rows::of_person(tx, person)).await?)
    }

    /// What a person has to show.
    pub(crate) async fn factors_of_person(&self, person: UserId) -> Result<Factors, DirectoryError> {
        let operator = self.db.operator("a person's second factors hold in every organisation");
        Ok(operator
            .read(move |tx| {
                let all = rows::of_person(tx, person)?.into_iter().map(|stored| stored.info).collect();
                Ok::<_, db::DbError>(Factors { all, recovery_codes: rows::recovery_codes_left(tx, person)? })
            })
            .await?)
    }

    /// Begins something that ends with the token it gives.
    async fn begin(
        &self,
        kind: &'static str,
        person: Option<UserId>,
        source: &str,
        state: String,
    ) -> Result<Zeroizing<String>, DirectoryError> {
        let (token, hash) = self.new_token();
        let (source, now) = (source.to_owned(), self.world.clock.now());
        let operator = self.db.operator("nobody is signed in yet, or a person's own affair");
        operator
            .write(move |tx| {
                let new =
                    rows::NewCeremony { hash: &hash, kind, person, source: &source, state: &state, now };
                rows::begin(tx, &new)
            })
            .await?;
        Ok(token)
    }

    async fn begun(&self, token: &str, kind: &'static str) -> Result<Option<rows::Ceremony>, DirectoryError> {
        if token.len() > limits::SESSION_TOKEN_LIMIT_CHARACTERS {
            return Ok(None);
        }
        let (hash, now) = (token_hash(token), self.world.clock.now());
        let operator = self.db.operator("nobody is signed in yet, or a person's own affair");
        Ok(operator.read(move |tx| rows::begun(tx, &hash, kind, now)).await?)
    }

    /// Ends what was begun: `false` if somebody else was faster.
    async fn end_begun(&self, token: &str) -> Result<bool, DirectoryError> {
        let hash = token_hash(token);
        let operator = self.db.operator("nobody is signed in yet, or a person's own affair");
        Ok(operator.write(move |tx| rows::end(tx, &hash)).await?)
    }

    /// What was begun, for one try: it is counted as a failure before anything is compared, so that of many tries at the
    /// same time no more than the limit are made. A right one ends what was begun, and the count with it.
    async fn try_begun(
        &self,
        token: &str,
        kind: &'static str,
    ) -> Result<Option<rows::Ceremony>, DirectoryError> {
        if token.len() > limits::SESSION_TOKEN_LIMIT_CHARACTERS {
            return Ok(None);
        }
        let (hash, now) = (token_hash(token), self.world.clock.now());
        let operator = self.db.operator("nobody is signed in yet, or a person's own affair");
        Ok(operator.write(move |tx| rows::count_try(tx, &hash, kind, now)).await?)
    }
}
