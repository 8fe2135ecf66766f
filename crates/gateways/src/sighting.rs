//! What was last seen of an integration's servers: that they were identified or refused, which ways letters went. Of
//! each kind the last one is kept, for the test of the connection; nothing depends on it.

use std::collections::HashMap;
use std::sync::Arc;

use db::DbError;
use model::{Gateway, IntegrationId, Timestamp};
use parking_lot::Mutex;

use crate::limits::{SEEN_KINDS_LIMIT, SIGHTING_AGAIN_AFTER, SIGHTING_ANEW_AFTER, SIGHTING_LIMIT_CHARACTERS};
use crate::{Administration, Gateways, Result, rows};

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SightingKind {
    /// A server showed a certificate that identified it.
    Identified,
    /// A server claimed a domain of the integration with another certificate.
    Refused,
    /// The letter by which a customer tries the way to us came, and was honoured.
    TestMail,
    /// Its server brought a letter to somebody who is connected as well.
    SentInternal,
    /// Its server brought a letter that went to somebody elsewhere.
    SentExternal,
    /// Its server took a letter of somebody who is connected as well.
    ReceivedInternal,
    /// Its server took a letter of somebody elsewhere.
    ReceivedExternal,
}

impl SightingKind {
    /// All of them.
    pub const EACH: [SightingKind; 7] = [
        SightingKind::Identified,
        SightingKind::Refused,
        SightingKind::TestMail,
        SightingKind::SentInternal,
        SightingKind::SentExternal,
        SightingKind::ReceivedInternal,
        SightingKind::ReceivedExternal,
    ];

    /// The word in rows and views.
    pub fn as_str(self) -> &'static str {
        match self {
            SightingKind::Identified => "identified",
            SightingKind::Refused => "refused",
            SightingKind::TestMail => "test-mail",
            SightingKind::SentInternal => "sent-internal",
            SightingKind::SentExternal => "sent-external",
            SightingKind::ReceivedInternal => "received-internal",
            SightingKind::ReceivedExternal => "received-external",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<SightingKind> {
        SightingKind::EACH.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Something that was seen of an integration's servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// What.
    pub kind: SightingKind,
    /// When.
    pub at: Timestamp,
    /// Which certificate, which reason, from whom to whom; for people.
    pub detail: String,
    /// The end of the certificate, where it is about one.
    pub ends_at: Option<Timestamp>,
}

/// What this process has written lately, so that busy servers cost one write a minute.
pub(crate) type Lately = Arc<Mutex<HashMap<(IntegrationId, SightingKind), (Timestamp, String)>>>;

impl Gateways {
    /// Notes what was seen of an integration's servers, at most once a minute for the same, and every few seconds for
    /// what is of the same kind.
    pub async fn note_sighting(
        &self,
        gateway: Gateway,
        kind: SightingKind,
        detail: &str,
        ends_at: Option<Timestamp>,
    ) -> std::result::Result<(), DbError> {
        let at = self.world.clock.now();
        let detail: String = detail.chars().take(SIGHTING_LIMIT_CHARACTERS).collect();
        let key = (gateway.integration, kind);
        {
            let mut lately = self.lately.lock();
            if lately.get(&key).is_some_and(|(then, said)| is_old_news(*then, said, at, &detail)) {
                return Ok(());
            }
            if lately.len() >= SEEN_KINDS_LIMIT {
                lately.clear();
            }
            lately.insert(key, (at, detail.clone()));
        }
        let sighting = Sighting { kind, at, detail, ends_at };
        let scope = self.db.tenant(gateway.organisation);
        let noted = scope.write(move |tx| rows::note_sighting(tx, gateway, &sighting)).await;
        if noted.is_err() {
            // The next one is to be tried.
            self.lately.lock().remove(&key);
        }
        noted
    }
}

/// Whether there is nothing to write: the same within a minute; something else, which strangers may have worded, within
/// a few seconds.
fn is_old_news(then: Timestamp, said: &str, at: Timestamp, detail: &str) -> bool {
    let pause = if said == detail { SIGHTING_AGAIN_AFTER } else { SIGHTING_ANEW_AFTER };
    at.since(then) < pause
}

impl Administration {
    /// What was last seen of an integration's servers, of each kind one.
    pub async fn sightings(&self, id: IntegrationId) -> Result<Vec<Sighting>> {
        let one = self.integration(id).await?;
        self.scoped()?.read(move |tx| Ok(rows::sightings(tx, one.organisation, one.id)?)).await
    }
}
