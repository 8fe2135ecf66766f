//! The letters that ask targets: an outbox, which the program empties. What is written twice after a crash is the
//! letter, never the answer.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Confirmation, Result, rows, token_hash};
use crate::Directory;

/// Octets of a link's token.
const TOKEN_OCTETS: usize = 24;
/// Letters that are written at once.
const LETTERS_AT_ONCE: i64 = 50;

/// A letter to be written.
#[derive(Clone, Debug)]
pub struct ForwardLetter {
    /// The row of the target.
    pub id: i64,
    /// What it asks.
    pub asked: Confirmation,
    /// What the link carries.
    pub token: String,
}

impl Directory {
    /// The letters that are to be written. Those to one that was taken out or answered meanwhile are not.
    pub async fn forward_letters(&self) -> Result<Vec<ForwardLetter>> {
        let operator = self.db.operator("write the letters that ask targets");
        let due = operator.read(|tx| rows::due(tx, LETTERS_AT_ONCE)).await?;
        let mut letters = Vec::new();
        for (id, organisation, asked) in due {
            let mut octets = [0; TOKEN_OCTETS];
            self.world.random.fill(&mut octets);
            let token = URL_SAFE_NO_PAD.encode(octets);
            let hash = token_hash(&token);
            // Before the letter goes: a link that leads nowhere would be worse than a second letter.
            operator.write(move |tx| rows::set_token(tx, id, organisation, &hash)).await?;
            letters.push(ForwardLetter { id, asked, token });
        }
        Ok(letters)
    }

    /// A letter is on its way, or was refused for good.
    pub async fn forward_letter_sent(&self, letter: &ForwardLetter) -> Result<()> {
        let (id, now) = (letter.id, self.now());
        let operator = self.db.operator("note that a letter was written");
        Ok(operator.write(move |tx| rows::letter_sent(tx, id, now)).await?)
    }
}
