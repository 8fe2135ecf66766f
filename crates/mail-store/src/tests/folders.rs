//! Folders: what exists, what may be named how, what renaming and deleting do.

use super::*;

async fn names(account: &Account) -> Vec<String> {
    account.folders().await.unwrap().into_iter().map(|folder| folder.name).collect()
}

#[tokio::test]
async fn default_folders_are_there_at_first_touch() {
    for house in houses().await {
        let folders = house.anna().folders().await.unwrap();
        let shown: Vec<_> =
            folders.iter().map(|f| (f.name.as_str(), f.role.and_then(Role::special_use))).collect();
        assert_eq!(
            shown,
            [
                ("Archive", Some("\\Archive")),
                ("Drafts", Some("\\Drafts")),
                ("INBOX", None),
                ("Sent", Some("\\Sent")),
                ("Spam", Some("\\Junk")),
                ("Trash", Some("\\Trash")),
            ]
        );
        assert!(
            folders.iter().all(|folder| folder.is_subscribed && folder.is_selectable && folder.uid_next == 1)
        );
        let mut validities: Vec<u32> = folders.iter().map(|folder| folder.uid_validity).collect();
        validities.sort_unstable();
        validities.dedup();
        assert_eq!(validities.len(), 6);
    }
}

#[tokio::test]
async fn names_keep_the_rules() {
    for house in houses().await {
        let anna = house.anna();
        let deep = vec!["a"; 21].join("/");
        let long = "a".repeat(1001);
        for name in ["", "/", "a//b", "/a", "a*", "a%b", "a\tb", " ", "a/ /b", deep.as_str(), long.as_str()] {
            let result = anna.create_folder(name, None).await;
            assert!(matches!(result, Err(StoreError::Refused { .. })), "{name}: {result:?}");
        }
        for name in ["inbox", "INBOX", "Sent", "Sent/"] {
            let result = anna.create_folder(name, None).await;
            assert!(matches!(result, Err(StoreError::FolderExists(_))), "{name}: {result:?}");
        }
        // NFC: one form, however it is typed.
        assert_eq!(anna.create_folder("Cafe\u{301}", None).await.unwrap().name, "Café");
        assert_eq!(anna.folder_named("Café").await.unwrap().name, "Café");
        assert_eq!(anna.create_folder("inBox/Sub", None).await.unwrap().name, "INBOX/Sub");
        assert_eq!(anna.create_folder("a/b/c/", None).await.unwrap().name, "a/b/c");
        let folders = anna.folders().await.unwrap();
        let parents: Vec<_> = folders.iter().filter(|f| f.has_children).map(|f| f.name.as_str()).collect();
        assert_eq!(parents, ["INBOX", "a", "a/b"]);
        let clash = anna.create_folder("Junk", Some(Role::Junk)).await;
        assert!(matches!(clash, Err(StoreError::Refused { .. })));
    }
}

