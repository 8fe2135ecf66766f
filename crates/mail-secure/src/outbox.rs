//! Notices on their way: what is due, as letters; forgotten in the commit that queues them.

use db::Tx;
use model::{Address, BlobRef, OrganisationId};

use crate::error::SecureError;
use crate::notice::{Notice, NoticeKind};
use crate::portal::Seen;
use crate::{Secure, limits, rows};

/// A notice as a letter.
#[derive(Clone, Debug)]
pub struct Told {
    /// The notice.
    pub id: i64,
    /// The sender's organisation.
    pub organisation: OrganisationId,
    /// To whom.
    pub recipient: Address,
    /// The whole letter.
    pub bytes: Vec<u8>,
}

impl Secure {
    /// The notices that are due, as letters.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn due_notices(&self) -> Result<Vec<Told>, SecureError> {
        let (secure, now) = (self.clone(), self.now());
        let scope = self.db().operator("send what people have to hear of secure letters");
        scope
            .read(move |tx: &mut Tx| {
                let due = rows::due_notices(tx, now)?;
                due.iter().map(|notice| secure.told(tx, notice)).collect::<Result<Vec<_>, _>>()
            })
            .await
    }

    fn told(&self, tx: &mut Tx, notice: &Notice) -> Result<Told, SecureError> {
        let Seen { letter, copy } = self.read(tx, &notice.slot)?;
        let mut notice = notice.clone();
        if notice.kind == NoticeKind::Code
            && let Some(code) = self.code_of(tx, &notice.slot)?
        {
            notice.detail = serde_json::json!({ "code": *code });
        }
        Ok(Told {
            id: notice.id,
            organisation: notice.organisation,
            recipient: notice.recipient.clone(),
            bytes: notice.written(&letter, &copy, self.settings()),
        })
    }

    /// Envelopes that lie here and are still needed: compaction frees everything that nobody names.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn live_blobs(&self) -> Result<Vec<BlobRef>, SecureError> {
        let scope = self.db().operator("look for the envelopes that are needed");
        let (mut live, mut after) = (Vec::new(), String::new());
        loop {
            let from = after.clone();
            let page = scope
                .read(move |tx: &mut Tx| rows::blobs_in_use(tx, &from, limits::CHORE_LIMIT))
                .await
                .map_err(SecureError::Db)?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            live.extend(page.iter().map(|(_, blob)| *blob));
        }
        live.extend(scope.read(rows::parked_in_use).await.map_err(SecureError::Db)?);
        Ok(live)
    }

    /// A notice could not be queued now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn postpone(&self, notice: i64) -> Result<(), SecureError> {
        let due_at = self.now().plus(limits::NOTICE_PAUSE);
        let scope = self.db().operator("send what people have to hear of secure letters later");
        Ok(scope.write(move |tx: &mut Tx| rows::postpone_notice(tx, notice, due_at)).await?)
    }
}

/// Forgets a notice in the commit that queues it; false if another node was faster.
///
/// # Errors
/// When the database does not take it.
pub fn sent(tx: &mut Tx, notice: i64) -> Result<bool, SecureError> {
    Ok(rows::forget_notice(tx, notice)?)
}
