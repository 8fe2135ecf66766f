//! Several clients work in one folder and believe what they are told; in the end each knows what is there.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// What a client has learnt from untagged responses alone.
#[derive(Default)]
struct Belief {
    /// The UID of each message; 0 is not known yet.
    uids: Vec<u32>,
    flags: BTreeMap<u32, BTreeSet<String>>,
}

impl Belief {
    /// RFC 9051 §7: takes one response; `may_expunge` is false while a command with sequence numbers runs.
    fn hear(&mut self, line: &str, may_expunge: bool) {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        match words.as_slice() {
            ["*", count, "EXISTS"] => {
                let count: usize = count.parse().unwrap();
                assert!(count >= self.uids.len(), "EXISTS never says fewer: {line}");
                self.uids.resize(count, 0);
            }
            ["*", number, "EXPUNGE"] => {
                assert!(may_expunge, "not now: {line}");
                let uid = self.uids.remove(number.parse::<usize>().unwrap() - 1);
                self.flags.remove(&uid);
            }
            ["*", "VANISHED", set] => {
                assert!(may_expunge, "not now: {line}");
                for range in set.split(',') {
                    let (first, last) = range.split_once(':').unwrap_or((range, range));
                    for uid in first.parse::<u32>().unwrap()..=last.parse().unwrap() {
                        // RFC 7162 §3.2.10: one message fewer, even if this client has not asked for its UID.
                        let place = |number: u32| self.uids.iter().position(|one| *one == number);
                        let place = place(uid).or_else(|| place(0));
                        self.uids.remove(place.unwrap_or_else(|| panic!("{uid} is not known: {line}")));
                        self.flags.remove(&uid);
                    }
                }
            }
            ["*", number, "FETCH", items] => {
                let number: usize = number.parse().unwrap();
                assert!(number <= self.uids.len(), "no such message: {line}");
                let known = &mut self.uids[number - 1];
                if let Some(uid) = items.split_once("UID ").map(|(_, rest)| rest) {
                    let digits = uid.split(|c: char| !c.is_ascii_digit()).next().unwrap();
                    let uid = digits.parse().unwrap();
                    assert!(*known == 0 || *known == uid, "{known} became {uid}: {line}");
                    *known = uid;
                }
                if let Some((flags, _)) =
                    items.split_once("FLAGS (").and_then(|(_, rest)| rest.split_once(')'))
                {
                    let flags = flags.split(' ').filter(|flag| !matches!(*flag, "" | "\\Recent"));
                    if *known != 0 {
                        self.flags.insert(*known, flags.map(str::to_owned).collect());
                    }
                }
            }
            _ => {}
        }
    }
}

/// Xorshift: repeatable, and good enough for choosing.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }
}

async fn say(client: &mut Client, belief: &mut Belief, command: &str) -> String {
    let may_expunge = !["FETCH", "STORE", "SEARCH"].iter().any(|word| command.starts_with(word));
    client.send(&format!("t {command}\r\n")).await;
    let mut last = String::new();
    for response in client.responses().await {
        let line = response.join(" ");
        belief.hear(&line, may_expunge);
        last = line;
    }
    last
}

async fn follow(db: db::Db, seed: u64, steps: usize) {
    let house = House::new(db, None, Limits::default()).await;
    house.deliver(6).await;
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut clients = Vec::new();
    for enabling in ["", "CONDSTORE", "QRESYNC", "IMAP4rev2"] {
        let mut client = house.connect(true);
        client.answer().await;
        client.send(&format!("l LOGIN anna@valbois.test \"{PASSWORD}\"\r\n")).await;
        client.answer().await;
        let mut belief = Belief::default();
        if !enabling.is_empty() {
            say(&mut client, &mut belief, &format!("ENABLE {enabling}")).await;
        }
        say(&mut client, &mut belief, "SELECT INBOX").await;
        say(&mut client, &mut belief, "UID FETCH 1:* (FLAGS)").await;
        clients.push((client, belief));
    }
    let flags = ["\\Seen", "\\Flagged", "\\Deleted", "$Junk", "projet"];
    for _ in 0..steps {
        let who = dice.roll(clients.len());
        let (client, belief) = &mut clients[who];
        let number = dice.roll(belief.uids.len()) + 1;
        let uid = belief.uids.get(number - 1).copied().unwrap_or(0).max(1);
        let flag = flags[dice.roll(flags.len())];
        let sign = ["+", "-", ""][dice.roll(3)];
        let has_messages = !belief.uids.is_empty();
        let command = match dice.roll(13) {
            0 if has_messages => format!("STORE {number} {sign}FLAGS ({flag})"),
            1 => format!("UID STORE {uid}:{} {sign}FLAGS ({flag})", uid + 2),
            2 => "EXPUNGE".to_owned(),
            3 => format!("UID EXPUNGE {uid}:*"),
            4 | 5 => "APPEND INBOX {3+}\r\nabc".to_owned(),
            6 if has_messages => format!("COPY {number} INBOX"),
            7 if has_messages => format!("MOVE {number} Archive"),
            8 if has_messages => format!("FETCH {number}:* (UID FLAGS)"),
            9 if has_messages => format!("FETCH {number} BODY[TEXT]"),
            10 => "SEARCH UNSEEN".to_owned(),
            11 => format!("UID FETCH {uid}:* (FLAGS)"),
            _ => "NOOP".to_owned(),
        };
        let last = say(client, belief, &command).await;
        let is_granted = last.starts_with("t OK") || last.starts_with("t NO [EXPUNGEISSUED]");
        assert!(is_granted, "{command}: {last}");
        if belief.uids.contains(&0) {
            say(client, belief, "UID FETCH 1:* (FLAGS)").await;
        }
    }
    let mut last: Option<Vec<(u32, BTreeSet<String>)>> = None;
    for (client, belief) in &mut clients {
        say(client, belief, "NOOP").await;
        let believed = std::mem::take(&mut belief.flags);
        if !belief.uids.is_empty() {
            assert!(say(client, belief, "FETCH 1:* (UID FLAGS)").await.starts_with("t OK"));
        }
        for (uid, flags) in believed {
            assert_eq!(belief.flags.get(&uid), Some(&flags), "what was told of {uid} is true (seed {seed})");
        }
        let now: Vec<(u32, BTreeSet<String>)> = belief
            .uids
            .iter()
            .map(|uid| (*uid, belief.flags.get(uid).cloned().unwrap_or_default()))
            .collect();
        if let Some(last) = &last {
            assert_eq!(*last, now, "all see the same (seed {seed})");
        }
        last = Some(now);
    }
}

#[tokio::test]
async fn clients_that_believe_what_they_hear_know_the_folder() {
    let rounds = if std::env::var("SLOW_TESTS").is_ok() { 60 } else { 3 };
    for seed in 1..=rounds {
        for db in db::testing::engines() {
            follow(db, seed, 250).await;
        }
    }
}
