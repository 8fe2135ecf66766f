//! Flags, moves and expunging; what changed since when; and a client that follows only what it is told.

use std::collections::BTreeMap;

use super::*;

#[tokio::test]
async fn unchanged_since_protects_newer_flags() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        add(&anna, inbox, 3).await;
        let before = anna.folder(inbox).await.unwrap().highest_modseq;
        let first = anna.store(inbox, &uids(&[2]), FlagChange::Add(Flags::FLAGGED), None).await.unwrap();
        assert!(first.modseq > before && first.rows[0].has_changed);
        let change = FlagChange::Replace(Flags::from_names(["\\Seen", "Label", "\\Recent"]).unwrap());
        let second = anna.store(inbox, &uids(&[1, 2, 3, 9]), change, Some(before)).await.unwrap();
        assert_eq!(second.modified.to_string(), "2");
        let changed: Vec<_> = second.rows.iter().map(|row| (row.uid, row.modseq == second.modseq)).collect();
        assert_eq!(changed, [(1, true), (3, true)]);
        // What changes nothing has no new MODSEQ.
        let third = anna.store(inbox, &uids(&[1]), FlagChange::Add(Flags::SEEN), None).await.unwrap();
        assert!(!third.rows[0].has_changed && third.rows[0].modseq == second.modseq);
        let rows = rows_of(&anna, inbox).await;
        assert_eq!(rows[0].flags.names().collect::<Vec<_>>(), ["\\Seen", "Label"]);
        assert_eq!(rows[1].flags, Flags::FLAGGED);
        let removed = Flags::from_names(["LABEL"]).unwrap();
        anna.store(inbox, &UidSet::all(), FlagChange::Remove(removed), None).await.unwrap();
        assert_eq!(rows_of(&anna, inbox).await[0].flags, Flags::SEEN);
        let opened = anna.open(inbox, OpenOptions::default()).await.unwrap();
        assert_eq!((opened.first_unseen, opened.keywords.len()), (Some(2), 0));
        assert_counters_are_true(&anna).await;
    }
}

#[test]
fn flags_are_sets_with_names() {
    let flags = |names: &[&str]| Flags::from_names(names.iter().copied());
    let both = flags(&["\\seen", "$JUNK", "b", "A", "B"]).unwrap();
    assert_eq!(both.names().collect::<Vec<_>>(), ["\\Seen", "$Junk", "A", "b"]);
    assert!(both.contains(&flags(&["a", "$junk"]).unwrap()));
    assert!(!both.contains(&flags(&["c"]).unwrap()));
    assert_eq!(both.minus(&flags(&["B", "\\Seen"]).unwrap()), flags(&["A", "$Junk"]).unwrap());
    assert_eq!(both.union(&flags(&["a", "c"]).unwrap()).unwrap().keywords().count(), 3);
    for wrong in ["\\Unknown", "", "a b", "a(b", "a\"", &"x".repeat(101), "é", "a]"] {
        assert!(flags(&[wrong]).is_err(), "{wrong}");
    }
    let many: Vec<String> = (0..65).map(|index| format!("k{index}")).collect();
    assert!(Flags::from_names(many.iter().map(String::as_str)).is_err());
    assert!(flags(&["\\Recent"]).unwrap().is_empty());
}

#[test]
fn uid_sets_are_ordered_ranges() {
    let set = UidSet::from_ranges([7..=9, std::ops::RangeInclusive::new(3, 1), 4..=4, 0..=0, 8..=12]);
    assert_eq!((set.to_string().as_str(), set.len()), ("1:4,7:12", 10));
    assert!(set.contains(4) && !set.contains(5) && set.contains(12) && !set.contains(13) && !set.contains(0));
    assert_eq!(set.complement(1, 15).to_string(), "5:6,13:15");
    assert_eq!(set.complement(3, 8).to_string(), "5:6");
    assert_eq!(UidSet::new().complement(1, 3).to_string(), "1:3");
    assert_eq!(UidSet::new().complement(1, 0).to_string(), "");
    assert_eq!(UidSet::all().complement(1, u32::MAX).to_string(), "");
    assert_eq!(set.intersection(&UidSet::from_ranges([2..=8, 12..=20])).to_string(), "2:4,7:8,12");
    let mut pushed: UidSet = [1, 2, 3, 5].into_iter().collect();
    pushed.push(4);
    assert_eq!(pushed.to_string(), "1:5");
}

