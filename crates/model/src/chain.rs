//! An error as the log shows it. Here, because every floor above logs.

use std::error::Error;
use std::fmt;

/// Shows an error with its causes on one line: `cannot open blob 7: permission denied`. A log in JSON would
/// drop the causes of an error that is given to it as such.
pub struct Chain<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
