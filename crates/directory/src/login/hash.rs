//! Argon2id on two threads of its own: memory stays bounded, and nothing else waits for it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use aws_lc_rs::{digest, hmac, pbkdf2};
use parking_lot::Mutex;
use zeroize::Zeroizing;

use crate::error::DirectoryError;
use crate::limits;

/// Who may wait longer when many wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    /// Sources with a recent good login, and administrators.
    Known,
    /// Everybody else.
    Stranger,
}

/// What is stored of a new password.
pub(crate) struct NewHash {
    pub(crate) argon2: String,
    pub(crate) scram_stored_key: Vec<u8>,
    pub(crate) scram_server_key: Vec<u8>,
}

type Job = Box<dyn FnOnce() + Send>;

/// The pool. Its threads end when it is dropped.
pub(crate) struct Hasher {
    sender: SyncSender<Job>,
    waiting: Arc<AtomicUsize>,
}

impl Hasher {
    pub(crate) fn start() -> Hasher {
        let (sender, receiver) = sync_channel::<Job>(limits::HASH_QUEUE_LIMIT);
        let receiver = Arc::new(Mutex::new(receiver));
        for number in 0..limits::HASHES_AT_ONCE {
            let receiver = receiver.clone();
            let started =
                std::thread::Builder::new().name(format!("hash-{number}")).spawn(move || work(&receiver));
            if let Err(error) = started {
                // Without any thread, each call fails with `Hash`.
                tracing::error!(%error, "cannot start a thread for password hashes");
            }
        }
        Hasher { sender, waiting: Arc::new(AtomicUsize::new(0)) }
    }

    /// Whether it matters who may wait longer.
    pub(crate) fn is_crowded(&self) -> bool {
        self.waiting.load(Ordering::Acquire) >= limits::HASH_QUEUE_CROWDED
    }

    /// Whether the password belongs to the hash; without a hash, the same work and `false`.
    pub(crate) async fn verify(
        &self,
        priority: Priority,
        hash: Option<String>,
        password: &Zeroizing<String>,
    ) -> Result<bool, DirectoryError> {
        let password = password.clone();
        self.run(priority, move || match hash {
            Some(hash) => Ok(PasswordHash::new(&hash)
                .is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())),
            None => {
                let mut output = [0; 32];
                argon2id()
                    .hash_password_into(password.as_bytes(), b"nobody's salt...", &mut output)
                    .map_err(|error| DirectoryError::Hash(error.to_string()))?;
                Ok(false)
            }
        })
        .await?
    }

    /// What is stored of a new password.
    pub(crate) async fn hash(
        &self,
        password: Zeroizing<String>,
        argon2_salt: [u8; 16],
        scram_salt: Vec<u8>,
        scram_iterations: u32,
    ) -> Result<NewHash, DirectoryError> {
        self.run(Priority::Known, move || {
            let hash: PasswordHash = argon2id()
                .hash_password_with_salt(password.as_bytes(), &argon2_salt)
                .map_err(|error| DirectoryError::Hash(error.to_string()))?;
            let (scram_stored_key, scram_server_key) = scram_keys(&password, &scram_salt, scram_iterations);
            Ok(NewHash { argon2: hash.to_string(), scram_stored_key, scram_server_key })
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        priority: Priority,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DirectoryError> {
        let limit = match priority {
            Priority::Known => limits::HASH_QUEUE_LIMIT,
            Priority::Stranger => limits::HASH_QUEUE_STRANGERS_LIMIT,
        };
        let place = Place::take(&self.waiting, limit)?;
        let (answer, answered) = tokio::sync::oneshot::channel();
        let job: Job = Box::new(move || {
            // A caller that went away, because its connection did, needs no hash.
            if !answer.is_closed() {
                let _ = answer.send(work());
            }
            drop(place);
        });
        self.sender.try_send(job).map_err(|_| DirectoryError::Busy)?;
        answered.await.map_err(|_| DirectoryError::Hash("its thread is gone".to_owned()))
    }
}

/// A place in the queue, from the call to the end of the work.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(waiting: &Arc<AtomicUsize>, limit: usize) -> Result<Place, DirectoryError> {
        let before = waiting.fetch_add(1, Ordering::AcqRel);
        let place = Place(waiting.clone());
        if before >= limit { Err(DirectoryError::Busy) } else { Ok(place) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn work(receiver: &Mutex<Receiver<Job>>) {
    loop {
        let job = receiver.lock().recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(limits::ARGON2_MEMORY_KIB, limits::ARGON2_PASSES, limits::ARGON2_LANES, None)
        .expect("the constants in limits.rs are valid parameters");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// StoredKey and ServerKey (RFC 5802 §3).
pub(crate) fn scram_keys(password: &str, salt: &[u8], iterations: u32) -> (Vec<u8>, Vec<u8>) {
    let mut salted = Zeroizing::new([0; 32]);
    let iterations = NonZeroU32::new(iterations).unwrap_or(NonZeroU32::MIN);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password.as_bytes(), &mut salted[..]);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &salted[..]);
    let client_key = hmac::sign(&key, b"Client Key");
    let stored_key = digest::digest(&digest::SHA256, client_key.as_ref()).as_ref().to_vec();
    (stored_key, hmac::sign(&key, b"Server Key").as_ref().to_vec())
}

/// A password as it is hashed: SASLprep (RFC 4013), or as it came where that forbids it (RFC 5802 §2.2
/// lets a client send nothing else then; a wrong one stays wrong).
pub(crate) fn prepare(password: &str) -> Zeroizing<String> {
    match stringprep::saslprep(password) {
        Ok(prepared) => Zeroizing::new(prepared.into_owned()),
        Err(_) => Zeroizing::new(password.to_owned()),
    }
}

/// A password that somebody chose, prepared; refused where clients could not send it alike.
pub(crate) fn check_chosen(password: &str) -> Result<Zeroizing<String>, DirectoryError> {
    let invalid = |reason: String| DirectoryError::Invalid {
        field: "password",
        reason,
        rule: "a chosen password has at least 10 characters and at most 512 octets, none of them a control character \
               (RFC 4013)",
    };
    if password.len() > limits::PASSWORD_LIMIT_OCTETS {
        return Err(invalid(format!("it has {} octets", password.len())));
    }
    let prepared =
        stringprep::saslprep(password).map_err(|_| invalid("it holds a forbidden character".to_owned()))?;
    let characters = prepared.chars().count();
    if characters < limits::CHOSEN_PASSWORD_MINIMUM_CHARACTERS {
        return Err(invalid(format!("it has {characters} characters")));
    }
    Ok(Zeroizing::new(prepared.into_owned()))
}