#[tokio::test]
async fn renaming_takes_what_lies_below_along() {
    for house in houses().await {
        let anna = house.anna();
        for name in ["a/b", "a/b/c", "a/bc", "a/b0"] {
            anna.create_folder(name, None).await.unwrap();
        }
        let id = anna.folder_named("a/b").await.unwrap().id;
        add(&anna, id, 2).await;
        anna.rename_folder("a/b", "x/y").await.unwrap();
        let moved = anna.folder_named("x/y").await.unwrap();
        assert_eq!((moved.id, moved.messages), (id, 2));
        assert!(names(&anna).await.ends_with(&["a", "a/b0", "a/bc", "x", "x/y", "x/y/c"].map(str::to_owned)));
        for (from, to) in [("x", "x/z"), ("none", "n"), ("x", "a")] {
            assert!(anna.rename_folder(from, to).await.is_err(), "{from} {to}");
        }
        // The role stays with the folder, and letters go where it went.
        anna.rename_folder("Spam", "Courrier indésirable").await.unwrap();
        let appended = anna.append_messages(Target::Role(Role::Junk), vec![import("\n")]).await.unwrap();
        assert_eq!(anna.folder(appended[0].folder).await.unwrap().name, "Courrier indésirable");
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test]
async fn renaming_the_inbox_moves_its_letters() {
    for house in houses().await {
        let anna = house.anna();
        let inbox = inbox(&anna).await;
        anna.create_folder("INBOX/below", None).await.unwrap();
        add(&anna, inbox, 3).await;
        anna.expunge(inbox, None).await.unwrap();
        let before = anna.open(inbox, OpenOptions::default()).await.unwrap();
        anna.rename_folder("Inbox", "Old/Letters").await.unwrap();
        let old = anna.folder_named("Old/Letters").await.unwrap();
        assert_eq!((old.messages, old.uid_next, old.role), (3, 4, None));
        assert_ne!(old.uid_validity, before.folder.uid_validity);
        let after = anna.changes_since(inbox, before.folder.highest_modseq).await.unwrap();
        assert_eq!((after.vanished.to_string().as_str(), after.is_exact), ("1:3", true));
        assert_eq!(
            (after.folder.messages, after.folder.uid_next, after.folder.role),
            (0, 4, Some(Role::Inbox))
        );
        assert!(anna.folder_named("INBOX/below").await.is_ok());
        assert_eq!(add(&anna, inbox, 1).await[0].uid, 4);
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test]
async fn deleting_keeps_a_placeholder_above_others() {
    for house in houses().await {
        let anna = house.anna();
        let parent = anna.create_folder("a", None).await.unwrap();
        anna.create_folder("a/b", None).await.unwrap();
        add(&anna, parent.id, 2).await;
        anna.delete_folder("a").await.unwrap();
        let placeholder = anna.folder_named("a").await.unwrap();
        assert!(!placeholder.is_selectable && placeholder.messages == 0);
        assert!(matches!(anna.delete_folder("a").await, Err(StoreError::Refused { .. })));
        assert!(matches!(anna.open(parent.id, OpenOptions::default()).await, Err(StoreError::NoSuchFolder)));
        let refused = anna.append_messages(Target::Folder(parent.id), vec![import("\n")]).await;
        assert!(matches!(refused, Err(StoreError::NoSuchFolder)));
        assert_counters_are_true(&anna).await;
        let again = anna.create_folder("a", None).await.unwrap();
        assert!(again.is_selectable && again.uid_validity > parent.uid_validity && again.uid_next == 1);
        anna.delete_folder("a/b").await.unwrap();
        anna.delete_folder("a").await.unwrap();
        let anew = anna.create_folder("a", None).await.unwrap();
        assert!(anew.uid_validity > again.uid_validity);
        assert!(matches!(anna.delete_folder("inbox").await, Err(StoreError::Refused { .. })));
        assert!(matches!(anna.delete_folder("none").await, Err(StoreError::NoSuchFolder)));
        // The folder of a role comes back when a letter needs it.
        anna.delete_folder("Spam").await.unwrap();
        anna.append_messages(Target::Role(Role::Junk), vec![import("\n")]).await.unwrap();
        assert_eq!(anna.folder_named("Spam").await.unwrap().role, Some(Role::Junk));
        assert_counters_are_true(&anna).await;
    }
}

#[tokio::test]
async fn subscriptions_outlive_folders() {
    for house in houses().await {
        let anna = house.anna();
        anna.create_folder("a", None).await.unwrap();
        assert!(!anna.folder_named("a").await.unwrap().is_subscribed);
        anna.subscribe("a", true).await.unwrap();
        anna.subscribe("not there", true).await.unwrap();
        assert!(anna.folder_named("a").await.unwrap().is_subscribed);
        anna.delete_folder("a").await.unwrap();
        anna.subscribe("Trash", false).await.unwrap();
        let names = anna.subscriptions().await.unwrap();
        assert_eq!(names, ["Archive", "Drafts", "INBOX", "Sent", "Spam", "a", "not there"]);
    }
}

#[tokio::test]
async fn another_organisation_reaches_nothing() {
    for house in houses().await {
        let appended = add(&house.anna(), inbox(&house.anna()).await, 1).await;
        let thief = house.store.account(AccountRef { organisation: house.bruno.organisation, ..house.anna });
        assert!(matches!(thief.folders().await, Err(StoreError::NoSuchAccount)));
        assert!(matches!(thief.usage().await, Err(StoreError::NoSuchAccount)));
        assert!(matches!(thief.delete_folder("Sent").await, Err(StoreError::NoSuchAccount)));
        assert!(matches!(thief.expunge(appended[0].folder, None).await, Err(StoreError::NoSuchAccount)));
        assert!(matches!(
            thief.search(appended[0].folder, &SearchKey::All).await,
            Err(StoreError::NoSuchAccount)
        ));
        let nobody = AccountRef { organisation: OrganisationId(1), account: AccountId(1) };
        assert!(matches!(house.store.account(nobody).folders().await, Err(StoreError::NoSuchAccount)));
        // Nor does a transaction of another tenant, with the right reference.
        let (anna, other) = (house.anna(), house.db.tenant(house.bruno.organisation));
        let summary = wire_mime::Summary::of(b"\r\n");
        let blob = house.blobs.put(Bytes::from_static(b"\r\n")).await.unwrap();
        let letter = LetterId(house.world.new_id());
        let result = other
            .write(move |tx| {
                let (flags, internal_date) = (Flags::NONE, Timestamp(0));
                let new = NewMessage { letter, prefix: b"", blob, summary: &summary, internal_date, flags };
                anna.append(tx, Target::Role(Role::Inbox), &new)
            })
            .await;
        assert!(matches!(result, Err(StoreError::NoSuchAccount)));
        // One's own account does not have the other's letter or folder.
        let letter = rows_of(&house.anna(), appended[0].folder).await[0].letter;
        assert!(matches!(house.bruno().read_letter(letter).await, Err(StoreError::NoSuchMessage)));
        assert!(matches!(house.bruno().folder(appended[0].folder).await, Err(StoreError::NoSuchFolder)));
        assert_eq!(rows_of(&house.bruno(), appended[0].folder).await, []);
    }
}
