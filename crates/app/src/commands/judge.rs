//! `relais judge …`: what our checks say of a sender or a stored message. Needs no installation.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Subcommand;
use mail_judge::{
    Authorship, BodyHashes, Evidence, HeaderFacts, Judge as Judges, Letter, Placement, Policy, Verdict,
    decide, results, weigh,
};
use model::{Domain, ReversePath};
use serde_json::json;
use trust::spf::Question;
use world::{Clock, Names, NamesOptions};

use super::output::Output;

/// A message file above it is not read.
const MESSAGE_LIMIT_BYTES: u64 = 256 * 1024 * 1024;

/// Checks a sender or a message as the doors would.
#[derive(Subcommand)]
pub enum Judge {
    /// SPF: may this peer send for that address? Prints the result in one word, then why.
    Spf {
        /// The peer.
        #[arg(long)]
        ip: IpAddr,
        /// The name that it gives in HELO or EHLO.
        #[arg(long, value_name = "NAME", default_value = "")]
        helo: String,
        /// The address of MAIL FROM; empty for the null sender.
        #[arg(long, value_name = "ADDRESS", default_value = "", allow_hyphen_values = true)]
        from: String,
        /// Whom to ask for names.
        #[command(flatten)]
        resolver: Resolver,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
    /// SPF, DKIM, ARC and DMARC of a stored message.
    Message {
        /// The message.
        file: PathBuf,
        /// The peer that brought it; without it SPF is left out.
        #[arg(long)]
        ip: Option<IpAddr>,
        /// The name that it gave.
        #[arg(long, value_name = "NAME", default_value = "")]
        helo: String,
        /// The address of MAIL FROM; without it the Return-Path field counts.
        #[arg(long, value_name = "ADDRESS")]
        from: Option<String>,
        /// Whom to ask for names.
        #[command(flatten)]
        resolver: Resolver,
        /// Domains whose ARC seals are believed.
        #[arg(long, value_name = "DOMAIN")]
        trusted_sealer: Vec<String>,
        /// Print one JSON document.
        #[arg(long)]
        json: bool,
    },
}

/// Whom to ask for names.
#[derive(clap::Args)]
pub struct Resolver {
    /// The name server; without it those of the system.
    #[arg(long, value_name = "HOST:PORT")]
    dns: Option<SocketAddr>,
}

impl Resolver {
    pub(super) fn names(&self) -> Result<Names> {
        let servers = self.dns.into_iter().collect();
        Names::resolver(&NamesOptions { servers, ..NamesOptions::default() })
            .context("cannot use the name server")
    }
}

impl Judge {
    /// Judges and prints.
    pub async fn run(self) -> Result<()> {
        let (output, is_json) = match self {
            Judge::Spf { ip, helo, from, resolver, json } => {
                (spf(&resolver.names()?, ip, &helo, &from).await, json)
            }
            Judge::Message { file, ip, helo, from, resolver, trusted_sealer, json } => {
                let text = read(&file)?;
                let policy = Policy {
                    trusted_sealers: trusted_sealer
                        .iter()
                        .map(|domain| domain.to_ascii_lowercase())
                        .collect(),
                    ..Policy::default()
                };
                let output = message(resolver.names()?, &text, ip, &helo, from.as_deref(), &policy).await?;
                (output, json)
            }
        };
        super::print(&if is_json { output.to_json() } else { output.to_text() });
        Ok(())
    }
}

async fn spf(names: &Names, ip: IpAddr, helo: &str, from: &str) -> Output {
    let from = from.strip_prefix('<').and_then(|from| from.strip_suffix('>')).unwrap_or(from);
    let timestamp = Clock::real().now().0.div_euclid(1000);
    let question = Question { ip, helo, sender: from, receiver: "unknown", timestamp };
    let outcome = trust::spf::ask(names, &question).await;
    let mut text = format!(
        "{}\n{}\nlook-ups: {} of {}, {} of {} found nothing\n",
        outcome.result,
        outcome.mechanism,
        outcome.lookups,
        trust::limits::SPF_LOOKUP_LIMIT,
        outcome.void_lookups,
        trust::limits::SPF_VOID_LIMIT,
    );
    if let Some(explanation) = &outcome.explanation {
        text.push_str(&format!("{} explains: {explanation}\n", outcome.domain));
    }
    let value = json!({
        "result": outcome.result.word(),
        "domain": outcome.domain,
        "because": outcome.mechanism,
        "explanation": outcome.explanation,
        "lookups": outcome.lookups,
        "void_lookups": outcome.void_lookups,
    });
    Output::new(value, text)
}

/// The message with the line ends that it had on the wire.
fn read(file: &PathBuf) -> Result<Vec<u8>> {
    let size_bytes =
        std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
    if size_bytes > MESSAGE_LIMIT_BYTES {
        bail!("{} is larger than {MESSAGE_LIMIT_BYTES} bytes", file.display());
    }
    let stored = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut text = Vec::with_capacity(stored.len() + stored.len() / 32);
    let mut last = 0;
    for octet in stored {
        if octet == b'\n' && last != b'\r' {
            text.push(b'\r');
        }
        text.push(octet);
        last = octet;
    }
    Ok(text)
}

async fn message(
    names: Names,
    text: &[u8],
    ip: Option<IpAddr>,
    helo: &str,
    from: Option<&str>,
    policy: &Policy,
) -> Result<Output> {
    let facts = HeaderFacts::of(text, true);
    let header = &text[..facts.size_bytes];
    let from = match from {
        Some(from) => from.to_owned(),
        None => wire_mime::fields(header)
            .find(|field| field.is("return-path"))
            .map(|field| String::from_utf8_lossy(&field.unfolded()).into_owned())
            .unwrap_or_default(),
    };
    let from = from.trim().trim_start_matches('<').trim_end_matches('>');
    let from = match from {
        "" => ReversePath::Null,
        from => ReversePath::Address(model::Address::parse(from).with_context(|| format!("--from {from}"))?),
    };
    let hostname = Domain::parse("localhost").expect("a name in the code");
    let judge = Judges::new(names, Clock::real(), hostname.clone());
    let bodies = BodyHashes::of(text);
    let letter = Letter { ip, helo, from: &from, header, facts: &facts, bodies: &bodies };
    let authentication = judge.gather(&letter, policy).await;
    let finding = weigh(&authentication);
    let evidence = Evidence {
        header: facts.clone(),
        has_been_here: false,
        authorship: Authorship::NotOurs,
        authentication: Some(authentication.clone()),
    };
    let verdict = match decide(&evidence, policy) {
        Verdict::Accept(Placement::Inbox) => "inbox".to_owned(),
        Verdict::Accept(Placement::Junk) => "spam".to_owned(),
        Verdict::Refuse(reply) => format!("refused: {reply}"),
    };
    let field = results(&authentication, hostname.as_str()).to_string();
    let mut lines = String::new();
    if let Some(spf) = &authentication.spf {
        lines.push_str(&format!("spf    {:9} {} {}\n", spf.result.word(), spf.domain, spf.because));
    }
    for dkim in &authentication.dkim {
        lines.push_str(&format!(
            "dkim   {:9} {} {} {} {}\n",
            dkim.result.word(),
            dkim.domain,
            dkim.selector,
            dkim.algorithm,
            dkim.because
        ));
    }
    if authentication.dkim.is_empty() {
        lines.push_str("dkim   none\n");
    }
    let arc = authentication.arc.as_ref();
    lines.push_str(&match arc {
        Some(arc) => format!("arc    {:9} {} {}\n", arc.result.word(), arc.sealers.join(" "), arc.because),
        None => "arc    none\n".to_owned(),
    });
    lines.push_str(&match &authentication.dmarc {
        Some(dmarc) => format!(
            "dmarc  {:9} {} {} {}\n",
            dmarc.result.word(),
            authentication.header_from,
            dmarc.policy,
            dmarc.because
        ),
        None => "dmarc  none\n".to_owned(),
    });
    if let Some(reverse) = &authentication.reverse {
        lines.push_str(&format!("iprev  {:9} {}\n", reverse.result.word(), reverse.name));
    }
    let why = if finding.why.is_empty() { String::new() } else { format!(" ({})", finding.why) };
    let value = json!({
        "verdict": verdict,
        "why": finding.why,
        "evidence": authentication,
        "authentication_results": field,
    });
    let lines: String = lines.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    Ok(Output::new(value, format!("{verdict}{why}\n{lines}")))
}
