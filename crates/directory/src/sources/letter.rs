//! Letters that follow from requests: an outbox, which the program empties. What is written twice after a crash is the
//! letter, never the request.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::allowed::token_hash;
use super::{AllowedSource, UnbanRequest, rows, shown};
use crate::error::DirectoryError;
use crate::{About, Directory, Scope, UserInfo};

/// Octets of a link's token.
const TOKEN_OCTETS: usize = 24;
/// Letters that are written at once.
const LETTERS_AT_ONCE: usize = 50;

/// A letter to be written.
#[derive(Clone, Debug)]
pub enum SourceLetter {
    /// To the contact address of a request: confirm with this token.
    Confirm {
        /// The request.
        source: AllowedSource,
        /// What the link carries.
        token: String,
    },
    /// To the administrators of the domain: somebody asks to be let in.
    Asked {
        /// The request.
        request: UnbanRequest,
        /// They; nobody for a domain that is nobody's.
        administrators: Vec<UserInfo>,
    },
}

impl Directory {
    /// The letters that are to be written.
    pub async fn source_letters(&self) -> Result<Vec<SourceLetter>, DirectoryError> {
        let operator = self.db.operator("write the letters that follow from requests");
        let (sources, requests) = operator
            .read(|tx| {
                let sources = rows::allowed_without_letter(tx, LETTERS_AT_ONCE)?;
                Ok::<_, DirectoryError>((sources, rows::unban_without_letter(tx, LETTERS_AT_ONCE)?))
            })
            .await?;
        let mut letters = Vec::new();
        for source in sources {
            let mut octets = [0; TOKEN_OCTETS];
            self.world.random.fill(&mut octets);
            let token = URL_SAFE_NO_PAD.encode(octets);
            let (id, hash) = (source.id, token_hash(&token));
            // Before the letter goes: a link that leads nowhere would be worse than a second letter.
            operator.write(move |tx| rows::set_allow_token(tx, id, &hash)).await?;
            letters.push(SourceLetter::Confirm { source, token });
        }
        for mut request in requests {
            let administrators = match request.organisation {
                Some(organisation) => {
                    let scope = Scope::Operator("tell administrators that somebody is kept out");
                    self.administration(scope, "relais")
                        .administrators(organisation, About::Organisation)
                        .await?
                }
                None => Vec::new(),
            };
            request.source = shown(&request.source).to_owned();
            request.sent_from = shown(&request.sent_from).to_owned();
            letters.push(SourceLetter::Asked { request, administrators });
        }
        Ok(letters)
    }

    /// A letter is on its way.
    pub async fn source_letter_sent(&self, letter: &SourceLetter) -> Result<(), DirectoryError> {
        let now = self.now();
        let operator = self.db.operator("note that a letter was written");
        match letter {
            SourceLetter::Confirm { source, .. } => {
                let id = source.id;
                operator.write(move |tx| rows::allow_letter_sent(tx, id, now)).await?;
            }
            SourceLetter::Asked { request, .. } => {
                let id = request.id;
                operator.write(move |tx| rows::unban_letter_sent(tx, id, now)).await?;
            }
        }
        Ok(())
    }
}
