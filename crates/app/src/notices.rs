//! Letters to people about their own accounts: another password, a second factor more or less, another role. The
//! directory writes down what happened; here it becomes a letter in the person's language. And letters to customers about
//! other addresses of the platform; and letters to their recipients about the secured letters that will come.

use anyhow::Result;
use directory::{Notice, Scope, UserInfo};
use door_manager::letters;
use model::{Address, Class};
use tracing::warn;

use crate::http;
use crate::installation::Installation;
use crate::own_letter::{OwnLetter, Posted, by_language, language_of};

/// Posts what waits. A letter that cannot be posted now waits on; one to a login that is no address goes.
pub(crate) async fn post_what_waits(installation: &Installation) -> Result<()> {
    for notice in installation.directory.waiting_notices().await? {
        let posted = match Address::parse(&notice.login) {
            Ok(address) => {
                letter(&notice, &installation.config.node.hostname).post(installation, &[address]).await
            }
            Err(_) => {
                warn!(login = notice.login, "a login is no address: nothing can be written to it");
                Posted::Done
            }
        };
        if posted == Posted::Done {
            installation.directory.notice_posted(&notice).await?;
        }
    }
    Ok(())
}

fn letter(notice: &Notice, hostname: &str) -> OwnLetter {
    OwnLetter {
        domain: hostname.to_owned(),
        id: format!("{}.notice", notice.id),
        at: notice.at,
        words: letters::account(language_of(notice.language.as_deref()), notice),
    }
}

/// Posts the letters about changes of addresses that wait: to the owners and administrators of each organisation, in the
/// language of each. A letter that cannot be posted now waits on.
pub(crate) async fn post_about_renumbering(installation: &Installation) -> Result<()> {
    let link = renumbering_link(installation);
    for letter in installation.renumberings.waiting_letters().await? {
        let scope = Scope::Operator("who hears of other addresses of the platform");
        let people = installation.directory.administration(scope, "relais");
        let contacts: Vec<UserInfo> = people
            .users(Some(letter.organisation))
            .await?
            .into_iter()
            .filter(UserInfo::answers_for_organisation)
            .collect();
        if contacts.is_empty() {
            // It waits until somebody answers for the organisation: the operator sees that it has not gone.
            warn!(organisation = %letter.organisation, "nobody of the organisation can be written to");
            continue;
        }
        let mut posted = Posted::Done;
        for (language, addresses) in by_language(&contacts) {
            let own = OwnLetter {
                domain: installation.config.node.hostname.clone(),
                id: format!("{}.renumbering", letter.id),
                at: letter.at,
                words: letters::renumbering(language, &letter, &link),
            };
            if own.post(installation, &addresses).await == Posted::Later {
                posted = Posted::Later;
            }
        }
        if posted == Posted::Done {
            installation.renumberings.letter_posted(&letter).await?;
        }
    }
    Ok(())
}

/// Posts the letters to recipients that are due: as the page for them is published now, in the language of each. One that
/// cannot be posted now is tried again later; one that is refused for good is told of in the list, and stops no other.
pub(crate) async fn post_to_recipients(installation: &Installation) -> Result<()> {
    let onboarding = &installation.onboarding;
    let base = doors(installation);
    for letter in onboarding.take_recipient_letters().await? {
        let language = letter.language;
        let link = format!("{base}{}?lang={language}", letter.page.path());
        let own = OwnLetter {
            domain: installation.config.node.hostname.clone(),
            id: format!("{}.recipient", letter.id),
            at: letter.asked_at,
            words: letters::informing(language, &letter.page, &link),
        };
        match own.accept(installation, &letter.address).await {
            Ok(()) => onboarding.recipient_letter_posted(&letter).await?,
            Err(reply) if reply.class() == Class::Never => {
                onboarding.recipient_letter_refused(&letter, &reply.to_string()).await?;
            }
            Err(reply) => {
                warn!(recipient = %letter.address, %reply, "cannot post a letter to a recipient now");
            }
        }
    }
    Ok(())
}

/// Under which address the doors are found.
fn doors(installation: &Installation) -> String {
    let config = &installation.config;
    http::base_url(config).unwrap_or_else(|| format!("https://{}", config.node.hostname))
}

/// Where customers see what was announced, and answer.
pub(crate) fn renumbering_link(installation: &Installation) -> String {
    format!("{}/manager/renumberings", doors(installation))
}

#[cfg(test)]
mod tests;
