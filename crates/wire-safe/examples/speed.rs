//! How fast letters are sealed and opened on one core: `cargo run --release -p wire-safe --example speed`. Prints megabytes
//! (10^6 octets) of the letter a second; base64 is not counted. Figures: docs/performance.md.

use std::time::{Duration, Instant};

use model::Timestamp;
use wire_safe::{
    Envelope, EnvelopeSigner, MailShare, Mode, PortalOrigin, RecipientSecret, Sealing, SecureLetterId, Slot,
    StoreShare, Stretching, WrappingKeyName, seal,
};

/// How long each is measured.
const TIME: Duration = Duration::from_secs(2);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let signer = EnvelopeSigner::generate(&[1; 32].into())?;
    let keys = [signer.key()];
    let (mail_share, store_share) = (MailShare::new([2; 32]), StoreShare::new([3; 32]));
    let (wrapping_key, origin) =
        (WrappingKeyName::parse("2026-11")?, PortalOrigin::parse("https://safe.example.ch")?);
    let sealing = Sealing {
        letter: SecureLetterId([4; 16]),
        slot: Slot([5; 16]),
        mode: Mode::Confidential,
        wrapping_key: &wrapping_key,
        not_before: Timestamp(0),
        not_after: Timestamp(1000),
        origin: &origin,
        mail_share: &mail_share,
        store_share: &store_share,
        secret: None,
        randomness: [6; 32],
    };
    for (name, octets) in [("4 KB", 4000), ("1 MiB", 1 << 20), ("16 MiB", 16 << 20)] {
        let letter: Vec<u8> = (0..octets).map(|place: usize| (place * 31 / 7) as u8).collect();
        let envelope = seal(&sealing, &letter, &signer)?;
        let sealed = rate(octets, || Ok(seal(&sealing, &letter, &signer)?))?;
        let verified = rate(octets, || Ok(Envelope::parse(&envelope)?.verify(&keys)?))?;
        let opened = rate(octets, || {
            let genuine = Envelope::parse(&envelope)?.verify(&keys)?;
            Ok(genuine.open(&mail_share, &store_share, None)?)
        })?;
        println!("{name}: seal {sealed}, verify {verified}, verify and open {opened}");
    }
    let start = processor_seconds()?;
    RecipientSecret::stretch("a passphrase", Stretching::new([7; 16]))?;
    println!("a passphrase: {:.2} s of processor time", processor_seconds()? - start);
    Ok(())
}

/// Megabytes of letters of so many octets, for each second of the clock and each second of the processor.
fn rate<T>(
    octets: usize,
    mut once: impl FnMut() -> Result<T, Box<dyn std::error::Error>>,
) -> Result<String, Box<dyn std::error::Error>> {
    drop(once()?);
    let (start, processor, mut times) = (Instant::now(), processor_seconds()?, 0_u32);
    while start.elapsed() < TIME {
        drop(once()?);
        times += 1;
    }
    let megabytes = octets as f64 * f64::from(times) / 1e6;
    let (clock, processor) = (start.elapsed().as_secs_f64(), processor_seconds()? - processor);
    Ok(format!("{:.0} MB/s ({:.0} of processor time)", megabytes / clock, megabytes / processor))
}

/// What the program has used, system calls included: other programs on the same cores do not count.
fn processor_seconds() -> Result<f64, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    let nanoseconds: u64 = text.split(' ').next().ok_or("no figures of the scheduler")?.parse()?;
    Ok(nanoseconds as f64 / 1e9)
}
