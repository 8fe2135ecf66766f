//! Accounts on each engine.

mod folders;
mod history;
mod letters;
mod searching;

use blobs::Blobs;
use bytes::Bytes;
use db::Db;
use directory::{Directory, Found, NewAddress, Scope};
use model::{AccountRef, Address, Domain, FolderId, LetterId, OrganisationId, Timestamp};
use world::World;

use crate::*;

/// A store in which `anna@valbois.test` and `bruno@acme.test` have accounts.
struct House {
    db: Db,
    blobs: Blobs,
    world: World,
    store: MailStore,
    anna: AccountRef,
    bruno: AccountRef,
}

impl House {
    fn anna(&self) -> Account {
        self.store.account(self.anna)
    }

    fn bruno(&self) -> Account {
        self.store.account(self.bruno)
    }
}

async fn mailbox(directory: &Directory, text: &str, quota_bytes: Option<u64>) -> AccountRef {
    let address = Address::parse(text).unwrap();
    let operator = directory.administration(Scope::Operator("test"), "test");
    let new = NewAddress { address: address.clone(), alias_to: Vec::new(), quota_bytes };
    operator.create_address(new).await.unwrap();
    match directory.find(&address).await.unwrap() {
        Found::Mailbox { account, .. } => account,
        other => panic!("{other:?}"),
    }
}

async fn houses() -> Vec<House> {
    houses_with(rows::History { kept: 100_000, slack: 1000 }, None).await
}

/// The tables of these tests.
const TABLES: [db::Migrations; 3] = [trail::MIGRATIONS, directory::MIGRATIONS, MIGRATIONS];

async fn houses_with(history: rows::History, quota_bytes: Option<u64>) -> Vec<House> {
    houses_on(db::testing::migrated(&TABLES), history, quota_bytes).await
}

async fn houses_on(engines: Vec<Db>, history: rows::History, quota_bytes: Option<u64>) -> Vec<House> {
    let mut houses = Vec::new();
    for db in engines {
        let world = World::testing();
        let directory = Directory::new(db.clone(), world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        for (name, domain) in [("Commune de Valbois", "valbois.test"), ("Acme", "acme.test")] {
            let organisation = operator.create_organisation(name).await.unwrap().id;
            let domain = Domain::parse(domain).unwrap();
            operator.create_domain(organisation, None, &domain).await.unwrap();
        }
        let anna = mailbox(&directory, "anna@valbois.test", quota_bytes).await;
        let bruno = mailbox(&directory, "bruno@acme.test", None).await;
        let blobs = Blobs::open("memory:", blobs::Options::default()).unwrap();
        let store = MailStore::with_history(db.clone(), blobs.clone(), world.clone(), history);
        houses.push(House { db, blobs, world, store, anna, bruno });
    }
    houses
}

fn import(text: &str) -> Import {
    Import {
        content: ImportContent::Bytes(Bytes::from(text.replace('\n', "\r\n"))),
        flags: Flags::NONE,
        internal_date: None,
    }
}

async fn add(account: &Account, folder: FolderId, count: usize) -> Vec<Appended> {
    let imports = (0..count).map(|index| import(&format!("Subject: letter {index}\n\nbody {index}\n")));
    account.append_messages(Target::Folder(folder), imports.collect()).await.unwrap()
}

async fn inbox(account: &Account) -> FolderId {
    account.folder_of(Role::Inbox).await.unwrap().id
}

fn uids(text: &[u32]) -> UidSet {
    text.iter().copied().collect()
}

async fn rows_of(account: &Account, folder: FolderId) -> Vec<MessageRow> {
    account.messages(folder, &UidSet::all(), Columns::default()).all().await.unwrap()
}

/// Compares every counter with the sums over rows, as clients and as `fsck` see them.
async fn assert_counters_are_true(account: &Account) {
    let (mut bytes, mut messages) = (0, 0);
    for folder in account.folders().await.unwrap() {
        let rows = rows_of(account, folder.id).await;
        let name = &folder.name;
        assert_eq!(folder.messages as usize, rows.len(), "messages of {name}");
        assert_eq!(folder.unseen as usize, rows.iter().filter(|row| !row.flags.is_seen()).count(), "{name}");
        assert_eq!(
            folder.deleted as usize,
            rows.iter().filter(|row| row.flags.is_deleted()).count(),
            "{name}"
        );
        assert_eq!(folder.size_bytes, rows.iter().map(|row| row.size_bytes).sum::<u64>(), "size of {name}");
        assert!(
            rows.iter().all(|row| row.uid < folder.uid_next && row.modseq <= folder.highest_modseq),
            "{name}"
        );
        bytes += folder.size_bytes;
        messages += u64::from(folder.messages);
    }
    let usage = account.usage().await.unwrap();
    assert_eq!((usage.used_bytes, usage.used_messages), (bytes, messages));
    assert_eq!(account.store.wrong_counters().await.unwrap(), []);
}
