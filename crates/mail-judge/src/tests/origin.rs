//! Where a letter comes from and what that means: a line per rule.

use trust::{
    ArcEvidence, ArcResult, Authentication, Disposition, DkimEvidence, DkimResult, DmarcEvidence,
    DmarcResult, Override, ReverseEvidence, ReverseResult, SpfEvidence, SpfResult,
};
use wire_trust::dmarc::Policy as Asked;

use crate::{Finding, Placement, Verdict, weigh};

/// A letter from `a@x.test`.
fn letter() -> Authentication {
    Authentication {
        mail_from: "x.test".to_owned(),
        header_from: "x.test".to_owned(),
        spf: Some(SpfEvidence { domain: "x.test".to_owned(), ..SpfEvidence::default() }),
        ..Authentication::default()
    }
}

trait With: Sized {
    fn spf(self, result: SpfResult) -> Self;
    fn dkim(self, result: DkimResult) -> Self;
    fn dmarc(self, result: DmarcResult, policy: Asked) -> Self;
    fn sampled_out(self) -> Self;
    fn claims(self) -> Self;
    fn arc(self, result: ArcResult, trusted: Option<&str>) -> Self;
}

impl With for Authentication {
    fn spf(mut self, result: SpfResult) -> Self {
        self.spf = Some(SpfEvidence { result, domain: "x.test".to_owned(), ..SpfEvidence::default() });
        self
    }

    fn dkim(mut self, result: DkimResult) -> Self {
        self.dkim.push(DkimEvidence { result, domain: "x.test".to_owned(), ..DkimEvidence::default() });
        self
    }

    fn dmarc(mut self, result: DmarcResult, policy: Asked) -> Self {
        self.dmarc =
            Some(DmarcEvidence { result, policy, domain: "x.test".to_owned(), ..DmarcEvidence::default() });
        self
    }

    fn sampled_out(mut self) -> Self {
        self.dmarc.as_mut().unwrap().overridden = Some(Override::SampledOut);
        self
    }

    fn claims(mut self) -> Self {
        self.claims_hosted = Some("x.test".to_owned());
        self
    }

    fn arc(mut self, result: ArcResult, trusted: Option<&str>) -> Self {
        let trusted = trusted.map(str::to_owned);
        self.arc = Some(ArcEvidence { result, trusted, ..ArcEvidence::default() });
        self
    }
}

#[track_caller]
fn check(authentication: Authentication, expected: &str) {
    let Finding { verdict, why, disposition, overridden } = weigh(&authentication);
    let verdict = match verdict {
        Verdict::Accept(Placement::Inbox) => "inbox".to_owned(),
        Verdict::Accept(Placement::Junk) => "spam".to_owned(),
        Verdict::Refuse(reply) => format!("{} {}", reply.code(), reply.status()),
    };
    let disposition = match disposition {
        Disposition::None => String::new(),
        done => format!(" {done}"),
    };
    let overridden = overridden.map(|why| format!(" {why}")).unwrap_or_default();
    assert_eq!(format!("{verdict}{disposition}{overridden}"), expected, "{why}");
}

#[test]
fn spf_alone() {
    use SpfResult::*;
    check(letter(), "inbox");
    check(letter().spf(Pass), "inbox");
    check(letter().spf(Neutral), "inbox");
    check(letter().spf(SoftFail), "inbox");
    check(letter().spf(PermError), "inbox");
    check(letter().spf(Fail), "spam");
    check(letter().spf(TempError), "451 4.4.3");
}

#[test]
fn softfail_is_marked_in_words() {
    assert!(weigh(&letter().spf(SpfResult::SoftFail)).why.contains("softfail"));
    assert!(weigh(&letter().spf(SpfResult::Fail)).why.contains("x.test"));
    assert_eq!(weigh(&letter().spf(SpfResult::Pass)).why, "");
}

#[test]
fn dkim_alone_decides_nothing() {
    let pass = DkimResult::Pass;
    for result in [DkimResult::Fail, DkimResult::Policy, DkimResult::TempError, DkimResult::PermError, pass] {
        check(letter().dkim(result), "inbox");
    }
    check(letter().dkim(pass).spf(SpfResult::Fail), "spam");
}

