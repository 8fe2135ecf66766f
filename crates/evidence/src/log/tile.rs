//! Tiles: the hashes of the tree as files that never change (C2SP tlog-tiles).

use std::fmt;

use thiserror::Error;

use super::tree::{Node, root};
use crate::digest::Digest;

/// Hashes of a full tile; a tile spans eight levels of the tree.
const WIDTH: u64 = 256;
/// Levels that one tile spans.
const HEIGHT: u8 = 8;

/// One tile: `width` hashes of subtrees of height `8 × level`, the first of which is number `256 × index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    /// 0 for leaves. A tree of 2⁶⁴ leaves has seven more.
    pub level: u8,
    /// Its place in the level, from 0.
    pub index: u64,
    /// Hashes in it: 256, or 1 to 255 for a partial one.
    pub width: u16,
}

/// A path that is not one of a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not the path of a tile")]
pub struct NotATile;

impl Tile {
    /// Reads `tile/<level>/<index>` or `tile/<level>/<index>.p/<width>` with the index in groups of three digits, all
    /// but the last with an `x` before: `tile/0/x001/x234/067`.
    ///
    /// # Errors
    /// For anything that [`Tile`]'s `Display` would not write.
    pub fn parse(path: &str) -> Result<Tile, NotATile> {
        let rest = path.strip_prefix("tile/").ok_or(NotATile)?;
        let (level, rest) = rest.split_once('/').ok_or(NotATile)?;
        let (groups, width) = rest.split_once(".p/").unwrap_or((rest, "256"));
        let mut index = 0_u64;
        for group in groups.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group);
            let number: u64 = digits.parse().map_err(|_| NotATile)?;
            index = index.checked_mul(1000).and_then(|index| index.checked_add(number)).ok_or(NotATile)?;
        }
        let tile = Tile {
            level: level.parse().map_err(|_| NotATile)?,
            index,
            width: width.parse().map_err(|_| NotATile)?,
        };
        // One spelling for each tile: no second way of writing zeros, signs, groups or a full width.
        let exists = tile.level < HEIGHT && (1..=256).contains(&tile.width);
        if exists && tile.to_string() == path { Ok(tile) } else { Err(NotATile) }
    }

    /// The tile that holds what the hash of this node is made from when the log has `size` leaves, and where in it: the
    /// number of the first hash and how many. `None` if the node is not complete in that tree.
    pub fn holding(node: Node, size: u64) -> Option<(Tile, usize, usize)> {
        let above = node.level % HEIGHT;
        let level = node.level / HEIGHT;
        let complete = size.checked_shr(u32::from(node.level)).unwrap_or(0);
        if node.index >= complete {
            return None;
        }
        let first = node.index << above;
        let tile = Tile::at(level, first / WIDTH, size)?;
        Some((tile, (first % WIDTH) as usize, 1 << above))
    }

    /// The tile at this place when the log has `size` leaves; `None` if it is empty then.
    pub fn at(level: u8, index: u64, size: u64) -> Option<Tile> {
        let hashes = size.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0);
        let width = hashes.saturating_sub(index.checked_mul(WIDTH)?).min(WIDTH);
        (width > 0 && level < HEIGHT).then_some(Tile { level, index, width: width as u16 })
    }

    /// All tiles of a log of `size` leaves that a log of `old` leaves did not have: what is published with a new
    /// checkpoint.
    pub fn new_between(old: u64, size: u64) -> impl Iterator<Item = Tile> {
        (0..HEIGHT).flat_map(move |level| {
            let before = old.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0);
            let after = size.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0);
            let indices = if after > before { before / WIDTH..after.div_ceil(WIDTH) } else { 0..0 };
            indices.filter_map(move |index| Tile::at(level, index, size))
        })
    }

    /// The nodes whose hashes, one after the other, are the tile's bytes.
    pub fn nodes(self) -> impl Iterator<Item = Node> {
        let level = self.level * HEIGHT;
        (0..u64::from(self.width)).map(move |at| Node { level, index: self.index * WIDTH + at })
    }

    /// The hash of a node from the bytes of the tile that [`Tile::holding`] names. `None` when they are too short.
    pub fn hash(bytes: &[u8], first: usize, count: usize) -> Option<Digest> {
        let hashes = bytes.get(first.checked_mul(32)?..first.checked_add(count)?.checked_mul(32)?)?;
        let hashes: Vec<Digest> =
            hashes.chunks_exact(32).filter_map(|hash| <[u8; 32]>::try_from(hash).ok()).map(Digest).collect();
        (!hashes.is_empty()).then(|| root(&hashes))
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}", self.level)?;
        let mut groups = vec![self.index % 1000];
        let mut rest = self.index / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for (place, group) in groups.iter().enumerate().rev() {
            let mark = if place > 0 { "x" } else { "" };
            write!(f, "/{mark}{group:03}")?;
        }
        if u64::from(self.width) < WIDTH { write!(f, ".p/{}", self.width) } else { Ok(()) }
    }
}
