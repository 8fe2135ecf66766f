//! Messages: coming in, being read, counted against the quota, watched.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::*;
use wire_mime::{Section, SectionPart};

const LETTER: &str = "From: Bruno <bruno@acme.test>\nSubject: Hello\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nfirst\n--b\nContent-Transfer-Encoding: base64\n\nc2Vjb25k\n--b--\n";

#[tokio::test]
async fn a_letter_is_its_prefix_and_its_blob() {
    for house in houses().await {
        let anna = house.anna();
        let body = Bytes::from(LETTER.replace('\n', "\r\n"));
        let prefix: &[u8] = b"Return-Path: <bruno@acme.test>\r\nDelivered-To: anna@valbois.test\r\n";
        let whole = [prefix, &body].concat();
        let blob = house.blobs.put(body).await.unwrap();
        let letter = LetterId(house.world.new_id());
        let summary = wire_mime::Summary::of(&whole);
        let appended = {
            let (anna, summary) = (anna.clone(), summary.clone());
            // As the delivery loop does: in a transaction of the operator.
            let operator = house.db.operator("test");
            let append = operator.write(move |tx| {
                let (internal_date, flags) = (Timestamp(1000), Flags::FLAGGED);
                let new = NewMessage { letter, prefix, blob, summary: &summary, internal_date, flags };
                anna.append(tx, Target::Role(Role::Inbox), &new)
            });
            append.await.unwrap()
        };
        assert_eq!(appended.uid, 1);
        let columns = Columns { envelope: true, body_structure: true };
        let row = anna.messages(appended.folder, &UidSet::all(), columns).all().await.unwrap().remove(0);
        assert_eq!((row.uid, row.modseq, row.letter), (1, appended.modseq, letter));
        assert_eq!((row.size_bytes, row.internal_date), (whole.len() as u64, Timestamp(1000)));
        assert_eq!(row.flags, Flags::FLAGGED);
        assert_eq!(row.envelope.as_deref(), Some(summary.envelope.as_slice()));
        assert_eq!(row.body_structure.as_deref(), Some(summary.body_structure.as_slice()));
        for (envelope, body_structure) in [(true, false), (false, true)] {
            let columns = Columns { envelope, body_structure };
            let row = anna.messages(appended.folder, &uids(&[1]), columns).all().await.unwrap().remove(0);
            assert_eq!((row.envelope.is_some(), row.body_structure.is_some()), (envelope, body_structure));
        }
        for pass in 0..2 {
            let size = whole.len() as u64;
            for (start, end) in
                [(0, size), (0, 10), (60, 80), (70, 90), (size - 5, size + 5), (size + 1, size + 9), (9, 3)]
            {
                let range = anna.read_range(letter, start..end).await.unwrap();
                let expected = whole.get(start as usize..(end.min(size)) as usize).unwrap_or_default();
                assert_eq!(range, expected, "{start}..{end}, pass {pass}");
            }
            assert_eq!(anna.read_letter(letter).await.unwrap(), whole);
            let part = |path: &[u32], part| Section { path: path.to_vec(), part };
            let names = vec!["delivered-to".to_owned()];
            for (section, expected) in [
                (part(&[1], SectionPart::Whole), Some(&b"first"[..])),
                (part(&[3], SectionPart::Whole), None),
                (
                    part(&[], SectionPart::HeaderFields(names)),
                    Some(b"Delivered-To: anna@valbois.test\r\n\r\n"),
                ),
                (part(&[], SectionPart::Whole), Some(&whole)),
            ] {
                assert_eq!(anna.section(letter, &section).await.unwrap().as_deref(), expected);
            }
            assert_eq!(anna.binary(letter, &[2]).await.unwrap().unwrap().unwrap(), "second");
        }
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test]
async fn several_messages_are_appended_together_or_not_at_all() {
    for house in houses_with(rows::History { kept: 100, slack: 10 }, Some(100)).await {
        let anna = house.anna();
        let sixty = format!("Subject: {}\n\n", "x".repeat(47));
        let two = anna.append_messages(Target::Role(Role::Inbox), vec![import(&sixty), import(&sixty)]).await;
        assert!(matches!(two, Err(StoreError::OverQuota)));
        assert_eq!(anna.usage().await.unwrap().used_messages, 0);
        anna.append_messages(Target::Role(Role::Inbox), vec![import(&sixty)]).await.unwrap();
        let usage = anna.usage().await.unwrap();
        assert_eq!((usage.used_bytes, usage.used_messages, usage.quota_bytes), (60, 1, Some(100)));
        // A copy counts, a move does not.
        let (from, to) = (inbox(&anna).await, anna.folder_of(Role::Archive).await.unwrap().id);
        assert!(matches!(anna.copy(from, &UidSet::all(), to).await, Err(StoreError::OverQuota)));
        assert_eq!(anna.move_to(from, &UidSet::all(), to).await.unwrap().uids, [(1, 1)]);
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test]
async fn a_refused_append_leaves_the_callers_transaction_usable() {
    for house in houses_with(rows::History { kept: 100, slack: 10 }, Some(10)).await {
        let anna = house.anna();
        let summary = wire_mime::Summary::of(b"Subject: more than ten\r\n\r\n");
        let large = house.blobs.put(Bytes::from_static(b"Subject: more than ten\r\n\r\n")).await.unwrap();
        let small = house.blobs.put(Bytes::from_static(b"\r\n")).await.unwrap();
        let ids: Vec<LetterId> = (0..3).map(|_| LetterId(house.world.new_id())).collect();
        let account = anna.clone();
        let operator = house.db.operator("test");
        let results = operator.write(move |tx| {
            let mut append = |letter, blob, target| {
                let (internal_date, flags) = (Timestamp(0), Flags::NONE);
                let new = NewMessage { letter, prefix: b"", blob, summary: &summary, internal_date, flags };
                account.append(tx, target, &new)
            };
            let full = append(ids[0], large, Target::Role(Role::Inbox));
            let missing = append(ids[1], small, Target::Folder(FolderId(77)));
            let fine = append(ids[2], small, Target::Role(Role::Inbox));
            Ok::<_, StoreError>((full, missing, fine))
        });
        let (full, missing, fine) = results.await.unwrap();
        assert!(matches!(full, Err(StoreError::OverQuota)));
        assert!(matches!(missing, Err(StoreError::NoSuchFolder)));
        assert_eq!(fine.unwrap().uid, 1);
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_come_together_get_different_uids() {
    for house in houses().await {
        let tasks: Vec<_> = (0..20)
            .map(|index| {
                let anna = house.anna();
                let text = format!("Subject: {index}\n\n");
                tokio::spawn(async move {
                    anna.append_messages(Target::Role(Role::Inbox), vec![import(&text)]).await.unwrap()[0].uid
                })
            })
            .collect();
        let mut given = Vec::new();
        for task in tasks {
            given.push(task.await.unwrap());
        }
        given.sort_unstable();
        assert_eq!(given, (1..=20).collect::<Vec<_>>());
        assert_counters_are_true(&house.anna()).await;
    }
}

#[tokio::test]
async fn letters_written_piece_by_piece_are_imported() {
    for house in houses().await {
        let anna = house.anna();
        let mut writer = anna.writer();
        writer.write(b"Subject: in ").await.unwrap();
        writer.write(b"pieces\r\n\r\nbody").await.unwrap();
        let content = ImportContent::Blob(writer.finish().await.unwrap());
        let import = Import { content, flags: Flags::SEEN, internal_date: Some(Timestamp(5)) };
        let appended = anna.append_messages(Target::Role(Role::Drafts), vec![import]).await.unwrap();
        let rows = rows_of(&anna, appended[0].folder).await;
        assert_eq!(anna.read_letter(rows[0].letter).await.unwrap(), "Subject: in pieces\r\n\r\nbody");
        assert_eq!((rows[0].internal_date, rows[0].flags.is_seen()), (Timestamp(5), true));
    }
}

#[tokio::test]
async fn a_letter_goes_with_its_last_copy() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        let archive = anna.folder_of(Role::Archive).await.unwrap().id;
        add(&anna, inbox, 1).await;
        let letter = rows_of(&anna, inbox).await[0].letter;
        let copied = anna.copy(inbox, &UidSet::all(), archive).await.unwrap();
        assert_eq!(copied.uids, [(1, 1)]);
        anna.copy(inbox, &uids(&[1, 9]), inbox).await.unwrap();
        anna.store(inbox, &UidSet::all(), FlagChange::Add(Flags::DELETED), None).await.unwrap();
        assert_eq!(anna.expunge(inbox, None).await.unwrap().uids.to_string(), "1:2");
        assert!(anna.read_letter(letter).await.is_ok());
        assert_eq!(house.store.live_blobs(None, 10).await.unwrap().len(), 1);
        assert_counters_are_true(&anna).await;
        anna.delete_folder("Archive").await.unwrap();
        assert!(matches!(anna.read_range(letter, 0..1).await, Err(StoreError::NoSuchMessage)));
        assert!(house.store.live_blobs(None, 10).await.unwrap().is_empty());
        assert_counters_are_true(&anna).await;
        assert_eq!(anna.usage().await.unwrap().used_bytes, 0);
    }
}

#[tokio::test]
async fn live_blobs_are_listed_across_accounts_in_pages() {
    for house in houses().await {
        for account in [house.anna(), house.bruno()] {
            add(&account, inbox(&account).await, 3).await;
        }
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let page = house.store.live_blobs(after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.after);
            found.extend(page);
        }
        assert_eq!(found.len(), 6);
        house.anna().erase().await.unwrap();
        assert_eq!(house.store.live_blobs(None, 10).await.unwrap().len(), 3);
        assert_eq!(house.anna().folders().await.unwrap().len(), 6);
    }
}

#[tokio::test]
async fn watchers_are_told_of_every_change_of_their_account() {
    for house in houses().await {
        let (anna, bruno) = (house.anna(), house.bruno());
        let inbox = inbox(&anna).await;
        add(&bruno, bruno.folder_of(Role::Inbox).await.unwrap().id, 1).await;
        let (mut first, mut second, mut other) = (anna.watch(), anna.watch(), bruno.watch());
        // On PostgreSQL the first look is free: the connection that listens has only just begun.
        for watch in [&mut first, &mut second, &mut other] {
            drop(tokio::time::timeout(Duration::from_millis(300), watch.changed()).await);
        }
        let limit = Duration::from_secs(20);
        for round in 0..2 {
            add(&anna, inbox, 1).await;
            tokio::time::timeout(limit, first.changed()).await.unwrap();
            tokio::time::timeout(limit, second.changed()).await.unwrap();
            let quiet = tokio::time::timeout(Duration::from_millis(50), other.changed()).await;
            assert!(quiet.is_err(), "round {round}");
        }
        anna.store(inbox, &UidSet::all(), FlagChange::Add(Flags::SEEN), None).await.unwrap();
        tokio::time::timeout(limit, first.changed()).await.unwrap();
        drop(first);
        assert_eq!(house.store.inner.watchers.len(), 2);
        drop(second);
        drop(other);
        assert_eq!(house.store.inner.watchers.len(), 0);
    }
}

#[tokio::test]
async fn speed_listing_a_folder() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        let large = std::env::var("SLOW_TESTS").is_ok();
        let rounds = if large { 100 } else { 2 };
        let start = std::time::Instant::now();
        for _ in 0..rounds {
            add(&anna, inbox, 1000).await;
        }
        let appending = start.elapsed();
        let start = std::time::Instant::now();
        let columns = Columns { envelope: true, body_structure: false };
        let mut rows = anna.messages(inbox, &UidSet::all(), columns);
        let mut count = 0;
        while let Some(batch) = rows.next_batch().await.unwrap() {
            count += batch.len();
        }
        let listing = start.elapsed();
        let start = std::time::Instant::now();
        let opened = anna.open(inbox, OpenOptions::default()).await.unwrap();
        println!(
            "{count} messages: appended in {appending:?}, listed in {listing:?}, opened in {:?}",
            start.elapsed()
        );
        assert_eq!((count, opened.uids.len()), (rounds * 1000, rounds * 1000));
        assert!(listing < Duration::from_secs(30));
    }
}

