//! Ten codes on paper, for when everything else is lost: each opens once.

use model::UserId;
use zeroize::Zeroizing;

use super::{RecoveryCodes, token_hash};
use crate::error::DirectoryError;
use crate::login::random_characters;
use crate::{Directory, limits};

/// A code without what people put between its characters, in lower case; letters that look like digits are those.
fn plain(code: &str) -> String {
    let kept = code.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    kept.take(64).collect()
}

/// What the table keeps: bound to the person, so that equal codes of two people differ.
pub(super) fn hash(person: UserId, code: &str) -> Vec<u8> {
    token_hash(&format!("recovery {} {}", person.0, plain(code)))
}

/// Whether it has the form of a recovery code.
pub(super) fn is_formed(code: &str) -> bool {
    plain(code).len() == limits::RECOVERY_CODE_CHARACTERS
}

impl Directory {
    /// New codes, in two groups of five, and what the table keeps of them.
    pub(super) fn new_recovery_codes(&self, person: UserId) -> (RecoveryCodes, Vec<Vec<u8>>) {
        let codes: RecoveryCodes = (0..limits::RECOVERY_CODES)
            .map(|_| {
                let all = random_characters(&self.world, limits::RECOVERY_CODE_CHARACTERS);
                let (first, second) = all.split_at(limits::RECOVERY_CODE_CHARACTERS / 2);
                Zeroizing::new(format!("{first}-{second}"))
            })
            .collect();
        let hashes = codes.iter().map(|code| hash(person, code)).collect();
        (codes, hashes)
    }

    /// Takes a recovery code, once; gives how many are left.
    pub(super) async fn take_recovery_code(
        &self,
        person: UserId,
        code: &str,
    ) -> Result<Option<u64>, DirectoryError> {
        let (hash, now) = (hash(person, code), self.world.clock.now());
        let operator = self.db.operator("a person's second factors hold in every organisation");
        Ok(operator
            .write(move |tx| {
                Ok::<_, db::DbError>(match super::rows::take_recovery_code(tx, person, &hash, now)? {
                    true => Some(super::rows::recovery_codes_left(tx, person)?),
                    false => None,
                })
            })
            .await?)
    }
}
