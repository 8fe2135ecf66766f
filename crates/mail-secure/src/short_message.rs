//! Codes that go to telephones: each waits durably in the row of its code until a gateway took its short message, or it was
//! tried often enough. Whoever waits for it in vain asks for another.

use aws_lc_rs::digest::{SHA256, digest};
use db::Tx;
use directory::Phone;
use model::Timestamp;
use tracing::error;
use wire_safe::Slot;
use zeroize::Zeroizing;

use crate::error::SecureError;
use crate::phone::Telephone;
use crate::portal::Seen;
use crate::rows::phone_context;
use crate::rows::short_message as rows;
use crate::types::Copy;
use crate::{Secure, limits, words};

/// The channel that says that a short message waits.
pub const SHORT_MESSAGES: &str = "secure-short-messages";

/// What codes that go to a telephone are counted under: twelve bits of the number's digest. They are enough to count, and
/// leave hundreds of numbers for whoever reads the table; two telephones seldom share them.
pub(crate) fn counted_as(phone: &Phone) -> String {
    let digest = digest(&SHA256, phone.number().as_bytes());
    let (first, second) = (digest.as_ref()[0], digest.as_ref()[1]);
    format!("telephone {first:02x}{:x}", second >> 4)
}

/// A short message for a gateway. It holds a code and a number: it is written to no log.
pub struct ShortMessage {
    /// To which telephone.
    pub to: Phone,
    /// What it says, the code first.
    pub text: Zeroizing<String>,
    slot: Slot,
    made_at: Timestamp,
}

impl Secure {
    /// The short messages that are due, for whoever hands them to a gateway. One that is not ended comes again after a pause,
    /// a few times, also where the process dies meanwhile.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_short_messages(&self) -> Result<Vec<ShortMessage>, SecureError> {
        let (secure, now) = (self.clone(), self.now());
        self.db()
            .operator("take the codes that go to telephones")
            .write(move |tx: &mut Tx| {
                let mut messages = Vec::new();
                for due in rows::take_due(tx, now, now.minus(limits::CODE_FOR))? {
                    match secure.short_message(tx, &due) {
                        Ok(Some(message)) => messages.push(message),
                        // Nobody opens the letter any more, and the number is gone.
                        Ok(None) => rows::end(tx, &due.slot, due.made_at)?,
                        Err(SecureError::Db(error)) => return Err(error.into()),
                        // It holds up no other.
                        Err(error) => {
                            error!(slot = %due.slot, error = %model::Chain(&error), "a code cannot be told");
                            rows::end(tx, &due.slot, due.made_at)?;
                        }
                    }
                }
                Ok::<_, SecureError>(messages)
            })
            .await
    }

    /// A gateway took a short message, or never will.
    ///
    /// # Errors
    /// When the database does not answer: the message may then come again.
    pub async fn end_short_message(&self, message: &ShortMessage) -> Result<(), SecureError> {
        let (slot, made_at) = (message.slot, message.made_at);
        let scope = self.db().operator("forget a short message that a gateway took");
        Ok(scope.write(move |tx: &mut Tx| rows::end(tx, &slot, made_at)).await?)
    }

    fn short_message(&self, tx: &mut Tx, due: &rows::Due) -> Result<Option<ShortMessage>, SecureError> {
        let Seen { letter, copy } = self.read(tx, &due.slot)?;
        let (Some(to), Some(code)) = (self.phone_of(&copy)?, self.code_of(tx, &due.slot)?) else {
            return Ok(None);
        };
        let sender: String =
            letter.sender.to_string().chars().take(limits::TEXTED_SENDER_CHARACTERS).collect();
        let text = words::say(due.language, "phone-text", &[("code", &code), ("sender", &sender)]);
        Ok(Some(ShortMessage { to, text: Zeroizing::new(text), slot: due.slot, made_at: due.made_at }))
    }

    /// What is kept of a telephone that a sender named.
    pub(crate) fn telephone(&self, phone: &Phone, context: String) -> Telephone {
        let number = self.vault().wrap(&context, phone.number().as_bytes());
        Telephone { ending: phone.ending().to_owned(), number: Some(number) }
    }

    /// The number of a copy's telephone, as long as somebody can open the letter.
    pub(crate) fn phone_of(&self, copy: &Copy) -> Result<Option<Phone>, SecureError> {
        let Some(wrapped) = copy.telephone.as_ref().and_then(|telephone| telephone.number.as_ref()) else {
            return Ok(None);
        };
        let context = phone_context(&copy.slot, copy.letter, copy.organisation);
        let number = self.vault().unwrap(&context, wrapped)?;
        let phone = Phone::parse(&String::from_utf8_lossy(&number));
        phone.map(Some).map_err(|_| SecureError::Damaged("the number of a telephone"))
    }
}
