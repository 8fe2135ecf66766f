//! Sends invitations: as our own letter, and as a short message through the gateway that the operator chose.

use std::time::Duration;

use anyhow::Result;
use directory::{InvitationInfo, InvitationLetter, Way};
use door_manager::{Language, letters};
use model::Address;
use tracing::warn;

use crate::installation::Installation;
use crate::own_letter::{OwnLetter, Posted, language_of};
use crate::short_messages;

/// How long an SMS waits for a gateway that is down.
const SMS_PATIENCE: Duration = Duration::from_secs(3600);

/// Sends what waits. What cannot be sent now waits on, and nothing waits for it.
pub(crate) async fn send_what_waits(installation: &Installation) -> Result<()> {
    for letter in installation.directory.invitation_letters().await? {
        let link = installation.directory.invitation_link(&letter.token);
        let language = language_of(Some(&letter.invitation.language));
        match letter.way {
            Way::Letter => post(installation, &letter, language, &link).await?,
            Way::Sms => text(installation, &letter, language, &link).await?,
        }
    }
    Ok(())
}

async fn post(
    installation: &Installation,
    letter: &InvitationLetter,
    language: Language,
    link: &str,
) -> Result<()> {
    let own = OwnLetter {
        domain: installation.config.node.hostname.clone(),
        id: format!("{}.invitation", installation.world.new_id()),
        at: installation.world.clock.now(),
        words: letters::invitation(language, &letter.invitation, link),
    };
    let to: Vec<Address> = Address::parse(&letter.invitation.email).into_iter().collect();
    if own.post(installation, &to).await == Posted::Done {
        installation.directory.invitation_sent(letter, "").await?;
    }
    Ok(())
}

async fn text(
    installation: &Installation,
    letter: &InvitationLetter,
    language: Language,
    link: &str,
) -> Result<()> {
    let text = letters::invitation_sms(language, &letter.invitation, link);
    match short_messages::send(installation, &letter.invitation.phone, &text).await {
        Ok(()) => installation.directory.invitation_sent(letter, "").await?,
        Err(error) if error.is_temporary() && has_time(installation, &letter.invitation) => {
            warn!(%error, "an SMS waits");
        }
        Err(error) => {
            warn!(%error, "an SMS is not sent");
            installation.directory.invitation_sent(letter, &error.to_string()).await?;
        }
    }
    Ok(())
}

/// Whether a gateway that is down is asked once more: whoever invited is told within the hour that nothing went out.
fn has_time(installation: &Installation, invitation: &InvitationInfo) -> bool {
    installation.world.clock.now().since(invitation.created_at) < SMS_PATIENCE
}

#[cfg(test)]
mod tests {
    use directory::{AddressProof, InvitationInfo, NewAddress, NewInvitation, Scope};
    use model::{Address, Domain};
    use tokio::net::{TcpListener, TcpSocket};
    use world::World;

    use super::{SMS_PATIENCE, send_what_waits};
    use crate::installation::Installation;
    use crate::short_messages::tests::gateway;

    /// An installation whose gateway is here, with an invitation that waits for its SMS.
    async fn invited(db: db::Db, gateway: &str) -> (Installation, model::AddressId) {
        let blobs = blobs::Blobs::open("memory:", blobs::Options::default()).unwrap();
        let config = format!(
            "[node]\nhostname = 'mail.valbois.test'\ndata = '.'\n[sms]\nurl = '{gateway}'\nbody = 'to={{to}}&text={{text}}'"
        );
        let config = toml::from_str(&config).unwrap();
        let installation =
            Installation::assemble(config, World::testing(), db, blobs, keys::Vault::testing()).unwrap();
        let people = installation.directory.administration(Scope::Operator("test"), "test");
        let organisation = people.create_organisation("Valbois").await.unwrap().id;
        people.create_domain(organisation, None, &Domain::parse("valbois.test").unwrap()).await.unwrap();
        let address = Address::parse("anna@valbois.test").unwrap();
        let new = NewAddress { address, alias_to: Vec::new(), quota_bytes: None };
        let anna = people.create_address(new).await.unwrap().id;
        let new = NewInvitation { phone: "+41 79 123 45 67".to_owned(), ..NewInvitation::default() };
        people.invite(anna, new, AddressProof::Machine).await.unwrap();
        (installation, anna)
    }

    async fn state(installation: &Installation, anna: model::AddressId) -> InvitationInfo {
        let people = installation.directory.administration(Scope::Operator("test"), "test");
        people.invitations(anna).await.unwrap().remove(0)
    }

    #[tokio::test]
    async fn a_gateway_that_is_busy_is_asked_again_and_takes_the_sms_once() {
        for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/send", listener.local_addr().unwrap());
            let (installation, anna) = invited(db, &url).await;
            let asked = gateway(listener, &["503 Busy", "202 Accepted"]);
            send_what_waits(&installation).await.unwrap();
            let waits = state(&installation, anna).await;
            assert!(waits.sms_sent_at.is_none() && waits.sms_trouble.is_empty());
            send_what_waits(&installation).await.unwrap();
            assert!(state(&installation, anna).await.sms_sent_at.is_some());
            // Nobody listens any more: a third request would fail, and nothing is left that would make one.
            assert!(installation.directory.invitation_letters().await.unwrap().is_empty());
            send_what_waits(&installation).await.unwrap();
            let asked = asked.await.unwrap();
            assert!(asked[1].contains("to=%2B41791234567&text="), "{}", asked[1]);
            assert!(state(&installation, anna).await.sms_trouble.is_empty());
        }
    }

    #[tokio::test]
    async fn a_gateway_that_refuses_is_told_at_once_and_one_that_is_down_within_the_hour() {
        for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/send", listener.local_addr().unwrap());
            let (installation, anna) = invited(db, &url).await;
            let asked = gateway(listener, &["403 Forbidden"]);
            send_what_waits(&installation).await.unwrap();
            assert_eq!(asked.await.unwrap().len(), 1);
            assert_eq!(state(&installation, anna).await.sms_trouble, "the gateway answers 403");
        }
        for db in db::testing::migrated(&crate::installation::MIGRATIONS) {
            // Bound and not listening: connections are refused, and nobody else gets the port.
            let closed = TcpSocket::new_v4().unwrap();
            closed.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let url = format!("http://{}/send", closed.local_addr().unwrap());
            let (installation, anna) = invited(db, &url).await;
            send_what_waits(&installation).await.unwrap();
            assert!(state(&installation, anna).await.sms_trouble.is_empty(), "it waits");
            installation.world.clock.advance(SMS_PATIENCE);
            send_what_waits(&installation).await.unwrap();
            let told = state(&installation, anna).await;
            assert!(told.sms_trouble.starts_with("the gateway cannot be reached"), "{}", told.sms_trouble);
            assert!(installation.directory.invitation_letters().await.unwrap().is_empty(), "and ends");
        }
    }
}
