//! Visitors of the portal who have shown something, and not enough for a letter.

use directory::{AddressProof, NewAddress, Scope};
use mail_secure::{Language, Mode, Shown};
use model::Address;

use super::{Browser, Portal, Sent};

const LETTER: &str = "From: anna@valbois.test\r\nSubject: x\r\n\r\nsecret words\r\n";
const OTHER: &str = "From: anna@valbois.test\r\nSubject: y\r\n\r\nother\r\n";
/// Its code goes there, whoever has the mailbox.
const TELEPHONE: &str = "X-Relais-Phone: +41 79 123 45 67\r\n";

/// What somebody has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Nobody,
    /// The code of another mailbox.
    AnotherMailbox,
    /// The code of the letter's mailbox, where an account is asked for.
    OwnMailbox,
    /// The account of another mailbox, with a second factor and the agreement.
    AnotherAccount,
    /// The account of the letter's mailbox without a second factor, where one is asked for.
    WithoutFactor,
    /// The account of the letter's mailbox with a second factor, where it has not agreed to receive such letters.
    BeforeConsent,
    /// The code that went to the telephone which the sender named, for another letter to the same mailbox.
    AnotherLettersTelephone,
    /// The code of the mailbox, where the sender named a telephone.
    MailboxWithoutTelephone,
    /// The account of the mailbox with all that there is, where the sender named a telephone.
    AccountWithoutTelephone,
    /// An account with a second factor and the agreement, whose access to the letter's shared mailbox has ended.
    AccessEnded,
}

impl Who {
    pub(super) const ALL: [Who; 10] = [
        Who::Nobody,
        Who::AnotherMailbox,
        Who::OwnMailbox,
        Who::AnotherAccount,
        Who::WithoutFactor,
        Who::BeforeConsent,
        Who::AnotherLettersTelephone,
        Who::MailboxWithoutTelephone,
        Who::AccountWithoutTelephone,
        Who::AccessEnded,
    ];

    /// Whether an account is signed in.
    pub(super) fn has_session(self) -> bool {
        use Who::{AccessEnded, AccountWithoutTelephone, AnotherAccount, BeforeConsent, WithoutFactor};
        [AccessEnded, AccountWithoutTelephone, AnotherAccount, BeforeConsent, WithoutFactor].contains(&self)
    }

    /// Whether the code of the letter's mailbox was shown.
    pub(super) fn has_own_mailbox(self) -> bool {
        matches!(self, Who::OwnMailbox | Who::MailboxWithoutTelephone)
    }

    /// Whether it has a journal of its own: a telephone shows no mailbox.
    pub(super) fn has_journal(self) -> bool {
        !matches!(self, Who::Nobody | Who::AnotherLettersTelephone)
    }

    /// Whether the journal has the letter: that it came, not what it says.
    pub(super) fn has_letter_in_journal(self) -> bool {
        matches!(self, Who::BeforeConsent | Who::MailboxWithoutTelephone | Who::AccountWithoutTelephone)
    }

    /// Whether what was shown is less than what a letter asks for.
    fn is_too_little_for(self, mode: Mode) -> bool {
        match self {
            Who::OwnMailbox | Who::WithoutFactor | Who::BeforeConsent => mode != Mode::Confidential,
            Who::MailboxWithoutTelephone | Who::AccountWithoutTelephone => mode == Mode::Confidential,
            _ => true,
        }
    }
}

/// Somebody before a letter.
pub(super) struct Visitor<'a> {
    pub(super) who: Who,
    pub(super) browser: Browser<'a>,
    pub(super) sent: Sent,
    /// Where the letter is looked at: its envelope was brought, or is kept here and reached by a link.
    pub(super) places: [String; 2],
}

