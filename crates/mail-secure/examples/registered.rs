//! How long a thousand registered letters of a page take, from the sealing to the receipts:
//! `cargo run --release -p mail-secure --example registered [COUNT]`. SQLite in a temporary directory, with every commit
//! on the disk; the platform's own time-stamps. Figures: docs/performance.md.

use std::sync::Arc;
use std::time::{Duration, Instant};

use db::{Db, Tx};
use mail_secure::{Mode, Secure, SecureError, Settings, Submission, Unmarked, Way};
use model::{Address, Domain, OrganisationId};
use wire_safe::PortalOrigin;
use world::World;

type Failure = Box<dyn std::error::Error>;

/// Letters whose rows go into one commit, as a program that sends many would have it.
const TOGETHER: usize = 100;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let count: usize = std::env::args().nth(1).map_or(Ok(1000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let db =
        Db::open(&format!("sqlite:{}", folder.path().join("mail.db").display()), db::Options::default())?;
    db.migrate(&[trail::MIGRATIONS, directory::MIGRATIONS, mail_secure::MIGRATIONS])?;
    let world = World::testing();
    let blobs = blobs::Blobs::open("memory:", blobs::Options::default())?;
    let vault = keys::Vault::with_key(&[7; 32], world.random.clone());
    let settings =
        Settings::new(PortalOrigin::parse("https://safe.valbois.test")?, &Domain::parse("valbois.test")?);
    let secure = Secure::new(db.clone(), blobs, world, vault, settings);
    secure.platform().await?;
    let page = payslip();
    println!("{count} letters of {} octets", page.len());

    let (mut sealing, mut committing) = (Duration::ZERO, Duration::ZERO);
    for first in (0..count).step_by(TOGETHER) {
        let begun = Instant::now();
        let mut prepared = Vec::new();
        for number in first..count.min(first + TOGETHER) {
            prepared.push(secure.prepare(submission(&page, number)?).await?);
        }
        sealing += begun.elapsed();
        let begun = Instant::now();
        let (committing_secure, prepared) = (secure.clone(), Arc::new(prepared));
        db.operator("measure")
            .write(move |tx: &mut Tx| {
                prepared.iter().try_for_each(|one| committing_secure.commit(tx, one))?;
                Ok::<_, SecureError>(())
            })
            .await?;
        committing += begun.elapsed();
    }
    tell("sealed and signed", sealing, count);
    tell("committed with two statements each", committing, count);

    let begun = Instant::now();
    let done = secure.notarise().await?;
    tell(&format!("{} statements into the log, one time-stamp", done.statements), begun.elapsed(), count);

    let (begun, mut receipts, mut octets) = (Instant::now(), 0, 0);
    loop {
        let due = secure.due_notices().await?;
        if due.is_empty() {
            break;
        }
        receipts += due.len();
        octets += due.iter().map(|one| one.bytes.len()).sum::<usize>();
        let ids: Vec<i64> = due.iter().map(|one| one.id).collect();
        db.operator("measure")
            .write(move |tx: &mut Tx| ids.iter().try_for_each(|id| mail_secure::sent(tx, *id).map(drop)))
            .await?;
    }
    tell(
        &format!("{receipts} receipts of {} octets, signed twice", octets / receipts.max(1)),
        begun.elapsed(),
        receipts,
    );
    Ok(())
}

fn tell(what: &str, took: Duration, count: usize) {
    println!(
        "{what}: {:.2} s, {:.2} ms each",
        took.as_secs_f64(),
        took.as_secs_f64() * 1e3 / count.max(1) as f64
    );
}

fn submission(page: &[u8], number: usize) -> Result<Submission, Failure> {
    Ok(Submission {
        organisation: OrganisationId(1),
        sender: Address::parse("salaires@valbois.test")?,
        sender_name: "Salaires".to_owned(),
        authentication: "application account (SMTP AUTH)".to_owned(),
        mode: Mode::Registered,
        letter: Unmarked {
            bytes: page.to_vec(),
            subject: "Décompte de salaire, novembre 2026".to_owned(),
            message_id: Some(format!("<{number}@valbois.test>")),
            passphrase: None,
            phones: mail_secure::phone::Phones::default(),
        },
        message_id: String::new(),
        recipients: vec![(Address::parse(&format!("person{number}@else.test"))?, Way::Sealed)],
        language: mail_secure::Language::French,
        client_reference: None,
        answers: None,
    })
}

/// A letter with one page attached: 40 KB of PDF, as payroll programs write them.
fn payslip() -> Vec<u8> {
    let mut letter = b"From: Salaires <salaires@valbois.test>\r\nSubject: =?utf-8?Q?D=C3=A9compte?=\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nBonjour\r\n--b\r\n\
        Content-Type: application/pdf; name=salaire.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        .to_vec();
    let line = [&[b'Q'; 76][..], b"\r\n"].concat();
    for _ in 0..700 {
        letter.extend_from_slice(&line);
    }
    letter.extend_from_slice(b"--b--\r\n");
    letter
}
