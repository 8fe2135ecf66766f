//! Sends invitations: as our own letter, and as a short message through the gateway that the operator chose.

use anyhow::Result;
use directory::{InvitationLetter, Way};
use door_manager::{Language, letters};
use model::Address;
use tracing::warn;
use world::GatewayRequest;

use crate::config::Sms;
use crate::installation::Installation;
use crate::own_letter::{OwnLetter, Posted, language_of};

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
    let Some(gateway) = &installation.config.sms else {
        let trouble = "this installation has no gateway for SMS";
        return Ok(installation.directory.invitation_sent(letter, trouble).await?);
    };
    let text = letters::invitation_sms(language, &letter.invitation, link);
    match installation.world.send_to_gateway(&request(gateway, &letter.invitation.phone, &text)).await {
        Ok(()) => installation.directory.invitation_sent(letter, "").await?,
        Err(error) if error.is_temporary() => warn!(%error, "an SMS waits"),
        Err(error) => {
            warn!(%error, "an SMS is not sent");
            installation.directory.invitation_sent(letter, &error.to_string()).await?;
        }
    }
    Ok(())
}

/// The gateway's request, with the number and the text in their places.
fn request(gateway: &Sms, to: &str, text: &str) -> GatewayRequest {
    let json = |text: &str| serde_json::Value::from(text).to_string().trim_matches('"').to_owned();
    let form = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let filled = |template: &str, coded: &dyn Fn(&str) -> String| {
        // In one pass: what stands in the text is no place.
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            rest = match (after.strip_prefix("to}"), after.strip_prefix("text}")) {
                (Some(after), _) => {
                    filled.push_str(&coded(to));
                    after
                }
                (_, Some(after)) => {
                    filled.push_str(&coded(text));
                    after
                }
                _ => {
                    filled.push('{');
                    after
                }
            };
        }
        filled + rest
    };
    let is_json = gateway.headers.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("content-type") && value.to_ascii_lowercase().contains("json")
    });
    GatewayRequest {
        method: gateway.method.clone(),
        url: filled(&gateway.url, &form),
        headers: gateway.headers.clone().into_iter().collect(),
        body: if is_json { filled(&gateway.body, &json) } else { filled(&gateway.body, &form) },
    }
}

#[cfg(test)]
mod tests {
    use super::{Sms, request};

    #[test]
    fn number_and_text_stand_in_their_places_in_the_code_of_the_body() {
        let gateway = |kind: &str, body: &str| Sms {
            url: "https://sms.example/send?to={to}".to_owned(),
            method: "POST".to_owned(),
            headers: [("Content-Type".to_owned(), kind.to_owned())].into(),
            body: body.to_owned(),
        };
        let json = request(
            &gateway("application/json", r#"{"to":"{to}","text":"{text}"}"#),
            "+41791234567",
            "a \"b\" {to}",
        );
        assert_eq!(json.body, r#"{"to":"+41791234567","text":"a \"b\" {to}"}"#);
        assert_eq!(json.url, "https://sms.example/send?to=%2B41791234567");
        let form = request(&gateway("application/x-www-form-urlencoded", "n={to}&t={text}"), "+417", "a b&c");
        assert_eq!(form.body, "n=%2B417&t=a+b%26c");
    }
}