#[test]
fn dmarc_does_what_the_domain_asks() {
    use DmarcResult::*;
    check(letter().dmarc(None, Asked::None), "inbox");
    check(letter().dmarc(Pass, Asked::Reject), "inbox");
    check(letter().dmarc(Fail, Asked::None), "inbox");
    check(letter().dmarc(Fail, Asked::Quarantine), "spam quarantine");
    check(letter().dmarc(Fail, Asked::Reject), "550 5.7.1 reject");
    check(letter().dmarc(PermError, Asked::None), "spam");
}

#[test]
fn a_pass_by_dkim_outweighs_spf() {
    check(letter().spf(SpfResult::Fail).dmarc(DmarcResult::Pass, Asked::Reject), "inbox");
    check(letter().spf(SpfResult::SoftFail).dmarc(DmarcResult::Pass, Asked::Reject), "inbox");
    check(
        letter().spf(SpfResult::Fail).dmarc(DmarcResult::Fail, Asked::None),
        "spam quarantine local_policy",
    );
    check(letter().spf(SpfResult::Fail).dmarc(DmarcResult::Fail, Asked::Reject), "550 5.7.1 reject");
}

#[test]
fn what_the_percentage_leaves_out_gets_the_milder_policy() {
    check(letter().dmarc(DmarcResult::Fail, Asked::Reject).sampled_out(), "spam quarantine sampled_out");
    check(letter().dmarc(DmarcResult::Fail, Asked::Quarantine).sampled_out(), "inbox sampled_out");
    check(letter().dmarc(DmarcResult::Fail, Asked::None).sampled_out(), "inbox sampled_out");
}

#[test]
fn what_cannot_be_looked_up_is_asked_again_later() {
    use DmarcResult::TempError;
    check(letter().dmarc(TempError, Asked::Reject), "451 4.4.3");
    check(letter().dmarc(TempError, Asked::Quarantine), "451 4.4.3");
    check(letter().dkim(DkimResult::TempError).dmarc(TempError, Asked::Reject), "451 4.4.3");
    // The domain asks for nothing whatever the key would say.
    check(letter().dkim(DkimResult::TempError).dmarc(TempError, Asked::None), "inbox");
    // Unless it is ours.
    check(letter().dkim(DkimResult::TempError).claims(), "451 4.4.3");
    check(letter().dkim(DkimResult::TempError).dmarc(DmarcResult::Pass, Asked::Reject), "inbox");
    check(letter().spf(SpfResult::TempError).dmarc(DmarcResult::Pass, Asked::Reject), "451 4.4.3");
    let mut unknown = letter().dmarc(TempError, Asked::None);
    unknown.dmarc.as_mut().unwrap().domain.clear();
    check(unknown, "451 4.4.3");
}

#[test]
fn reverse_dns_is_only_recorded() {
    for result in
        [ReverseResult::Pass, ReverseResult::Fail, ReverseResult::TempError, ReverseResult::PermError]
    {
        let reverse = Some(ReverseEvidence { result, ..ReverseEvidence::default() });
        check(Authentication { reverse, ..letter() }, "inbox");
    }
}

#[test]
fn strangers_who_claim_our_domains_fail() {
    check(letter().claims(), "spam");
    check(letter().claims().spf(SpfResult::Neutral), "spam");
    check(letter().claims().dmarc(DmarcResult::Fail, Asked::None), "spam quarantine local_policy");
    check(letter().claims().dmarc(DmarcResult::Fail, Asked::Quarantine), "spam quarantine");
    check(letter().claims().dmarc(DmarcResult::Fail, Asked::Reject), "550 5.7.1 reject");
}

#[test]
fn listed_forwarders_vouch_for_what_they_broke() {
    let failed = || letter().spf(SpfResult::Fail).dmarc(DmarcResult::Fail, Asked::Reject);
    check(failed().arc(ArcResult::Pass, Some("list.test")), "inbox trusted_forwarder");
    check(failed().arc(ArcResult::Pass, None), "550 5.7.1 reject");
    check(failed().arc(ArcResult::Fail, Some("list.test")), "550 5.7.1 reject");
    check(letter().spf(SpfResult::Fail).arc(ArcResult::Pass, Some("list.test")), "inbox");
    check(letter().claims().arc(ArcResult::Pass, Some("list.test")), "inbox");
    check(letter().spf(SpfResult::TempError).arc(ArcResult::Pass, Some("list.test")), "451 4.4.3");
}

#[test]
fn senders_that_take_no_mail_are_refused() {
    check(Authentication { sender_is_null_mx: true, ..letter() }, "550 5.7.27");
    check(Authentication { sender_is_null_mx: true, ..letter() }.spf(SpfResult::TempError), "451 4.4.3");
}