#[test]
fn uid_sets_do_as_sets_do() {
    use std::collections::BTreeSet;
    let random = world::Random::seeded(3);
    let some = || -> BTreeSet<u32> { (0..random.below(20)).map(|_| 1 + random.below(30) as u32).collect() };
    for _ in 0..2000 {
        let (a, b) = (some(), some());
        let mut pushed = UidSet::new();
        a.iter().rev().for_each(|uid| pushed.push(*uid));
        let (own, other): (UidSet, UidSet) = (a.iter().copied().collect(), b.iter().copied().collect());
        assert_eq!(own, pushed);
        assert_eq!(own.iter().collect::<BTreeSet<_>>(), a);
        assert_eq!(own.len() as usize, a.len());
        assert_eq!(
            own.intersection(&other).iter().collect::<BTreeSet<_>>(),
            a.intersection(&b).copied().collect()
        );
        let (first, last) = (1 + random.below(30) as u32, random.below(35) as u32);
        let outside: BTreeSet<u32> = (first..=last).filter(|uid| !a.contains(uid)).collect();
        assert_eq!(
            own.complement(first, last).iter().collect::<BTreeSet<_>>(),
            outside,
            "{own} {first} {last}"
        );
        assert!((1..32).all(|uid| own.contains(uid) == a.contains(&uid)));
    }
}

#[tokio::test]
async fn moves_keep_flags_and_dates_and_tell_both_sides() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        let trash = anna.folder_of(Role::Trash).await.unwrap().id;
        add(&anna, inbox, 3).await;
        anna.store(inbox, &uids(&[2]), FlagChange::Add(Flags::FLAGGED), None).await.unwrap();
        let before = (anna.folder(inbox).await.unwrap().highest_modseq, rows_of(&anna, inbox).await);
        let moved = anna.move_to(inbox, &uids(&[2, 3, 7]), trash).await.unwrap();
        assert_eq!(moved.uids, [(2, 1), (3, 2)]);
        assert_eq!(moved.uid_validity, anna.folder(trash).await.unwrap().uid_validity);
        let rows = rows_of(&anna, trash).await;
        assert_eq!(
            (rows[0].flags.clone(), rows[0].internal_date),
            (Flags::FLAGGED, before.1[1].internal_date)
        );
        let changes = anna.changes_since(inbox, before.0).await.unwrap();
        assert_eq!((changes.vanished.to_string().as_str(), changes.changed.len()), ("2:3", 0));
        let none = anna.move_to(inbox, &uids(&[2]), trash).await.unwrap();
        assert!(none.uids.is_empty());
        let missing = anna.move_to(inbox, &uids(&[1]), FolderId(5)).await;
        assert!(matches!(missing, Err(StoreError::NoSuchFolder)));
        assert!(matches!(anna.copy(inbox, &uids(&[1]), FolderId(5)).await, Err(StoreError::NoSuchFolder)));
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test]
async fn expunging_takes_only_what_is_marked_and_named() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        add(&anna, inbox, 5).await;
        assert!(anna.expunge(inbox, None).await.unwrap().uids.is_empty());
        anna.store(inbox, &uids(&[1, 3, 5]), FlagChange::Add(Flags::DELETED), None).await.unwrap();
        assert_eq!(anna.expunge(inbox, Some(&uids(&[2, 3, 4]))).await.unwrap().uids.to_string(), "3");
        assert_eq!(anna.expunge(inbox, None).await.unwrap().uids.to_string(), "1,5");
        // A UID never comes back.
        assert_eq!(add(&anna, inbox, 1).await[0].uid, 6);
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test]
async fn large_sets_are_done_in_batches() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        let trash = anna.folder_of(Role::Trash).await.unwrap().id;
        for count in [1000, 1000, 1] {
            add(&anna, inbox, count).await;
        }
        let stored = anna.store(inbox, &UidSet::all(), FlagChange::Add(Flags::SEEN), None).await.unwrap();
        assert_eq!(stored.rows.len(), 2001);
        let moved = anna.move_to(inbox, &UidSet::all(), trash).await.unwrap();
        assert_eq!((moved.uids.len(), moved.uids[2000]), (2001, (2001, 2001)));
        anna.store(trash, &UidSet::all(), FlagChange::Add(Flags::DELETED), None).await.unwrap();
        assert_eq!(anna.expunge(trash, None).await.unwrap().uids.to_string(), "1:2001");
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test]
async fn recent_letters_are_recent_for_one_session() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        add(&anna, inbox, 2).await;
        let (looks, claims) = (OpenOptions::default(), OpenOptions { claims_recent: true });
        assert_eq!(anna.open(inbox, looks).await.unwrap().folder.recent_from, 1);
        assert_eq!(anna.open(inbox, claims).await.unwrap().folder.recent_from, 1);
        assert_eq!(anna.open(inbox, claims).await.unwrap().folder.recent_from, 3);
    }
}

