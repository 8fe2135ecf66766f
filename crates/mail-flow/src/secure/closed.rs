//! Bodies that lie closed for as long as they are in the queue.

use bytes::Bytes;
use keys::{BODY_OVERHEAD_BYTES, BodyKey};
use mail_queue::Message;
use model::{MessageId, Reply};
use tracing::error;

use crate::{Flow, trouble};

impl Flow {
    /// The bytes of a message as they were before they were closed.
    pub(crate) async fn plain_body(&self, message: &Message) -> Result<Bytes, Reply> {
        let bytes = self.inner.blobs.get(&message.blob).await.map_err(|error| trouble::blobs(&error))?;
        let Some(wrapped) = &message.body_key else { return Ok(bytes) };
        let opened = BodyKey::unwrap(self.inner.secure.vault(), &body_context(message.id), wrapped)
            .and_then(|key| key.open(bytes.to_vec()));
        opened.map(Bytes::from).map_err(|error| {
            error!(error = %model::Chain(&error), message = message.id.0, "a closed body does not open");
            Reply::later(451, 3, 0, "temporary trouble here")
        })
    }
}

/// In which context the key of a message's body is wrapped.
pub(super) fn body_context(message: MessageId) -> String {
    format!("queue body|{message}")
}

/// Octets of a message's body as it goes out.
pub(crate) fn plain_size(message: &Message) -> u64 {
    match message.body_key {
        Some(_) => message.blob.size_bytes.saturating_sub(BODY_OVERHEAD_BYTES as u64),
        None => message.blob.size_bytes,
    }
}
