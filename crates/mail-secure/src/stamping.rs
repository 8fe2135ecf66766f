//! Who says when: authorities that are set are asked one after the other; without any, the platform says it itself, with
//! a certificate whose name tells so.

use evidence::Digest;
use model::Timestamp;
use tracing::warn;
use wire_cms::Certificate;
use wire_cms::time_stamp::{self, Issuing, Token};
use world::PostRequest;

use crate::error::SecureError;
use crate::platform::Platform;
use crate::{Secure, limits};

/// The policy of the platform's own time-stamps, an arc that needs no registration (ITU-T X.667): the platform's
/// clock, no accredited authority.
pub const OWN_TIME_POLICY: &str = "2.25.1795392000";

/// A token that was verified.
#[derive(Clone)]
pub(crate) struct Stamped {
    pub(crate) token: Vec<u8>,
    /// Roots one of which vouches for it.
    pub(crate) roots: Vec<Certificate>,
}

/// Why an authority did not do.
#[derive(Debug, thiserror::Error)]
pub enum NoTimeStamp {
    /// None answered; why the last one did not.
    #[error("cannot ask the time-stamp authority {url}")]
    Unanswered {
        /// Which.
        url: String,
        /// Why not.
        source: world::PostError,
    },
    /// The answer brings no token.
    #[error("the time-stamp authority {url} gives no token")]
    Refused {
        /// Which.
        url: String,
        /// Why not.
        source: time_stamp::Refused,
    },
    /// The token does not hold with the roots that are set.
    #[error("the token of the time-stamp authority {url} does not hold")]
    Untrusted {
        /// Which.
        url: String,
        /// Why not.
        source: time_stamp::StampError,
    },
    /// Its time is before what is stamped, or has not come.
    #[error("the clock of the time-stamp authority {url} says {said} when ours says {ours}")]
    Clock {
        /// Which.
        url: String,
        /// Its time.
        said: String,
        /// Ours.
        ours: String,
    },
    /// The platform's own clock does not stamp.
    #[error("the platform cannot stamp")]
    Own(#[from] time_stamp::NotIssued),
}

impl Secure {
    /// The roots that vouch for time-stamps made now.
    pub(crate) fn time_roots(&self, platform: &Platform) -> Vec<Certificate> {
        match self.settings().time_stamps.is_empty() {
            true => platform.clock_roots().cloned().collect(),
            false => self.settings().time_stamp_roots.clone(),
        }
    }

    /// A token over a digest of what was made at a moment: from the first authority whose answer holds.
    pub(crate) async fn time_stamp(
        &self,
        platform: &Platform,
        digest: &Digest,
        made_at: Timestamp,
    ) -> Result<Stamped, SecureError> {
        let roots = self.time_roots(platform);
        let mut nonce = [0; 8];
        self.world().random.fill(&mut nonce);
        let nonce = u64::from_be_bytes(nonce);
        let request = time_stamp::request(&digest.0, nonce);
        if self.settings().time_stamps.is_empty() {
            let answer = self.own_answer(platform, &request)?;
            let token = judged(&answer, OWN, digest, nonce, &roots, (made_at, self.now()))?;
            return Ok(Stamped { token, roots });
        }
        let mut last = None;
        for url in &self.settings().time_stamps {
            let asked = PostRequest {
                url,
                content_type: time_stamp::REQUEST_TYPE,
                answer_type: time_stamp::RESPONSE_TYPE,
                body: request.clone(),
                limit_bytes: limits::TIME_STAMP_LIMIT_BYTES,
            };
            let answer = self.world().post(asked).await;
            let answer = answer.map_err(|source| NoTimeStamp::Unanswered { url: url.clone(), source });
            match answer.and_then(|answer| judged(&answer, url, digest, nonce, &roots, (made_at, self.now())))
            {
                Ok(token) => return Ok(Stamped { token, roots }),
                Err(error) => {
                    warn!(error = %model::Chain(&error), "a time-stamp authority does not do");
                    last = Some(error);
                }
            }
        }
        Err(last.map_or(SecureError::Keys("no time-stamp authority is set"), SecureError::NoTimeStamp))
    }

    fn own_answer(&self, platform: &Platform, request: &[u8]) -> Result<Vec<u8>, NoTimeStamp> {
        let serial = self.world().new_id().unsigned_abs();
        let issuing = Issuing { policy: OWN_TIME_POLICY, serial, at: self.now() };
        Ok(time_stamp::issue(&platform.clock, request, &issuing)?)
    }
}

/// What the platform's own clock is called in errors.
const OWN: &str = "of the platform itself";

/// The token of an answer, if it holds: what is kept must convince others, who have only the published roots.
fn judged(
    answer: &[u8],
    url: &str,
    digest: &Digest,
    nonce: u64,
    roots: &[Certificate],
    (made_at, now): (Timestamp, Timestamp),
) -> Result<Vec<u8>, NoTimeStamp> {
    let url = || url.to_owned();
    let token: Token = time_stamp::response(answer, &digest.0, nonce)
        .map_err(|source| NoTimeStamp::Refused { url: url(), source })?;
    let stamp =
        token.verify(&digest.0, roots).map_err(|source| NoTimeStamp::Untrusted { url: url(), source })?;
    // A verifier would say that statements tell of what had not happened yet, or that the time has not come.
    let is_early = stamp.time.plus(limits::CLOCKS_DIFFER) < made_at;
    if is_early || stamp.time > now.plus(limits::CLOCKS_DIFFER) {
        let (said, ours) = (stamp.time.rfc3339(), if is_early { made_at } else { now }.rfc3339());
        return Err(NoTimeStamp::Clock { url: url(), said, ours });
    }
    Ok(token.der().to_vec())
}
