//! A few threads for work that waits for a disk.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::error::BlobError;
use crate::limits::WAITING_LIMIT;

type Task = Box<dyn FnOnce() + Send>;

/// The threads; they end when the pool goes.
pub(crate) struct Pool {
    tasks: mpsc::Sender<Task>,
}

impl Pool {
    pub(crate) fn start(name: &str, threads: usize) -> Result<Pool, BlobError> {
        let (tasks, waiting) = mpsc::channel::<Task>(WAITING_LIMIT);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let waiting = Arc::clone(&waiting);
            spawn(name, move || {
                loop {
                    let task = waiting.lock().blocking_recv();
                    let Some(task) = task else { return };
                    if std::panic::catch_unwind(std::panic::AssertUnwindSafe(task)).is_err() {
                        tracing::error!("a task of the blob store panicked");
                    }
                }
            })?;
        }
        Ok(Pool { tasks })
    }

    /// Runs a task on one of the threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        let (reply, answer) = oneshot::channel();
        let task = move || drop(reply.send(task()));
        self.tasks.send(Box::new(task)).await.map_err(|_| BlobError::closed())?;
        answer.await.map_err(|_| BlobError::closed())?
    }

    /// Hands over a task whose result nobody waits for; it is dropped if the threads are too busy.
    pub(crate) fn hand_over(&self, task: impl FnOnce() + Send + 'static) {
        if self.tasks.try_send(Box::new(task)).is_err() {
            tracing::debug!("the blob store is too busy to tidy up now");
        }
    }
}

pub(crate) fn spawn(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<std::thread::JoinHandle<()>, BlobError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map_err(|source| BlobError::io("start a thread", source))
}