impl Portal {
    /// A letter in a mode, and somebody who has not shown enough for it; `None` where it is enough.
    pub(super) async fn visitor(&self, who: Who, mode: Mode) -> Option<Visitor<'_>> {
        if !who.is_too_little_for(mode) {
            return None;
        }
        let name = format!("{who:?}-{mode}").to_lowercase();
        let (mailbox, other) = (format!("{name}@valbois.test"), format!("{name}-other@valbois.test"));
        let names_telephone = matches!(who, Who::MailboxWithoutTelephone | Who::AccountWithoutTelephone);
        if who == Who::AccessEnded {
            self.shared_mailbox(&mailbox).await;
        }
        let letter = if names_telephone { format!("{TELEPHONE}{LETTER}") } else { LETTER.to_owned() };
        let sent = self.send(mode, &mailbox, &letter).await;
        self.keep_envelope(&sent).await;
        let browser = match who {
            Who::Nobody => self.browser(),
            Who::AnotherMailbox => self.with_code(&other).await,
            Who::OwnMailbox | Who::MailboxWithoutTelephone => self.with_code(&mailbox).await,
            Who::AnotherAccount => self.account(&other, true).await,
            Who::WithoutFactor => self.account(&mailbox, false).await,
            Who::BeforeConsent => self.account_before_consent(&mailbox).await,
            Who::AnotherLettersTelephone => self.with_telephone(&mailbox).await,
            Who::AccountWithoutTelephone => self.account(&mailbox, true).await,
            Who::AccessEnded => self.with_ended_access(&other, (&mailbox, &sent)).await,
        };
        let mut visitor = Visitor { who, browser, sent, places: Default::default() };
        visitor.places =
            [visitor.browser.arrive(&visitor.sent).await, format!("/safe/m/{}", visitor.sent.slot)];
        self.secure.notarise().await.unwrap();
        Some(visitor)
    }

    /// Keeps the envelope of a letter, as of one that goes by a link.
    pub(super) async fn keep_envelope(&self, sent: &Sent) {
        let envelope = self.blobs.put(sent.envelope.clone().into()).await.unwrap();
        let slot = sent.slot.to_string();
        let keep = "UPDATE secure_recipient SET envelope = ?2 WHERE slot = ?1";
        let scope = self.db.operator("test");
        scope.write(move |tx| tx.execute(keep, db::values![&slot, &envelope.to_bytes()])).await.unwrap();
    }

    async fn shared_mailbox(&self, address: &str) {
        let new =
            NewAddress { address: Address::parse(address).unwrap(), alias_to: Vec::new(), quota_bytes: None };
        let tenant = self.directory.administration(Scope::Tenant(self.home().await), "test");
        tenant.create_address(new).await.unwrap();
    }

    /// A browser with the code of a mailbox.
    async fn with_code(&self, mailbox: &str) -> Browser<'_> {
        let shown = self.send(Mode::Confidential, mailbox, OTHER).await;
        let mut browser = self.browser();
        let place = browser.arrive(&shown).await;
        browser.enter(&place).await;
        browser
    }

    /// A browser with the code of a telephone, which was named for another letter.
    async fn with_telephone(&self, mailbox: &str) -> Browser<'_> {
        let shown = self.send(Mode::Confidential, mailbox, &format!("{TELEPHONE}{OTHER}")).await;
        let mut browser = self.browser();
        let place = browser.arrive(&shown).await;
        browser.post(&format!("{place}/code"), &[]).await;
        let message = self.secure.due_short_messages().await.unwrap().pop().unwrap();
        browser.post(&format!("{place}/enter"), &[("code", &message.text[..8])]).await;
        assert!(browser.get(&place).await.text.contains("id=\"opening\""), "good for its own letter");
        browser
    }

    async fn account_before_consent(&self, login: &str) -> Browser<'_> {
        let browser = self.account(login, false).await;
        self.add_factor(login).await;
        browser
    }

    /// A browser whose account has read a shared mailbox until now.
    async fn with_ended_access(&self, login: &str, (mailbox, sent): (&str, &Sent)) -> Browser<'_> {
        let mut browser = self.account(login, true).await;
        let tenant = self.directory.administration(Scope::Tenant(self.home().await), "test");
        let address = tenant.address_called(&Address::parse(mailbox).unwrap()).await.unwrap().id;
        let user = tenant.user_called(&Address::parse(login).unwrap()).await.unwrap().id;
        tenant.grant_access(address, user, None, AddressProof::Machine).await.unwrap();
        let place = browser.arrive(sent).await;
        assert!(!browser.get(&place).await.text.contains("/safe/sign-in?next="), "it was enough");
        tenant.revoke_access(address, user).await.unwrap();
        browser
    }

    /// Agrees to receive personal and registered letters.
    pub(super) async fn consent(&self, login: &str) {
        let operator = self.directory.administration(Scope::Operator("test"), "test");
        // An agreement is the person's, and not whoever's has the address later.
        let person = operator.user_called(&Address::parse(login).unwrap()).await.unwrap().id;
        let who = Shown {
            canonical: login.to_owned(),
            authentication: "account of the platform with a second factor".to_owned(),
            person: Some(person),
            acting: None,
            is_strong: true,
            by_telephone: None,
        };
        self.secure.consent(&who, Language::French).await.unwrap();
    }
}
