//! The letters that the demo's sample mailboxes begin with.

use std::time::Duration;

use model::Timestamp;

/// A letter of the sample data.
pub(crate) struct SampleLetter {
    /// Whose mailbox it lies in.
    pub(crate) address: &'static str,
    /// In which folder.
    pub(crate) folder: SampleFolder,
    /// When it arrived, before the first start of the demo.
    pub(crate) age: Duration,
    /// Whether it has been read, answered, flagged.
    pub(crate) state: SampleState,
    text: &'static str,
}

/// Where a letter lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SampleFolder {
    /// The inbox.
    Inbox,
    /// Letters sent.
    Sent,
    /// Unwanted ones.
    Junk,
}

/// What has been done with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SampleState {
    /// Nothing yet.
    New,
    /// Read.
    Seen,
    /// Read and answered.
    Answered,
    /// Read and marked.
    Flagged,
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

macro_rules! letter {
    ($address:literal, $folder:ident, $age:expr, $state:ident, $file:literal) => {
        SampleLetter {
            address: $address,
            folder: SampleFolder::$folder,
            age: Duration::from_secs($age),
            state: SampleState::$state,
            text: include_str!(concat!("../letters/", $file)),
        }
    };
}

/// All of them, each mailbox from old to new.
pub(crate) const LETTERS: [SampleLetter; 8] = [
    letter!("anna@valbois.test", Inbox, 6 * DAY, Flagged, "anna-4-facture.eml"),
    letter!("anna@valbois.test", Inbox, 3 * DAY + 2 * HOUR, Answered, "anna-2-permis.eml"),
    letter!("anna@valbois.test", Sent, 2 * DAY + 20 * HOUR, Seen, "anna-3-reponse.eml"),
    letter!("anna@valbois.test", Junk, DAY, New, "anna-5-spam.eml"),
    letter!("anna@valbois.test", Inbox, 3 * HOUR, New, "anna-1-conseil.eml"),
    letter!("bruno@valbois.test", Inbox, 9 * DAY, Seen, "bruno-2-bulletin.eml"),
    letter!("bruno@valbois.test", Inbox, 5 * HOUR, New, "bruno-1-vignes.eml"),
    letter!("admin@valbois.test", Inbox, 0, New, "admin-1-bienvenue.eml"),
];

impl SampleLetter {
    /// The letter as it would have arrived at `date`, with CRLF line ends.
    pub(crate) fn message(&self, date: Timestamp) -> String {
        self.text.replace("{{date}}", &date.rfc5322()).replace("\r\n", "\n").replace('\n', "\r\n")
    }
}
