//! Why a secured letter is not taken, for programs that do not speak SMTP: they have codes of their own, and each of their
//! doors needs the same distinctions.

use model::{Class, Reply};

/// What kind of reason a refusal of the flow has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ground {
    /// It does not work now; again after a while.
    Later,
    /// The account that sends was disabled meanwhile, or has another password.
    Account,
    /// The sender may not send such letters.
    NotAllowed,
    /// The letter is larger than what is taken.
    TooLarge,
    /// The scanner found something in it.
    Malware,
    /// A recipient's address does not exist.
    UnknownRecipient,
    /// A recipient's address takes no letters.
    ClosedRecipient,
    /// There are no recipients, or too many of them.
    Recipients,
    /// Another rule of the letter itself.
    Letter,
}

impl Ground {
    /// All of them.
    pub const ALL: [Ground; 9] = [
        Ground::Later,
        Ground::Account,
        Ground::NotAllowed,
        Ground::TooLarge,
        Ground::Malware,
        Ground::UnknownRecipient,
        Ground::ClosedRecipient,
        Ground::Recipients,
        Ground::Letter,
    ];

    /// Of what would be answered over SMTP (RFC 3463 §3: the subject of an enhanced code says what it is about).
    pub fn of(reply: &Reply) -> Ground {
        if reply.class() == Class::Later {
            return Ground::Later;
        }
        let subject = reply.enhanced().map(|code| (code.subject, code.detail));
        match (reply.code(), subject) {
            // RFC 4954 §6.
            (530, _) => Ground::Account,
            (552, _) => Ground::TooLarge,
            // As mail servers refuse what their scanners find: the transaction fails, because of a rule.
            (554, Some((7, 1))) => Ground::Malware,
            (_, Some((7, 1))) => Ground::NotAllowed,
            (_, Some((1, _))) => Ground::UnknownRecipient,
            // An alias that leads nowhere (4.6) is an address that takes nothing.
            (_, Some((2, _) | (4, 6))) => Ground::ClosedRecipient,
            (_, Some((5, _))) => Ground::Recipients,
            _ => Ground::Letter,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Reply;

    use super::Ground;

    #[test]
    fn every_refusal_of_the_flow_has_its_ground() {
        let table = [
            (Reply::later(451, 3, 0, "the virus scanner does not answer"), Ground::Later),
            (Reply::later(452, 7, 1, "too many in this hour"), Ground::Later),
            (Reply::never(530, 7, 0, "the application was disabled"), Ground::Account),
            (Reply::never(550, 7, 1, "the organisation has named who may"), Ground::NotAllowed),
            (Reply::never(552, 3, 4, "at most 30 MiB"), Ground::TooLarge),
            (Reply::never(554, 7, 1, "malware was found"), Ground::Malware),
            (Reply::never(550, 1, 1, "no such address here"), Ground::UnknownRecipient),
            (Reply::never(553, 1, 3, "no recipient stands before the suffix"), Ground::UnknownRecipient),
            (Reply::never(550, 2, 1, "the address is disabled"), Ground::ClosedRecipient),
            (Reply::never(554, 4, 6, "an alias that leads nowhere"), Ground::ClosedRecipient),
            (Reply::never(554, 5, 1, "no recipient is named"), Ground::Recipients),
            (Reply::never(550, 5, 3, "at most 7 within an hour"), Ground::Recipients),
            (Reply::never(550, 7, 0, "a mark that is not known"), Ground::Letter),
            (Reply::new(550, None, "a reply without an enhanced code"), Ground::Letter),
        ];
        for (reply, ground) in &table {
            assert_eq!(Ground::of(reply), *ground, "{reply}");
        }
        for ground in Ground::ALL {
            assert!(table.iter().any(|(_, known)| *known == ground), "{ground:?} is in no line");
        }
    }
}
