//! Letters to people about their own accounts: another password, a second factor more or less, another role. The
//! directory writes down what happened; here it becomes a letter in the person's language.

use anyhow::Result;
use directory::Notice;
use door_manager::letters;
use model::Address;
use tracing::warn;

use crate::installation::Installation;
use crate::own_letter::{OwnLetter, Posted, language_of};

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
