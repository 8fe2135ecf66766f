//! `POST /safe/verify/files`: evidence that somebody brings is verified with the published keys, in memory, and forgotten.
//! Whoever trusts the platform less does the same at home: the page says how.

use std::sync::Arc;

use axum::extract::{FromRequest, Multipart, Request, State};
use axum::response::Response;
use doorway_http::Held;
use evidence::{Document, Keys, Outcome, Report, Unreadable, Verdict, verify_files};
use minijinja::{Value, context};

use super::standing::verify_content;
use crate::memory::{arriving, pace, piece};
use crate::trouble::Trouble;
use crate::visitor::{Guest, is_from_ours};
use crate::{Shared, limits, pages};

/// Files as they were brought.
struct Files {
    files: Vec<(String, Vec<u8>)>,
    _held: Held,
}

/// `POST /safe/verify/files`
pub(crate) async fn verify(State(shared): State<Arc<Shared>>, guest: Guest, request: Request) -> Response {
    let answered = async {
        if !is_from_ours(request.headers(), request.uri(), request.extensions()) {
            return Err(Trouble::NotOurs);
        }
        let files = read(&shared, &guest, request).await?;
        // Only now: whoever sends slowly keeps nobody else waiting.
        let turn = shared.secure.turn_to_verify()?;
        let keys = shared.secure.keys_file().await?;
        let now = shared.world.clock.now();
        let judged = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let keys = Keys::parse(&keys).map_err(|_| Trouble::Later)?;
            let documents: Vec<Document<'_>> =
                files.files.iter().map(|(name, bytes)| Document { name, bytes }).collect();
            Ok::<_, Trouble>(match verify_files(&documents, &keys, Some(now)) {
                Ok(verified) => {
                    Ok(verified.iter().map(|one| shown(one.name, &one.report)).collect::<Vec<Value>>())
                }
                Err(Unreadable::NoEvidence) => Err("verify-none"),
                Err(Unreadable::TooMany | Unreadable::Bundle { .. } | Unreadable::Several(_)) => {
                    Err("verify-unreadable")
                }
            })
        });
        let judged = judged.await.map_err(|_| Trouble::Later)??;
        Ok(match judged {
            Ok(files) => {
                let content = context! { title => "verified-title", files };
                pages::standing(&guest, "verified.html", "/safe/verify", &content)
            }
            Err(error) => {
                let content = verify_content(&shared, Some(error)).await?;
                let mut page = pages::standing(&guest, "verify.html", "/safe/verify", &content);
                *page.status_mut() = Trouble::Forged.status();
                page
            }
        })
    };
    answered.await.unwrap_or_else(|trouble| trouble.page(&guest))
}

async fn read(shared: &Shared, guest: &Guest, request: Request) -> Result<Files, Trouble> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Trouble::Unreadable)?;
    let (mut held, mut pace) = (shared.memory.verifying(guest.client.ip), pace());
    let (mut files, mut octets) = (Vec::new(), 0);
    while let Some(mut field) = arriving(&mut pace, form.next_field(), Trouble::Unreadable).await? {
        if files.len() == limits::VERIFYING_FILES_LIMIT {
            return Err(Trouble::TooLarge);
        }
        let name: String =
            field.file_name().unwrap_or_default().chars().filter(|c| !c.is_control()).take(200).collect();
        let mut bytes = Vec::new();
        while let Some(piece) = piece(&mut pace, &mut field, Trouble::TooLarge).await? {
            octets += piece.len();
            if octets > limits::VERIFYING_BYTES {
                return Err(Trouble::TooLarge);
            }
            // The file, its place while it grows, and what is read of it.
            held.at_least(3 * octets)?;
            bytes.extend_from_slice(&piece);
        }
        // A field for files that was left empty is sent as a file without a name (HTML §4.10.21.4).
        if !(name.is_empty() && bytes.is_empty()) {
            files.push((name, bytes));
        }
    }
    Ok(Files { files, _held: held })
}

/// A report for the page. What it says in sentences, the verifier says in English.
fn shown(name: &str, report: &Report) -> Value {
    let verdict = match report.verdict {
        Verdict::Proven => "proven",
        Verdict::Failed => "failed",
        Verdict::Incomplete => "incomplete",
    };
    let letters: Vec<Value> = report
        .letters
        .iter()
        .take(limits::VERIFIED_SHOWN_LIMIT)
        .map(|told| {
            let events: Vec<Value> = told
                .events
                .iter()
                .map(|event| {
                    context! { event => event.event, time => event.time, not_later_than => event.not_later_than }
                })
                .collect();
            context! { mode => told.mode, sender => told.sender, recipient => told.recipient, letter => told.letter,
            events }
        })
        .collect();
    let outcome = |outcome: Outcome| match outcome {
        Outcome::Proven => "proven",
        Outcome::Failed => "failed",
        Outcome::NotShown => "not-shown",
    };
    // What is false is never cut off.
    let mut claims: Vec<_> = report.claims.iter().collect();
    claims.sort_by_key(|claim| claim.outcome != Outcome::Failed);
    let more = claims.len().saturating_sub(limits::VERIFIED_SHOWN_LIMIT);
    let claims: Vec<Value> = claims
        .into_iter()
        .take(limits::VERIFIED_SHOWN_LIMIT)
        .map(|claim| context! { outcome => outcome(claim.outcome), text => claim.text })
        .collect();
    context! { name, verdict, letters, claims, more }
}
