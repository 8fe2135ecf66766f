//! The values that go in and out of an account.

use bytes::Bytes;
use model::{BlobRef, FolderId, LetterId, Timestamp};
use wire_mime::Summary;

use crate::flags::Flags;
use crate::uids::UidSet;

/// What a folder is for (RFC 6154); the first six exist in every account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Where letters arrive.
    Inbox,
    /// `\Drafts`.
    Drafts,
    /// `\Sent`.
    Sent,
    /// `\Junk`.
    Junk,
    /// `\Trash`.
    Trash,
    /// `\Archive`.
    Archive,
}

impl Role {
    /// Every role, in the order in which the default folders are made.
    pub const ALL: [Role; 6] =
        [Role::Inbox, Role::Drafts, Role::Sent, Role::Junk, Role::Trash, Role::Archive];

    /// The attribute of RFC 6154 §2; the inbox has none.
    pub fn special_use(self) -> Option<&'static str> {
        match self {
            Role::Inbox => None,
            Role::Drafts => Some("\\Drafts"),
            Role::Sent => Some("\\Sent"),
            Role::Junk => Some("\\Junk"),
            Role::Trash => Some("\\Trash"),
            Role::Archive => Some("\\Archive"),
        }
    }

    /// The role of a special-use attribute, without regard to case.
    pub fn from_special_use(attribute: &str) -> Option<Role> {
        Role::ALL
            .into_iter()
            .find(|role| role.special_use().is_some_and(|own| own.eq_ignore_ascii_case(attribute)))
    }

    /// The name that the folder of this role has unless somebody renames it.
    pub fn default_name(self) -> &'static str {
        match self {
            Role::Inbox => "INBOX",
            Role::Drafts => "Drafts",
            Role::Sent => "Sent",
            Role::Junk => "Spam",
            Role::Trash => "Trash",
            Role::Archive => "Archive",
        }
    }

    pub(crate) fn stored(self) -> &'static str {
        match self {
            Role::Inbox => "inbox",
            Role::Drafts => "drafts",
            Role::Sent => "sent",
            Role::Junk => "junk",
            Role::Trash => "trash",
            Role::Archive => "archive",
        }
    }

    pub(crate) fn from_stored(text: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.stored() == text)
    }
}

/// A folder with its counters, as of one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The id; stays through renaming.
    pub id: FolderId,
    /// The whole name, levels separated by `/`, in NFC.
    pub name: String,
    /// What it is for.
    pub role: Option<Role>,
    /// Whether it can be opened; a deleted folder with children stays as `\Noselect`.
    pub is_selectable: bool,
    /// Whether another folder lies below it.
    pub has_children: bool,
    /// Whether its name is subscribed.
    pub is_subscribed: bool,
    /// UIDVALIDITY (RFC 9051 §2.3.1.1).
    pub uid_validity: u32,
    /// UIDNEXT.
    pub uid_next: u32,
    /// Messages.
    pub messages: u32,
    /// Messages without `\Seen`.
    pub unseen: u32,
    /// Messages with `\Deleted`.
    pub deleted: u32,
    /// Sum of the sizes.
    pub size_bytes: u64,
    /// HIGHESTMODSEQ (RFC 7162 §3.1.2.1).
    pub highest_modseq: u64,
    /// Messages from this UID on are `\Recent` for the next session that selects the folder (RFC 3501 §2.3.2).
    pub recent_from: u32,
}

/// A folder just opened: its state and UIDs as of one moment, so that sequence numbers can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The state; `highest_modseq` is what to pass to `changes_since` next.
    pub folder: Folder,
    /// All UIDs, ascending.
    pub uids: Vec<u32>,
    /// The lowest UID without `\Seen`, for rev1's `[UNSEEN]`.
    pub first_unseen: Option<u32>,
    /// Every keyword in use in the folder (limited), for the FLAGS response.
    pub keywords: Vec<String>,
}

/// How a folder is opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenOptions {
    /// Whether this session takes the `\\Recent` messages, so that the next does not see them as such
    /// (RFC 3501 §2.3.2: SELECT does, EXAMINE does not).
    pub claims_recent: bool,
}

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// That folder.
    Folder(FolderId),
    /// The folder of that role; made anew if it was deleted.
    Role(Role),
}

