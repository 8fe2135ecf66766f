//! Opening an account: for the address of a letter, by whoever has shown its mailbox by a code.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use directory::{Entrance, NewRecipient, Zeroizing};
use minijinja::context;
use model::Address;

use super::{Going, factors, or_trouble, page, set_cookie, unable};
use crate::Shared;
use crate::fields::Sent;
use crate::trouble::Trouble;
use crate::visitor::Guest;
use crate::words::say;

/// The address of the letter, once its mailbox was shown: nobody else learns whether there is an account, or opens one.
async fn shown(shared: &Shared, guest: &Guest, going: &Going) -> Result<Address, Trouble> {
    let (_, seen) = going.letter(shared).await?.ok_or(Trouble::Proof)?;
    let address = seen.copy.address;
    let by_code = guest.known(shared).await?.by_code;
    match by_code.is_some_and(|who| who.canonical == address.canonical()) {
        true => Ok(address),
        false => Err(Trouble::Proof),
    }
}

async fn form(
    shared: &Shared,
    guest: &Guest,
    going: &Going,
    address: &Address,
    wrong: Option<String>,
) -> Result<Response, Trouble> {
    let is_taken = shared.directory.has_account(address).await?;
    let is_shared = !is_taken && !shared.directory.may_join(address).await?;
    let content = context! { title => "join-title", login => address.to_string(), is_taken, is_shared };
    Ok(page(guest, "account-join.html", going, wrong, content))
}

/// `POST /safe/join`: the page.
pub(super) async fn show(State(shared): State<Arc<Shared>>, guest: Guest, sent: Sent) -> Response {
    let answer = async {
        let going = Going::of(&sent.0?);
        let address = shown(&shared, &guest, &going).await?;
        form(&shared, &guest, &going, &address, None).await
    };
    or_trouble(&guest, answer.await)
}

/// `POST /safe/join/open`: the account, and at once what protects it.
pub(super) async fn open(State(shared): State<Arc<Shared>>, mut guest: Guest, sent: Sent) -> Response {
    let answer = async {
        let fields = sent.0?;
        let going = Going::of(&fields);
        let address = shown(&shared, &guest, &going).await?;
        if fields.raw("new") != fields.raw("repeated") {
            let wrong = say(guest.language, "password-differs", &[]);
            return form(&shared, &guest, &going, &address, Some(wrong)).await;
        }
        let new = NewRecipient {
            login: address.clone(),
            password: Zeroizing::new(fields.raw("new").to_owned()),
            language: Some(guest.language.tag().to_owned()),
            source: guest.client.ip,
        };
        let signed_in = match shared.directory.open_recipient(new).await {
            Ok(signed_in) => signed_in,
            Err(error) => {
                let wrong = unable(&guest, error)?;
                return form(&shared, &guest, &going, &address, Some(wrong)).await;
            }
        };
        match shared.directory.enter(&signed_in, guest.client.ip, &guest.agent).await? {
            Entrance::Session(token) => {
                guest.sign_in(&token);
                let session = guest.session(&shared).await?.ok_or(Trouble::Proof)?;
                let mut response = factors::begin(&shared, &guest, &session, &going).await?;
                set_cookie(&mut response, &guest.session_cookie(&token));
                Ok(response)
            }
            // Nobody has given it a second factor since a moment ago.
            Entrance::Step(_) => Err(Trouble::Proof),
        }
    };
    let answer = answer.await;
    or_trouble(&guest, answer)
}