#[tokio::test]
async fn a_pruned_history_gives_the_whole_picture() {
    for house in houses_with(rows::History { kept: 5, slack: 2 }, None).await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        let first = add(&anna, inbox, 4).await[0];
        anna.store(inbox, &uids(&[2]), FlagChange::Add(Flags::DELETED), None).await.unwrap();
        anna.expunge(inbox, None).await.unwrap();
        let recent = anna.folder(inbox).await.unwrap().highest_modseq;
        assert!(anna.changes_since(inbox, first.modseq).await.unwrap().is_exact);
        for _ in 0..4 {
            anna.store(inbox, &uids(&[3]), FlagChange::Add(Flags::SEEN), None).await.unwrap();
            anna.store(inbox, &uids(&[3]), FlagChange::Remove(Flags::SEEN), None).await.unwrap();
        }
        let old = anna.changes_since(inbox, first.modseq).await.unwrap();
        assert!(!old.is_exact);
        assert_eq!(old.vanished.to_string(), "2");
        assert_eq!(old.changed.iter().map(|row| row.uid).collect::<Vec<_>>(), [3, 4]);
        let last = anna.store(inbox, &uids(&[4]), FlagChange::Add(Flags::SEEN), None).await.unwrap();
        assert!(!anna.changes_since(inbox, recent).await.unwrap().is_exact);
        assert!(anna.changes_since(inbox, last.modseq - 1).await.unwrap().is_exact);
        let none = anna.changes_since(inbox, last.modseq).await.unwrap();
        assert!(none.is_exact && none.changed.is_empty() && none.vanished.is_empty());
        assert_counters_are_true(&anna).await;
    }
}

/// A client's copy of a folder: what it believes is there.
#[derive(Default)]
struct Copy {
    modseq: u64,
    messages: BTreeMap<u32, Flags>,
}

impl Copy {
    async fn follow(&mut self, account: &Account, folder: FolderId) {
        let changes = account.changes_since(folder, self.modseq).await.unwrap();
        self.messages.retain(|uid, _| !changes.vanished.contains(*uid));
        for row in changes.changed {
            self.messages.insert(row.uid, row.flags);
        }
        self.modseq = changes.folder.highest_modseq;
    }
}

/// Any operations in any order: counters stay true, clients that follow at different paces see what is there.
#[tokio::test]
async fn counters_and_copies_stay_true_whatever_happens() {
    for house in houses_with(rows::History { kept: 40, slack: 10 }, Some(4000)).await {
        let anna = house.anna();
        let random = world::Random::seeded(7);
        let folders = [inbox(&anna).await, anna.folder_of(Role::Archive).await.unwrap().id];
        let flags = [Flags::SEEN, Flags::DELETED, Flags::FLAGGED, Flags::from_names(["a", "B"]).unwrap()];
        let mut clients: Vec<(FolderId, Copy)> =
            (0..4).map(|index| (folders[index % 2], Copy::default())).collect();
        let mut refused = 0;
        for round in 0..250_u64 {
            let folder = folders[random.below(2) as usize];
            let other = folders[random.below(2) as usize];
            let next = u64::from(anna.folder(folder).await.unwrap().uid_next);
            let some: UidSet = UidSet::from_ranges(
                (0..3).map(|_| random.below(next) as u32).map(|uid| uid..=uid + random.below(3) as u32),
            );
            let chosen = flags[random.below(4) as usize].clone();
            let result = match random.below(8) {
                0..=2 => {
                    let text = format!("Subject: {round}\n\n{}", "x".repeat(random.below(300) as usize));
                    let import = Import { flags: chosen, ..import(&text) };
                    anna.append_messages(Target::Folder(folder), vec![import]).await.map(drop)
                }
                3 => anna.store(folder, &some, FlagChange::Add(chosen), None).await.map(drop),
                4 => anna
                    .store(folder, &some, FlagChange::Replace(chosen), Some(random.below(round + 1)))
                    .await
                    .map(drop),
                5 => anna.copy(folder, &some, other).await.map(drop),
                6 => anna.move_to(folder, &some, other).await.map(drop),
                _ => anna.expunge(folder, (round % 2 == 0).then_some(&some)).await.map(drop),
            };
            match result {
                Ok(()) => {}
                Err(StoreError::OverQuota) => refused += 1,
                Err(error) => panic!("{error:?}"),
            }
            for (index, (folder, copy)) in clients.iter_mut().enumerate() {
                if random.below(1 + 10 * (index as u64 / 2)) == 0 {
                    copy.follow(&anna, *folder).await;
                    let rows = rows_of(&anna, *folder).await;
                    let truth: BTreeMap<u32, Flags> =
                        rows.into_iter().map(|row| (row.uid, row.flags)).collect();
                    assert_eq!(copy.messages, truth, "client {index}, round {round}");
                }
            }
            if round % 25 == 0 {
                assert_counters_are_true(&anna).await;
            }
        }
        assert!(refused > 0, "the quota was never reached");
        assert_counters_are_true(&anna).await;
    }
}
