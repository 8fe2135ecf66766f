//! Reports, read and written.

mod bounds;
mod charts;
mod reading;
mod writing;

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use db::Db;
use directory::{Directory, Scope};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use model::{Domain, OrganisationId};
use reputation::Reputation;
use world::{StaticNames, World};

use crate::{Content, Kept, MIGRATIONS, Reports, Settings, keep};

const GOOGLE: &str = include_str!("fixtures/google.xml");
const MICROSOFT: &str = include_str!("fixtures/microsoft.xml");
const YAHOO: &str = include_str!("fixtures/yahoo.xml");
const GOOGLE_TLS: &str = include_str!("fixtures/google-tls.json");
const MICROSOFT_TLS: &str = include_str!("fixtures/microsoft-tls.json");

/// An installation with `valbois.test` and `acme.test` of two organisations.
struct Town {
    db: Db,
    world: World,
    reports: Reports,
    reputation: Reputation,
    valbois: OrganisationId,
    acme: OrganisationId,
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

async fn towns(names: StaticNames) -> Vec<Town> {
    let mut towns = Vec::new();
    for db in
        db::testing::migrated(&[trail::MIGRATIONS, directory::MIGRATIONS, reputation::MIGRATIONS, MIGRATIONS])
    {
        let world = World::testing_with_names(names.clone());
        let directory = Directory::new(db.clone(), world.clone());
        let operator = directory.administration(Scope::Operator("test"), "test");
        let mut ids = Vec::new();
        for name in ["valbois.test", "acme.test"] {
            let organisation = operator.create_organisation(name).await.unwrap().id;
            operator.create_domain(organisation, None, &domain(name)).await.unwrap();
            ids.push(organisation);
        }
        let settings = Settings::new(domain("mx.relais.test"));
        let reports = Reports::new(db.clone(), world.clone(), directory.clone(), settings);
        let reputation = Reputation::new(db.clone(), world.clone(), directory);
        towns.push(Town { db, world, reports, reputation, valbois: ids[0], acme: ids[1] });
    }
    towns
}

impl Town {
    /// A letter to `dmarc-reports@valbois.test`, as the flow takes it.
    async fn receive(&self, letter: &[u8]) -> Result<Kept, String> {
        let content = Content::find(letter).map_err(|why| why.to_string())?;
        let now = self.world.clock.now();
        let reading = self.reports.read(self.valbois, &domain("valbois.test"), now, content).await;
        let reading = reading.map_err(|error| match error {
            crate::ReportsError::Unreadable(why) => why.to_string(),
            other => panic!("{other}"),
        })?;
        let id = self.world.new_id();
        let kept = self.db.tenant(self.valbois).write(move |tx| keep(tx, &reading, id)).await;
        Ok(kept.unwrap())
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zip archive with one entry, whose sizes stand behind it.
fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    let content = encoder.finish().unwrap();
    let mut archive = b"PK\x03\x04\x14\x00\x08\x00\x08\x00".to_vec();
    archive.extend_from_slice(&[0; 16]);
    archive.extend_from_slice(&(name.len() as u16).to_le_bytes());
    archive.extend_from_slice(&[0; 2]);
    archive.extend_from_slice(name.as_bytes());
    archive.extend_from_slice(&content);
    archive.extend_from_slice(b"PK\x07\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00");
    archive
}

/// A letter whose only content is the attachment, as Google writes them.
fn letter(media_type: &str, file: &str, content: &[u8]) -> Vec<u8> {
    format!(
        "From: reporter@example.org\r\nTo: dmarc-reports@valbois.test\r\nSubject: Report\r\nMIME-Version: 1.0\r\n\
         Content-Type: {media_type}; name=\"{file}\"\r\nContent-Disposition: attachment; filename=\"{file}\"\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        STANDARD.encode(content)
    )
    .into_bytes()
}
