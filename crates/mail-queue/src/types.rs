//! What the queue keeps.

use std::sync::Arc;

use model::{
    Address, BlobRef, BodyKind, DeliveryId, Domain, MessageId, Notify, OrganisationId, OriginalRecipient,
    Reply, ReturnContent, ReversePath, Route, Timestamp, TlsWish,
};

/// A message that we are responsible for. Immutable but for the number of its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The id.
    pub id: MessageId,
    /// Whose it is: the submitter's organisation; `None` if a stranger brought it, or we wrote it.
    pub organisation: Option<OrganisationId>,
    /// The envelope's sender.
    pub from: ReversePath,
    /// The bytes as received; where they lie closed, the closed ones.
    pub blob: BlobRef,
    /// The key of bytes that lie closed, wrapped: they are of use for as long as the message is in the queue.
    pub body_key: Option<Vec<u8>>,
    /// Fields stamped at acceptance (Received and the like); they stand before the bytes received.
    pub prefix: Vec<u8>,
    /// When we took responsibility.
    pub received_at: Timestamp,
    /// `RET`.
    pub return_content: Option<ReturnContent>,
    /// `ENVID`.
    pub envelope_id: Option<String>,
    /// `BODY`.
    pub body: BodyKind,
    /// `SMTPUTF8`.
    pub needs_smtputf8: bool,
    /// What the sender wishes of TLS.
    pub tls: TlsWish,
    /// Judged as doubtful: it goes to the junk folder.
    pub is_doubtful: bool,
    /// Deliveries not yet finished when this was read.
    pub pending: u32,
}

impl Message {
    /// Octets with our prefix.
    pub fn size_bytes(&self) -> u64 {
        self.prefix.len() as u64 + self.blob.size_bytes
    }
}

/// One recipient of a message, about to be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The id.
    pub id: DeliveryId,
    /// Who sees it: the organisation of the account or alias, else the submitter's.
    pub organisation: Option<OrganisationId>,
    /// The address as received at RCPT.
    pub recipient: Address,
    /// `ORCPT`.
    pub original: Option<OriginalRecipient>,
    /// `NOTIFY`.
    pub notify: Option<Notify>,
    /// Where it goes.
    pub route: Route,
    /// Whether the letter is doubtful for this recipient; `None`: as it is for all.
    pub is_doubtful: Option<bool>,
    /// The copy of a secure letter that it brings.
    pub slot: Option<[u8; 16]>,
}

/// The right to work on a delivery. Whoever holds a token that the row no longer has can change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Unique for each claim.
    pub token: i64,
    /// Until when nobody else takes the delivery.
    pub until: Timestamp,
}

/// A claimed delivery.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The id.
    pub id: DeliveryId,
    /// The message.
    pub message: Arc<Message>,
    /// Who sees it.
    pub organisation: Option<OrganisationId>,
    /// The address as received at RCPT.
    pub recipient: Address,
    /// `ORCPT`.
    pub original: Option<OriginalRecipient>,
    /// `NOTIFY`.
    pub notify: Option<Notify>,
    /// Where it goes.
    pub route: Route,
    /// Whether the letter is doubtful for this recipient; `None`: as it is for all.
    pub is_doubtful: Option<bool>,
    /// The copy of a secure letter that it brings.
    pub slot: Option<[u8; 16]>,
    /// Attempts, this one included: a claim counts, so that a crash loop cannot retry for ever.
    pub attempts: u32,
    /// Whether the sender knows already that it takes long.
    pub is_delay_reported: bool,
    /// What the last attempt was answered.
    pub last_reply: Option<Reply>,
    /// Our right to work on it.
    pub lease: Lease,
}

impl Delivery {
    /// Whether it lies in the folder for doubtful mail.
    pub fn is_doubtful(&self) -> bool {
        self.is_doubtful.unwrap_or(self.message.is_doubtful)
    }

    /// The claimed form of a delivery that was committed with `lease`.
    pub fn fresh(new: NewDelivery, message: Arc<Message>, lease: Lease) -> Delivery {
        Delivery {
            id: new.id,
            message,
            organisation: new.organisation,
            recipient: new.recipient,
            original: new.original,
            notify: new.notify,
            route: new.route,
            is_doubtful: new.is_doubtful,
            slot: new.slot,
            attempts: 1,
            is_delay_reported: false,
            last_reply: None,
            lease,
        }
    }

    /// The remote domain, if it goes there.
    pub fn destination(&self) -> Option<&Domain> {
        match &self.route {
            Route::Remote { address } | Route::Gateway { address, .. } => Some(address.domain()),
            Route::Account { .. } | Route::Reports { .. } | Route::Nowhere { .. } => None,
        }
    }
}

/// A delivery as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id.
    pub delivery: DeliveryId,
    /// The message.
    pub message: MessageId,
    /// Who sees it.
    pub organisation: Option<OrganisationId>,
    /// The envelope's sender.
    pub from: ReversePath,
    /// The address as received at RCPT.
    pub recipient: Address,
    /// The remote domain; `None` for an account.
    pub destination: Option<Domain>,
    /// Octets of the message.
    pub size_bytes: u64,
    /// When we took responsibility.
    pub received_at: Timestamp,
    /// When it is tried next; if some node works on it, when its claim runs out.
    pub next_at: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
    /// The node that works on it now.
    pub node: Option<String>,
    /// Held by an administrator.
    pub is_held: bool,
    /// What the last attempt was answered.
    pub last_reply: Option<Reply>,
}

/// Which deliveries a command means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// That one.
    Delivery(DeliveryId),
    /// All of that message.
    Message(MessageId),
    /// All to that domain.
    Destination(Domain),
    /// All whose sender or recipient contains this, in whatever case.
    Named(String),
    /// All.
    All,
}

/// Whose deliveries a list shows and a command reaches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// One organisation's; `None`: everybody's.
    pub organisation: Option<OrganisationId>,
    /// Of these only what one of these domains sent or is to get; `None`: all.
    pub domains: Option<Vec<String>>,
}

impl Reach {
    pub(crate) fn has(&self, entry: &Entry) -> bool {
        let Some(domains) = &self.domains else { return true };
        let is_own = |address: &Address| domains.iter().any(|domain| domain == address.domain().as_str());
        let is_sender = match &entry.from {
            ReversePath::Null => false,
            ReversePath::Address(address) => is_own(address),
        };
        is_sender || is_own(&entry.recipient)
    }
}

impl From<Option<OrganisationId>> for Reach {
    fn from(organisation: Option<OrganisationId>) -> Reach {
        Reach { organisation, domains: None }
    }
}
