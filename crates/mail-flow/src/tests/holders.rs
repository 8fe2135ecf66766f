//! Who has the database and the bodies, and has had them all the time, has nothing that opens a letter.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use db::Tx;
use mail_secure::{Code, Language, hex};

use super::secured::{Carrier, carrier, letters_of, visit};
use super::*;

/// Every cell of every table, as octets.
async fn cells(db: &Db) -> Vec<(String, Vec<u8>)> {
    const SQLITE: &str = "SELECT m.name, p.name, p.type FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'";
    const POSTGRES: &str =
        "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
         WHERE table_schema = current_schema()";
    let mut cells = Vec::new();
    let mut tables = 0;
    for listing in [SQLITE, POSTGRES] {
        let read = move |tx: &mut Tx| {
            tx.query(listing, &[], |row| {
                Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.text(2)?.to_owned()))
            })
        };
        let Ok(columns) = db.operator("test").read(read).await else { continue };
        for (table, column, kind) in columns {
            tables += 1;
            let octets = match (listing == SQLITE, kind.as_str()) {
                (true, _) => format!("CAST({column} AS BLOB)"),
                (false, "bytea") => column.clone(),
                (false, _) => format!("convert_to({column}::text, 'UTF8')"),
            };
            let all = format!("SELECT {octets} FROM {table} WHERE {column} IS NOT NULL");
            let all: &'static str = Box::leak(all.into_boxed_str());
            let read = move |tx: &mut Tx| tx.query(all, &[], |row| Ok(row.bytes(0)?.to_vec()));
            let found: Result<Vec<Vec<u8>>, db::DbError> = db.operator("test").read(read).await;
            cells.extend(found.unwrap().into_iter().map(|cell| (format!("{table}.{column}"), cell)));
        }
    }
    assert!(tables > 100 && cells.len() > 100, "{tables} columns, {} cells", cells.len());
    cells
}

/// All files below a directory, with those of segments that are no longer needed.
fn files(directory: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.append(&mut files(&path)),
            false => found.push((path.display().to_string(), std::fs::read(&path).unwrap())),
        }
    }
    found
}

/// A secret in the forms in which it could lie somewhere.
fn forms(name: &str, secret: &[u8]) -> Vec<(String, Vec<u8>)> {
    vec![
        (name.to_owned(), secret.to_vec()),
        (format!("{name} in hexadecimal"), hex(secret).into_bytes()),
        (format!("{name} in base64"), STANDARD.encode(secret).into_bytes()),
        (format!("{name} in base64url"), URL_SAFE_NO_PAD.encode(secret).into_bytes()),
    ]
}

/// The copy that a letter has a link to, and the mail's share behind its «#».
fn link_in(letter: &str) -> (wire_safe::Slot, Vec<u8>) {
    let body = letter.split("base64\r\n\r\n").nth(1).unwrap().split("\r\n\r\n").next().unwrap();
    let body = String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap();
    let link = body.split("/safe/m/").nth(1).unwrap_or_else(|| panic!("{body}"));
    let (slot, rest) = link.split_once("#a=").unwrap();
    (wire_safe::Slot(mail_secure::sixteen(slot).unwrap()), URL_SAFE_NO_PAD.decode(&rest[..43]).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_opens_a_letter_and_no_word_of_it_lies_in_the_database_or_the_bodies() {
    let stranger = Stranger::new().await;
    for db in testing::engines() {
        let world = World::testing();
        testing::populate(&db, &world).await;
        let bodies = tempfile::tempdir().unwrap();
        let blobs =
            Blobs::open(&format!("file:{}", bodies.path().display()), blobs::Options::default()).unwrap();
        let mut town = Town::start(world, db, blobs, "node", &[("else.test", &stranger)]);
        town.go();
        let anna = town.user("anna@valbois.test").await;
        let before = stranger.heard().len();
        // One is refused for its attachment and goes by a link: its envelope stays here.
        stranger.says_once(".", "554 5.7.1 HTML attachments are not allowed");
        let text = letter("Anna Muster <anna@valbois.test>", "<im><c> Bonjour")
            .replace(".body of", "the diagnosis:");
        let text = format!("X-Relais-Passphrase: sesame 4711\r\n{text}");
        town.bring(anna.clone(), envelope("anna@valbois.test", &["zed@else.test"]), &text).await.unwrap();
        let linked = letters_of(&stranger, before + 1).await.pop().unwrap();
        let (linked_slot, linked_share) = link_in(&linked);
        town.queue_is_empty().await;
        let text =
            letter("Anna Muster <anna@valbois.test>", "<im><p> Encore").replace(".body of", "the diagnosis:");
        town.bring(anna, envelope("anna@valbois.test", &["yan@else.test"]), &text).await.unwrap();
        let brought = letters_of(&stranger, before + 2).await.pop().unwrap();
        let Carrier { envelope, share, .. } = carrier(&brought);
        let secure = town.flow.secure().clone();
        let slot = secure.bring(envelope).await.unwrap().slot;
        let (_, code, token) = visit(&town, &stranger, &slot, before + 3).await;
        // Another code waits to be typed.
        secure.send_code(&slot, Language::English, [192, 0, 2, 7].into()).await.unwrap();
        assert_eq!(town.flow.post_notices().await.unwrap(), 1);
        let told = letters_of(&stranger, before + 4).await.pop().unwrap();
        let waiting = told.split("Subject: Your code: ").nth(1).unwrap()[..8].to_owned();
        town.queue_is_empty().await;

        let mut secrets = forms("the mail's share", &URL_SAFE_NO_PAD.decode(&share).unwrap());
        // Its envelope lies here: the share in the mail is all that is missing.
        assert!(secure.envelope(&linked_slot, None).await.is_ok(), "the letter by a link");
        secrets.extend(forms("the mail's share of a letter by a link", &linked_share));
        let kept = secure.seen(&slot).await.unwrap().copy.store_share.unwrap();
        let store = secure.vault().unwrap(&secure.share_context(&slot).await.unwrap(), &kept).unwrap();
        secrets.extend(forms("the store's share", &store));
        for (name, word) in [
            ("a code that was used", code.as_str()),
            ("a code that waits", waiting.as_str()),
            ("a visit's token", token.as_str()),
            ("the passphrase", "sesame 4711"),
            ("a word of the letter", "the diagnosis"),
        ] {
            secrets.extend(forms(name, word.as_bytes()));
        }
        let mut places = cells(&town.db).await;
        places.append(&mut files(bodies.path()));
        assert!(
            places.iter().any(|(place, _)| place.starts_with("secure_visit.")),
            "the tables are looked at"
        );
        let sealed = secure.seen(&slot).await.unwrap().copy.slot.to_string();
        assert!(places.iter().any(|(_, octets)| octets == sealed.as_bytes()), "and what lies in them");
        for (place, octets) in &places {
            for (name, secret) in &secrets {
                let is_there = octets.windows(secret.len()).any(|window| window == secret);
                assert!(!is_there, "{name} lies in {place}");
            }
        }
        drop(secure.visit_with_code(&slot, &Code(waiting.into())).await.unwrap());
        town.stop().await;
    }
}
