//! Letters to people about their own accounts: another password, a second factor more or less, another role. The
//! directory writes down what happened; here it becomes a letter in the person's language. And letters to customers about
//! other addresses of the platform.

use anyhow::Result;
use directory::{Notice, Scope, UserInfo};
use door_manager::letters;
use model::Address;
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

/// Where customers see what was announced, and answer.
pub(crate) fn renumbering_link(installation: &Installation) -> String {
    let config = &installation.config;
    let base = http::base_url(config).unwrap_or_else(|| format!("https://{}", config.node.hostname));
    format!("{base}/manager/renumberings")
}
