//! Where a letter lies for one recipient.

use trust::{Authentication, DmarcEvidence, DmarcResult};
use wire_trust::dmarc::Policy;

use crate::{Placement, Standing, place};

use Placement::{Inbox, Junk};
use Standing::{Approved, Blocked};

fn failed(policy: Policy) -> Authentication {
    let dmarc = DmarcEvidence { result: DmarcResult::Fail, policy, ..DmarcEvidence::default() };
    Authentication { dmarc: Some(dmarc), ..Authentication::default() }
}

#[test]
fn the_lists_of_the_mail_service_move_a_letter_for_its_recipient() {
    let plain = Authentication::default();
    let claims =
        Authentication { claims_hosted: Some("valbois.test".to_owned()), ..Authentication::default() };
    for (found, authentication, standing, expected) in [
        (Inbox, Some(&plain), None, Inbox),
        (Junk, Some(&plain), None, Junk),
        (Inbox, Some(&plain), Some(Blocked), Junk),
        (Inbox, None, Some(Blocked), Junk),
        (Junk, Some(&plain), Some(Approved), Inbox),
        (Junk, None, Some(Approved), Inbox),
        (Junk, Some(&failed(Policy::Quarantine)), Some(Approved), Inbox),
        (Junk, Some(&failed(Policy::Reject)), Some(Approved), Junk),
        (Junk, Some(&claims), Some(Approved), Junk),
    ] {
        assert_eq!(place(found, authentication, standing), expected, "{found:?} {standing:?}");
    }
}
