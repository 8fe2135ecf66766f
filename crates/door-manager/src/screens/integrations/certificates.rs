//! The certificates of an integration's servers: slots by name or by fingerprint, several at a time, so that a renewal
//! never interrupts.

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use gateways::{
    CertificateId, Direction, Fingerprint, Identity, Integration, NewCertificate, PeerCertificate, Presented,
};
use minijinja::{Value, context};
use model::{Domain, Timestamp};

use super::{Answer, Desk, name_of, path_of};
use crate::Shared;
use crate::fields::Fields;
use crate::screens::refusal::FieldError;
use crate::trouble::Trouble;
use crate::words::Word;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/integrations/{id}/certificates", get(show).post(add))
        .route("/integrations/{id}/certificates/remove", post(remove))
}

/// The ways to declare one, as the form names them.
const WAYS: [&str; 3] = ["name", "certificate", "fingerprint"];

async fn show(desk: Desk, Path(id): Path<String>) -> Answer {
    listed(&desk, &desk.found(&id).await?, &Fields::default(), &[])
}

/// The slots and the form of another one.
fn listed(desk: &Desk, one: &Integration, typed: &Fields, errors: &[FieldError]) -> Answer {
    let now = desk.now();
    let slots: Vec<Value> = one.certificates.iter().map(|slot| facts(desk, slot, now)).collect();
    let way = typed.text("way");
    let directions = Direction::EACH.map(|direction| {
        let key = format!("certificate-direction-{direction}");
        context! { value => direction.as_str(), text => desk.say(&key, &[]), help => desk.say(&format!("{key}-help"), &[]) }
    });
    let content = context! {
        top => desk.top(one, "certificates"),
        slots,
        directions => directions.to_vec(),
        way => if WAYS.contains(&way) { way } else { WAYS[0] },
        host => typed.text("host"),
        pem => typed.text("pem"),
        fingerprint => typed.text("fingerprint"),
        direction => if typed.has("direction") { typed.text("direction") } else { "both" },
    };
    desk.page("integration_certificates.html", content, errors)
}

fn facts(desk: &Desk, slot: &PeerCertificate, now: Timestamp) -> Value {
    let lamp = desk.expiry(slot, now);
    let is_name = matches!(slot.identity, Identity::Name(_));
    // A pinned one says itself; of one that is known by its name, what was presented last.
    let shown = slot.certificate.as_deref();
    context! {
        id => slot.id.0.to_string(),
        title => match (&slot.identity, shown) {
            (Identity::Name(name), _) => name.to_string(),
            (Identity::Fingerprint(_), Some(known)) => known.subject.clone(),
            (Identity::Fingerprint(print), None) => print.to_string(),
        },
        is_name,
        lamp => lamp.state,
        says => lamp.text,
        direction => desk.say(&format!("certificate-direction-{}", slot.direction), &[]),
        fingerprint => match &slot.identity {
            Identity::Fingerprint(print) => Some(print.to_string()),
            Identity::Name(_) => slot.seen_fingerprint.map(|print| print.to_string()),
        },
        sha1 => shown.map(|known| known.sha1.clone()),
        subject => shown.map(|known| known.subject.clone()),
        issuer => shown.map(|known| known.issuer.clone()),
        names => shown.map(|known| known.names.join(", ")),
        seen_at => slot.seen_at.map(|at| at.rfc3339()),
        created_at => slot.created_at.rfc3339(),
        ends_at => slot.ends_at.map(|at| at.rfc3339()),
    }
}

/// What the form declares, or what is wrong with it.
fn declared(desk: &Desk, fields: &Fields) -> Result<NewCertificate, FieldError> {
    let error = |field: &str, key: &str, text: &str| {
        FieldError::new(field, desk.say(key, &[("text", Word::from(text))]))
    };
    let presented = match fields.text("way") {
        "certificate" => match fields.text("pem") {
            "" => return Err(error("pem", "certificate-pem-none", "")),
            pem => Presented::Pem(pem.to_owned()),
        },
        "fingerprint" => {
            let text = fields.text("fingerprint");
            let print = Fingerprint::parse(text);
            Presented::Fingerprint(
                print.ok_or_else(|| error("fingerprint", "certificate-print-wrong", text))?,
            )
        }
        _ => {
            let text = fields.text("host");
            Presented::Name(Domain::parse(text).map_err(|_| error("host", "certificate-host-wrong", text))?)
        }
    };
    let direction = fields.text("direction").parse().unwrap_or_default();
    Ok(NewCertificate { presented, direction })
}

async fn add(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let new = match declared(&desk, &fields) {
        Ok(new) => new,
        Err(error) => return listed(&desk, &one, &fields, &[error]),
    };
    // Beside the field of the way that was chosen.
    let field = match &new.presented {
        Presented::Name(_) => "host",
        Presented::Fingerprint(_) => "fingerprint",
        Presented::Pem(_) | Presented::Der(_) => "pem",
    };
    match desk.gateways().add_certificate(one.id, new).await {
        Ok(changed) => {
            let name = changed.certificates.last().map_or_else(String::new, |slot| name_of(&slot.identity));
            desk.done(&format!("{}/certificates", path_of(&one)), "certificate-added", &name)
        }
        Err(error) => listed(&desk, &one, &fields, &[desk.refusal(error)?.at(field)]),
    }
}

async fn remove(desk: Desk, Path(id): Path<String>, fields: Fields) -> Answer {
    let one = desk.found(&id).await?;
    let slot: i64 = fields.text("certificate").parse().map_err(|_| Trouble::NotFound)?;
    let known = one.certificates.iter().find(|known| known.id.0 == slot).ok_or(Trouble::NotFound)?;
    match desk.gateways().remove_certificate(one.id, CertificateId(slot)).await {
        Ok(_) => {
            let name = name_of(&known.identity);
            desk.done(&format!("{}/certificates", path_of(&one)), "certificate-removed", &name)
        }
        Err(error) => {
            let error = desk.refusal(error)?.at(&format!("certificate-{slot}"));
            listed(&desk, &one, &Fields::default(), &[error])
        }
    }
}
