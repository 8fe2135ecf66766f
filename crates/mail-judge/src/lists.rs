//! Lists of senders that the operator has us ask (none unless he says so): what they say of a letter.

use std::net::IpAddr;

use futures_util::future::join_all;
use trust::lists::{Codes, DnsList, DnsListKind};
use trust::{ListEvidence, ListWeight};
use world::Names;

use crate::limits::LIST_TIME_LIMIT;

/// A list, and what follows from an entry in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// Whom to ask, about the peer's address or about the author's domain.
    pub list: DnsList,
    /// The codes that count; all if there is none.
    pub codes: Vec<Codes>,
    /// What follows.
    pub weight: ListWeight,
}

/// What the lists of one kind say about `subject`: entries, and why a list was left alone.
pub(crate) async fn ask(
    names: &Names,
    lists: &[List],
    kind: DnsListKind,
    subject: &str,
) -> Vec<ListEvidence> {
    let questions = lists.iter().filter(|list| list.list.kind == kind).map(|list| async move {
        let silent = || ListEvidence { trouble: "no answer in time".to_owned(), ..blank(list, subject) };
        tokio::time::timeout(LIST_TIME_LIMIT, list.ask(names, subject))
            .await
            .unwrap_or_else(|_| Some(silent()))
    });
    join_all(questions).await.into_iter().flatten().collect()
}

/// The peer as lists know it.
pub(crate) fn subject(ip: IpAddr) -> String {
    ip.to_canonical().to_string()
}

fn blank(list: &List, subject: &str) -> ListEvidence {
    ListEvidence {
        zone: list.list.zone.clone(),
        subject: subject.to_owned(),
        weight: list.weight,
        ..ListEvidence::default()
    }
}

impl List {
    async fn ask(&self, names: &Names, subject: &str) -> Option<ListEvidence> {
        let mut codes = match self.list.ask(names, subject).await {
            Ok(codes) => codes,
            Err(trouble) => return Some(ListEvidence { trouble, ..blank(self, subject) }),
        };
        if !self.codes.is_empty() {
            codes.retain(|code| self.codes.iter().any(|codes| codes.contain(*code)));
        }
        if codes.is_empty() {
            return None;
        }
        let text = self.list.text(names, subject).await;
        Some(ListEvidence { codes, text, ..blank(self, subject) })
    }
}
