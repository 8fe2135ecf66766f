//! What comes in at a door: from whom, for whom, and the bytes. Every letter becomes an [`Arrival`].

use std::net::IpAddr;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use directory::{Authenticated, SignedInApplication};
use mail_judge::{BodyHashes, Hashed};
use model::{Domain, Envelope, Gateway, MessageId, OrganisationId, Protocol, Reply};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::asking::Asking;
use crate::limits::{HEAD_LIMIT_BYTES, SECRET_SHARE_BYTES};
use crate::trouble;

/// Who brings a letter. The doors make one per session and show it at MAIL, at RCPT and at the end of data.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Another server, or anybody else who has not signed in (port 25, LMTP).
    Peer(Session),
    /// One of our own users, signed in.
    Submitted {
        /// Who signed in.
        authenticated: Arc<Authenticated>,
        /// The connection.
        session: Session,
    },
    /// Business software of one of our organisations, signed in.
    Application {
        /// Which application signed in.
        application: Arc<SignedInApplication>,
        /// The connection.
        session: Session,
    },
    /// This platform: reports about deliveries, notices.
    Ourselves,
}

impl Origin {
    /// The connection, unless the letter is our own.
    pub fn session(&self) -> Option<&Session> {
        match self {
            Origin::Peer(session)
            | Origin::Submitted { session, .. }
            | Origin::Application { session, .. } => Some(session),
            Origin::Ourselves => None,
        }
    }

    /// The integrated organisation whose server brings the letter.
    pub fn gateway(&self) -> Option<Gateway> {
        match self {
            Origin::Peer(session) => session.gateway,
            Origin::Submitted { .. } | Origin::Application { .. } | Origin::Ourselves => None,
        }
    }

    /// Which mailbox's owner signed in, if one did.
    pub fn authenticated(&self) -> Option<&Authenticated> {
        match self {
            Origin::Submitted { authenticated, .. } => Some(authenticated),
            Origin::Peer(_) | Origin::Application { .. } | Origin::Ourselves => None,
        }
    }

    /// Which application signed in, if one did.
    pub fn application(&self) -> Option<&SignedInApplication> {
        match self {
            Origin::Application { application, .. } => Some(application),
            Origin::Peer(_) | Origin::Submitted { .. } | Origin::Ourselves => None,
        }
    }

    /// In which organisation's name somebody signed in.
    pub(crate) fn organisation(&self) -> Option<OrganisationId> {
        match self {
            Origin::Submitted { authenticated, .. } => Some(authenticated.account.organisation),
            Origin::Application { application, .. } => Some(application.organisation),
            Origin::Peer(_) | Origin::Ourselves => None,
        }
    }

    /// With which login.
    pub(crate) fn login(&self) -> Option<&str> {
        match self {
            Origin::Submitted { authenticated, .. } => Some(&authenticated.login),
            Origin::Application { application, .. } => Some(&application.login),
            Origin::Peer(_) | Origin::Ourselves => None,
        }
    }
}

/// What a door knows about a connection.
#[derive(Clone, Debug)]
pub struct Session {
    /// The other side's address.
    pub ip: IpAddr,
    /// The argument of HELO, EHLO or LHLO as it was sent.
    pub helo: String,
    /// Protocol version and cipher suite, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`; `None` in plaintext.
    pub tls: Option<String>,
    /// What the `with` of our Received field is made of.
    pub protocol: Protocol,
    /// The integrated organisation whose server it is, as its certificate proves; known from MAIL on.
    pub gateway: Option<Gateway>,
}

/// A letter at the gate.
pub struct Arrival {
    /// Who brings it.
    pub origin: Origin,
    /// Sender, recipients and their wishes; every recipient has passed `Flow::recipient`.
    pub envelope: Envelope,
    /// The bytes between DATA and the final dot, dots unstuffed, exactly as received.
    pub body: Incoming,
}

/// Our responsibility: returned only after the queue has committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The id for the `250` line and the logs.
    pub message: MessageId,
}

/// Takes the bytes of a letter while they arrive. Dropped before [`crate::Flow::accept`], nothing stays behind.
pub struct Incoming {
    pub(crate) writer: blobs::Writer,
    /// The beginning, for judging and for listing: the whole letter if it is small.
    pub(crate) head: BytesMut,
    pub(crate) size_bytes: u64,
    pub(crate) has_eight_bit: bool,
    /// Our name, which nobody else uses in the header (RFC 8601 §5).
    hostname: Domain,
    /// The header went to the writer. Before, nothing has: forged results are to be taken out first.
    is_past_header: bool,
    /// The hashes of a body that is longer than the head.
    bodies: Option<BodyHashes>,
    /// What asks for it to go secured.
    pub(crate) asking: Asking,
    /// The whole letter, if it is to go secured: nothing of it goes to the disk before it is sealed.
    kept: Option<Kept>,
    memory: Arc<Semaphore>,
}

/// A letter in memory, with its share of the memory that all of them may take.
pub(crate) struct Kept {
    pub(crate) bytes: Vec<u8>,
    shares: Vec<OwnedSemaphorePermit>,
    memory: Arc<Semaphore>,
}

/// What a letter in memory takes of the memory for all of them, until it is dropped.
pub(crate) struct Share(
    #[expect(dead_code, reason = "held, and given back when it is dropped")] Vec<OwnedSemaphorePermit>,
);