/// A message to be kept: its content is `prefix` and then the blob.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    /// A new id from `World::new_id`.
    pub letter: LetterId,
    /// Fields stamped by us (Return-Path, Delivered-To, Received …), CRLF lines, before the bytes received.
    pub prefix: &'a [u8],
    /// The bytes exactly as received; one blob serves every recipient.
    pub blob: BlobRef,
    /// `Summary::of` the content (prefix and blob, or at least their headers and the whole body).
    pub summary: &'a Summary,
    /// INTERNALDATE.
    pub internal_date: Timestamp,
    /// The first flags.
    pub flags: Flags,
}

impl NewMessage<'_> {
    /// Octets of the whole message.
    pub fn size_bytes(&self) -> u64 {
        self.prefix.len() as u64 + self.blob.size_bytes
    }
}

/// A message as a client hands it in (APPEND, import): `append_messages` keeps body and row.
#[derive(Clone, Debug)]
pub struct Import {
    /// The whole message.
    pub content: ImportContent,
    /// The first flags.
    pub flags: Flags,
    /// INTERNALDATE; now, if not given.
    pub internal_date: Option<Timestamp>,
}

/// A message's bytes: at hand, or kept already through `Account::writer`.
#[derive(Clone, Debug)]
pub enum ImportContent {
    /// These.
    Bytes(Bytes),
    /// Those that were written there.
    Blob(BlobRef),
}

impl ImportContent {
    /// How many bytes.
    pub fn size_bytes(&self) -> u64 {
        match self {
            ImportContent::Bytes(bytes) => bytes.len() as u64,
            ImportContent::Blob(blob) => blob.size_bytes,
        }
    }
}

/// Where a message came to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The folder.
    pub folder: FolderId,
    /// Its UIDVALIDITY.
    pub uid_validity: u32,
    /// The message's UID.
    pub uid: u32,
    /// The message's MODSEQ.
    pub modseq: u64,
}

/// What COPY and MOVE answer with (`COPYUID`, RFC 9051 §7.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// UIDVALIDITY of the destination.
    pub uid_validity: u32,
    /// Source UID and destination UID, ascending. Empty when none of the messages exists any more.
    pub uids: Vec<(u32, u32)>,
    /// The account's MODSEQ after it.
    pub modseq: u64,
}

/// Which columns a reading wants beside UID, MODSEQ and flags, which are always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// ENVELOPE, in the form that goes on the wire.
    pub envelope: bool,
    /// BODYSTRUCTURE, in the form that goes on the wire (`wire_mime::body_of_structure` makes BODY of it).
    pub body_structure: bool,
}

/// A message of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// UID.
    pub uid: u32,
    /// MODSEQ.
    pub modseq: u64,
    /// Flags and keywords.
    pub flags: Flags,
    /// INTERNALDATE.
    pub internal_date: Timestamp,
    /// When it came into this folder (SAVEDATE, RFC 8514).
    pub saved_at: Timestamp,
    /// RFC822.SIZE.
    pub size_bytes: u64,
    /// The content; what `read` and its kin take.
    pub letter: LetterId,
    /// Present if asked for.
    pub envelope: Option<Vec<u8>>,
    /// Present if asked for.
    pub body_structure: Option<Vec<u8>>,
}

/// What STORE did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The messages that exist and were allowed to change, with the flags they have now.
    pub rows: Vec<StoredRow>,
    /// UIDs whose MODSEQ was above UNCHANGEDSINCE (`[MODIFIED …]`, RFC 7162 §3.1.3).
    pub modified: UidSet,
    /// The account's MODSEQ after it.
    pub modseq: u64,
}

/// One message of [`Stored`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// UID.
    pub uid: u32,
    /// MODSEQ after it.
    pub modseq: u64,
    /// Flags after it.
    pub flags: Flags,
    /// Whether the flags are others than before.
    pub has_changed: bool,
}

/// What EXPUNGE did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expunged {
    /// The UIDs that are gone.
    pub uids: UidSet,
    /// The account's MODSEQ after it.
    pub modseq: u64,
}

/// What happened in a folder after a MODSEQ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The folder's state now; its `highest_modseq` is what to ask from next.
    pub folder: Folder,
    /// New and changed messages, ascending by UID.
    pub changed: Vec<MessageRow>,
    /// UIDs that are gone. A UID that came and went between the two moments may be among them.
    pub vanished: UidSet,
    /// False if the history does not reach back so far: then `vanished` is every UID that does not
    /// exist (RFC 7162 §3.2.5.2 permits it).
    pub is_exact: bool,
}

/// Use of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Sum of the sizes of all messages in all folders.
    pub used_bytes: u64,
    /// Messages in all folders.
    pub used_messages: u64,
    /// The limit; `None` is no limit.
    pub quota_bytes: Option<u64>,
}
