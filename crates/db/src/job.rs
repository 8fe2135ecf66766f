//! A closure on its way to an engine's thread and its result on the way back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::error::DbError;
use crate::tx::{Reach, Tx};

/// A closure whose types the engine does not need to know.
pub(crate) trait Job: Send {
    /// Runs the closure (again); true if it wants its changes kept.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Gives the caller the closure's result, or `Err` if its commit failed.
    fn answer(self: Box<Self>, committed: Result<(), DbError>);
}

pub(crate) struct Closure<F, T, E> {
    work: F,
    reach: Reach,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Closure<F, T, E>
where
    F: FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    pub(crate) fn boxed(reach: Reach, work: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Closure { work, reach, result: None, reply }), answer)
    }
}

impl<F, T, E> Job for Closure<F, T, E>
where
    F: FnMut(&mut Tx) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        tx.begin_for(self.reach);
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(tx)))
            .unwrap_or_else(|panic| Err(E::from(DbError::Panicked(text_of(&*panic)))));
        self.result = Some(match result {
            Ok(_) if tx.spoiled => Err(E::from(DbError::Spoiled)),
            other => other,
        });
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, committed: Result<(), DbError>) {
        let Closure { work, result, reply, .. } = *self;
        // Whoever gets the answer may wait for what the closure holds.
        drop(work);
        let result = match (committed, result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(E::from(DbError::closed())),
            (Err(error), _) => Err(E::from(error)),
        };
        // The caller may have stopped waiting: its changes stand all the same.
        drop(reply.send(result));
    }
}

/// What a panic said.
pub(crate) fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