impl Kept {
    fn new(memory: &Arc<Semaphore>) -> Kept {
        Kept { bytes: Vec::new(), shares: Vec::new(), memory: memory.clone() }
    }

    /// The octets, and their share of the memory.
    pub(crate) fn into_parts(self) -> (Bytes, Share) {
        (self.bytes.into(), Share(self.shares))
    }

    /// The share of a letter that came on another way than by SMTP.
    pub(crate) fn share_of(memory: &Arc<Semaphore>, octets: usize) -> Result<Share, Reply> {
        let shares = u32::try_from(octets.div_ceil(SECRET_SHARE_BYTES)).unwrap_or(u32::MAX);
        let share = memory.clone().try_acquire_many_owned(shares).map_err(|_| Kept::busy())?;
        Ok(Share(vec![share]))
    }

    fn busy() -> Reply {
        Reply::later(452, 3, 1, "too many secured letters at the same time")
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Reply> {
        if self.bytes.len() + bytes.len() > mail_secure::limits::LETTER_LIMIT_BYTES {
            // RFC 3463 §3.4: X.3.4, a message too big for the system.
            return Err(Reply::never(552, 3, 4, "a secured letter has at most 30 MiB"));
        }
        while self.shares.len() * SECRET_SHARE_BYTES < self.bytes.len() + bytes.len() {
            let share = self.memory.clone().try_acquire_owned();
            self.shares.push(share.map_err(|_| Kept::busy())?);
        }
        self.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

impl Incoming {
    pub(crate) fn new(
        writer: blobs::Writer,
        hostname: Domain,
        asking: Asking,
        memory: Arc<Semaphore>,
    ) -> Incoming {
        let kept = asking.is_kept.then(|| Kept::new(&memory));
        Incoming {
            writer,
            head: BytesMut::new(),
            size_bytes: 0,
            has_eight_bit: false,
            hostname,
            is_past_header: false,
            bodies: None,
            asking,
            kept,
            memory,
        }
    }

    /// Takes the next bytes. A refusal is ours (disk full and the like): the door keeps reading to the
    /// final dot and then answers with it.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Reply> {
        let (before, room) = (self.head.len(), HEAD_LIMIT_BYTES.saturating_sub(self.head.len()));
        let (first, rest) = bytes.split_at(bytes.len().min(room));
        self.head.extend_from_slice(first);
        self.has_eight_bit |= !bytes.is_ascii();
        self.size_bytes = self.size_bytes.saturating_add(bytes.len() as u64);
        if !rest.is_empty() {
            let head = &self.head;
            let bodies = self.bodies.get_or_insert_with(|| {
                let header = wire_mime::whole_header(head).unwrap_or(head);
                let mut bodies = BodyHashes::for_header(header);
                bodies.push(&head[header.len()..]);
                bodies
            });
            bodies.push(rest);
        }
        if self.is_past_header {
            return self.pass(bytes).await;
        }
        if rest.is_empty() && !has_blank_line(&self.head, before) {
            return Ok(());
        }
        self.pass_header().await?;
        self.pass(rest).await
    }

    /// Where bytes go that have been looked at.
    async fn pass(&mut self, bytes: &[u8]) -> Result<(), Reply> {
        match &mut self.kept {
            Some(kept) => kept.push(bytes),
            None => self.writer.write(bytes).await.map_err(|error| trouble::blobs(&error)),
        }
    }

    /// The letter has ended.
    pub(crate) async fn complete(&mut self) -> Result<(), Reply> {
        if self.is_past_header { Ok(()) } else { self.pass_header().await }
    }

    /// Gives what has come so far to the writer, without results in our name that others wrote.
    async fn pass_header(&mut self) -> Result<(), Reply> {
        self.is_past_header = true;
        let length = wire_mime::whole_header(&self.head).map_or(self.head.len(), <[u8]>::len);
        mail_judge::disown(&mut self.head[..length], self.hostname.as_str());
        self.asking.read(&self.head[..length]);
        if self.asking.is_kept {
            self.kept.get_or_insert_with(|| Kept::new(&self.memory));
        } else {
            // What only we write means nothing where others wrote it.
            mail_judge::disown_fields(&mut self.head[..length]);
        }
        let head = self.head.clone();
        self.pass(&head).await
    }

    /// The whole letter, if it is to go secured.
    pub(crate) fn take_secret(&mut self) -> Option<Kept> {
        self.kept.take()
    }

    /// The hashes that the letter's signatures ask for; once, at its end.
    pub(crate) fn hashed(&mut self) -> Hashed {
        match self.bodies.take() {
            Some(bodies) => bodies.finish(),
            None => BodyHashes::of(&self.head),
        }
    }

    /// How many bytes have been taken.
    pub fn size_bytes(&self) -> u64 {
        self.size_bytes
    }
}

/// Whether an empty line ends in what came behind `before`; cheap, for every piece of a header is looked at.
fn has_blank_line(head: &[u8], before: usize) -> bool {
    let new = &head[before.saturating_sub(2)..];
    head.starts_with(b"\r\n")
        || head.starts_with(b"\n")
        || new.windows(2).any(|pair| pair == b"\n\n")
        || new.windows(3).any(|three| three == b"\n\r\n")
}
