//! An opened letter, which leaves nothing of itself in memory.

use std::fmt;
use std::ops::Deref;

use zeroize::{ZeroizeOnDrop, optimization_barrier};

use crate::envelope::NotOpened;
use crate::padding::{LENGTH_OCTETS, padded_octets};

/// The octets of a letter; overwritten when it goes.
///
/// A type of its own because `Zeroizing` writes octet by octet, which takes as long as decrypting.
pub struct Letter {
    padded: Vec<u8>,
    octets: usize,
}

impl Letter {
    /// Room for a padded letter, all zero; a letter without octets until [`Letter::unpadded`].
    pub(crate) fn with_room(padded_octets: usize) -> Letter {
        Letter { padded: vec![0; padded_octets], octets: 0 }
    }

    pub(crate) fn padded(&mut self) -> &mut [u8] {
        &mut self.padded
    }

    /// Finds the end of the letter and checks that its padding is the one it has to have.
    pub(crate) fn unpadded(mut self) -> Result<Letter, NotOpened> {
        let (front, length) = self.padded.split_last_chunk::<LENGTH_OCTETS>().ok_or(NotOpened::Padding)?;
        let length = usize::try_from(u64::from_be_bytes(*length)).map_err(|_| NotOpened::Padding)?;
        let fill = front.get(length..).ok_or(NotOpened::Padding)?;
        if padded_octets(length) != self.padded.len() || fill.iter().any(|octet| *octet != 0) {
            return Err(NotOpened::Padding);
        }
        self.octets = length;
        Ok(self)
    }
}

impl Deref for Letter {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.padded[..self.octets]
    }
}

impl Drop for Letter {
    fn drop(&mut self) {
        self.padded.fill(0);
        // Otherwise the compiler might leave out what nobody reads.
        optimization_barrier(self.padded.as_slice());
    }
}

impl ZeroizeOnDrop for Letter {}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Letter({} octets)", self.octets)
    }
}
