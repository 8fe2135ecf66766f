//! Letters to people about their own accounts: another password, a second factor more or less, another role. The
//! directory writes down what happened; here it becomes a letter in the person's language.

use anyhow::{Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use directory::Notice;
use mail_flow::{Arrival, Origin};
use model::{Address, BodyKind, Envelope, Notify, Recipient, ReversePath, TlsWish};
use tracing::warn;

use crate::installation::Installation;

/// Posts what waits. A letter that cannot be posted now waits on; one to a login that is no address goes.
pub(crate) async fn post_what_waits(installation: &Installation) -> Result<()> {
    for notice in installation.directory.waiting_notices().await? {
        match Address::parse(&notice.login) {
            Ok(address) => post(installation, &notice, address).await?,
            Err(_) => warn!(login = notice.login, "a login is no address: nothing can be written to it"),
        }
        installation.directory.notice_posted(&notice).await?;
    }
    Ok(())
}

async fn post(installation: &Installation, notice: &Notice, address: Address) -> Result<()> {
    let mut body = installation.flow.receive();
    let letter = letter(&installation.config.node.hostname, notice);
    body.write(letter.as_bytes()).await.map_err(|reply| anyhow!("{reply}"))?;
    let envelope = Envelope {
        // Nobody is to answer a notice: a full mailbox there makes no letters here.
        from: ReversePath::Null,
        recipients: vec![Recipient { address, notify: Some(Notify::NEVER), original: None }],
        return_content: None,
        envelope_id: None,
        body: BodyKind::SevenBit,
        smtputf8: false,
        tls: TlsWish::Usual,
    };
    let arrival = Arrival { origin: Origin::Ourselves, envelope, body };
    installation.flow.accept(arrival).await.map_err(|reply| anyhow!("{reply}"))?;
    Ok(())
}

/// What happened, in one of the four languages: the subject and a sentence.
fn words(notice: &Notice) -> (String, String) {
    let language = ["fr", "de", "it", "en"]
        .iter()
        .position(|known| notice.language.as_deref() == Some(*known))
        // The language of the first customers, as on the screens.
        .unwrap_or(0);
    let pick = |all: [&str; 4]| all[language].to_owned();
    let (role, organisation) = notice.detail.split_once(" @ ").unwrap_or(("", ""));
    let detail = &notice.detail;
    match notice.kind.as_str() {
        "role" if role == "none" => (
            pick([
                "Vous quittez une organisation",
                "Sie verlassen eine Organisation",
                "Lasciate un’organizzazione",
                "You left an organisation",
            ]),
            pick([
                "Vous n’appartenez plus à",
                "Sie gehören nicht mehr zu",
                "Non appartenete più a",
                "You no longer belong to",
            ]) + &format!(" «{organisation}»."),
        ),
        "role" => {
            let called = match role {
                "legal-owner" => pick([
                    "responsable légal",
                    "rechtlich Verantwortliche",
                    "responsabile legale",
                    "legal owner",
                ]),
                "administrator" => {
                    pick(["administrateur", "Administrator", "amministratore", "administrator"])
                }
                "collaborator" => pick(["collaborateur", "Mitarbeiter", "collaboratore", "collaborator"]),
                _ => pick(["externe", "Externe", "esterno", "external"]),
            };
            (
                pick([
                    "Votre rôle a changé",
                    "Ihre Rolle hat sich geändert",
                    "Il vostro ruolo è cambiato",
                    "Your role has changed",
                ]),
                pick(["Votre rôle dans", "Ihre Rolle in", "Il vostro ruolo in", "Your role in"])
                    + &format!(" «{organisation}»: {called}."),
            )
        }
        "password" => (
            pick([
                "Votre mot de passe a changé",
                "Ihr Passwort wurde geändert",
                "La vostra password è cambiata",
                "Your password has changed",
            ]),
            pick([
                "Le mot de passe de votre compte a été changé.",
                "Das Passwort Ihres Kontos wurde geändert.",
                "La password del vostro account è stata cambiata.",
                "The password of your account was changed.",
            ]),
        ),
        "factor-added" => (
            pick([
                "Second facteur ajouté",
                "Zweiter Faktor hinzugefügt",
                "Secondo fattore aggiunto",
                "Second factor added",
            ]),
            pick([
                "Nouveau second facteur:",
                "Neuer zweiter Faktor:",
                "Nuovo secondo fattore:",
                "New second factor:",
            ]) + &format!(" «{detail}»."),
        ),
        "factor-removed" => (
            pick([
                "Second facteur retiré",
                "Zweiter Faktor entfernt",
                "Secondo fattore rimosso",
                "Second factor removed",
            ]),
            pick([
                "Second facteur retiré:",
                "Entfernter zweiter Faktor:",
                "Secondo fattore rimosso:",
                "Second factor removed:",
            ]) + &format!(" «{detail}»."),
        ),
        "recovery-codes" => (
            pick([
                "Nouveaux codes de secours",
                "Neue Ersatzcodes",
                "Nuovi codici di riserva",
                "New recovery codes",
            ]),
            pick([
                "De nouveaux codes de secours remplacent les anciens.",
                "Neue Ersatzcodes ersetzen die alten.",
                "Nuovi codici di riserva sostituiscono i vecchi.",
                "New recovery codes replace the old ones.",
            ]),
        ),
        _ => (
            pick([
                "Code de secours utilisé",
                "Ersatzcode benutzt",
                "Codice di riserva usato",
                "Recovery code used",
            ]),
            pick([
                "Quelqu’un s’est connecté avec un code de secours. Il en reste:",
                "Jemand hat sich mit einem Ersatzcode angemeldet. Es bleiben:",
                "Qualcuno ha effettuato l’accesso con un codice di riserva. Ne restano:",
                "Somebody signed in with a recovery code. Left:",
            ]) + &format!(" {detail}."),
        ),
    }
}

/// The whole letter, in ASCII: its words are encoded (RFC 2045 §6.8, RFC 2047 §4.1).
fn letter(hostname: &str, notice: &Notice) -> String {
    let (subject, sentence) = words(notice);
    let not_you = match notice.language.as_deref() {
        Some("de") => {
            "Waren Sie das nicht, ändern Sie sofort Ihr Passwort und wenden Sie sich an Ihre Administratoren."
        }
        Some("it") => {
            "Se non siete stati voi, cambiate subito la password e rivolgetevi ai vostri amministratori."
        }
        Some("en") => "If this was not you, change your password at once and ask your administrators.",
        _ => {
            "Si ce n’était pas vous, changez tout de suite de mot de passe et adressez-vous à vos administrateurs."
        }
    };
    let text = format!(
        "{}\r\n\r\n{sentence}\r\n\r\n{}, {}\r\n\r\n{not_you}\r\n",
        notice.name,
        notice.at.rfc3339(),
        notice.who
    );
    let encoded = STANDARD.encode(text);
    let lines: Vec<&str> =
        (0..encoded.len()).step_by(76).map(|at| &encoded[at..(at + 76).min(encoded.len())]).collect();
    format!(
        "From: Relais <postmaster@{hostname}>\r\n\
         To: <{}>\r\n\
         Subject: =?utf-8?B?{}?=\r\n\
         Date: {}\r\n\
         Message-ID: <{}.notice@{hostname}>\r\n\
         Auto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\
         \r\n\
         {}\r\n",
        notice.login,
        STANDARD.encode(subject),
        notice.at.rfc5322(),
        notice.id,
        lines.join("\r\n"),
    )
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use directory::Notice;
    use model::{OrganisationId, Timestamp};

    #[test]
    fn a_letter_is_in_the_persons_language_and_in_ascii() {
        for (language, kind, detail, expected) in [
            (Some("de"), "role", "administrator @ Commune", "Ihre Rolle in «Commune»: Administrator."),
            (Some("en"), "role", "none @ Commune", "You no longer belong to «Commune»."),
            (Some("it"), "factor-added", "Téléphone", "Nuovo secondo fattore: «Téléphone»."),
            (None, "password", "", "Le mot de passe de votre compte a été changé."),
        ] {
            let notice = Notice {
                id: 7,
                organisation: OrganisationId(1),
                login: "claire@valbois.test".to_owned(),
                name: "Claire".to_owned(),
                language: language.map(ToOwned::to_owned),
                kind: kind.to_owned(),
                detail: detail.to_owned(),
                who: "admin@valbois.test".to_owned(),
                at: Timestamp(0),
            };
            let letter = super::letter("mail.valbois.test", &notice);
            assert!(letter.is_ascii());
            assert!(letter.lines().all(|line| line.len() <= 200), "{letter}");
            let body = letter.split_once("\r\n\r\n").unwrap().1.replace("\r\n", "");
            let text = String::from_utf8(STANDARD.decode(body).unwrap()).unwrap();
            assert!(text.contains(expected) && text.contains("admin@valbois.test"), "{text}");
        }
    }
}