#[tokio::test]
async fn wrong_counters_are_found() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        add(&anna, inbox, 2).await;
        assert_eq!(house.store.wrong_counters().await.unwrap(), []);
        let account = house.anna;
        anna.write(move |tx, anna| {
            let step = anna.begin(tx)?;
            rows::count_changes(tx, step, inbox, rows::Delta { unseen: 1, ..rows::Delta::default() })?;
            let letter = rows::messages(tx, step.account, inbox, &uids(&[1]), 1)?[0].letter;
            rows::count_copy(tx, step, letter)?;
            Ok(rows::use_account(tx, step, 1, 0)?)
        })
        .await
        .unwrap();
        let wrong = house.store.wrong_counters().await.unwrap();
        let expected = [Some(inbox), None, None];
        assert_eq!(wrong, expected.map(|folder| WrongCounter { account: account.account, folder }));
    }
}

/// The fault layer refuses commits before they are durable, and loses the answer of durable ones.
#[tokio::test]
async fn a_failed_commit_leaves_all_of_a_change_or_nothing() {
    let strikes = Arc::new(AtomicU32::new(0));
    let faults = Arc::clone(&strikes);
    let hook: db::CommitHook = Arc::new(move |point| {
        let wanted = if point == db::CommitPoint::Before { 1 } else { 2 };
        if faults.load(Ordering::SeqCst) == wanted { Err(std::io::Error::other("struck")) } else { Ok(()) }
    });
    let options = db::Options { commit_hook: Some(hook), durable: false, ..db::Options::default() };
    let history = rows::History { kept: 100, slack: 10 };
    for house in houses_on(db::testing::migrated_with(&options, &TABLES), history, None).await {
        let anna = house.anna();
        let (inbox, trash) = (inbox(&anna).await, anna.folder_of(Role::Trash).await.unwrap().id);
        add(&anna, inbox, 3).await;
        for strike in [1, 2] {
            let before = (rows_of(&anna, inbox).await, rows_of(&anna, trash).await);
            strikes.store(strike, Ordering::SeqCst);
            let two = vec![import("Subject: a\n\n"), import("Subject: b\n\n")];
            let failed = anna.append_messages(Target::Folder(inbox), two).await.unwrap_err();
            assert!(failed.is_temporary(), "{failed:?}");
            assert!(anna.move_to(inbox, &uids(&[1, 2]), trash).await.is_err());
            assert!(anna.store(inbox, &uids(&[3]), FlagChange::Add(Flags::DELETED), None).await.is_err());
            strikes.store(0, Ordering::SeqCst);
            let after = (rows_of(&anna, inbox).await, rows_of(&anna, trash).await);
            if strike == 1 {
                assert_eq!(before, after);
            } else {
                // The answer was lost, the change was not: both letters came, both others went.
                assert_eq!((after.0.len(), after.1.len()), (3, 2));
                assert!(after.0[0].flags.is_deleted());
            }
            assert_counters_are_true(&anna).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn speed_header_fields_of_a_folder() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        add(&anna, inbox, 1000).await;
        let rows = rows_of(&anna, inbox).await;
        let section = Section { path: vec![], part: SectionPart::HeaderFields(vec!["Subject".to_owned()]) };
        let start = std::time::Instant::now();
        for row in &rows {
            assert!(anna.section(row.letter, &section).await.unwrap().is_some());
        }
        println!("header fields of {} messages: {:?}", rows.len(), start.elapsed());
    }
}
