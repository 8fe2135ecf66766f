//! What processes have used, from /proc: processor time of a tree with its reaped children, and memory.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result};

/// Linux gives times to programs in hundredths of a second, whatever the kernel's own clock.
const TICKS_PER_SECOND: u64 = 100;

/// A tree of processes at one moment.
pub(crate) struct Processes {
    /// User and system time of the living, and of every child that one of them has waited for.
    pub(crate) cpu: Duration,
    /// Memory in use; pages that several share are divided among them (PSS).
    pub(crate) memory_bytes: u64,
    /// Memory in use; pages that several share count for each (RSS).
    pub(crate) resident_bytes: u64,
}

struct Stat {
    parent: u32,
    ticks: u64,
}

impl Processes {
    /// These processes and all their descendants.
    pub(crate) fn below(roots: &[u32]) -> Result<Processes> {
        let all = all()?;
        let mut ticks = 0;
        let (mut memory_bytes, mut resident_bytes) = (0, 0);
        for (&id, stat) in &all {
            if descends(&all, id, roots) {
                ticks += stat.ticks;
                let (shared_out, resident) = memory_of(id).unwrap_or((0, 0));
                memory_bytes += shared_out;
                resident_bytes += resident;
            }
        }
        Ok(Processes {
            cpu: Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND),
            memory_bytes,
            resident_bytes,
        })
    }
}

fn descends(all: &HashMap<u32, Stat>, mut id: u32, roots: &[u32]) -> bool {
    while id > 1 {
        if roots.contains(&id) {
            return true;
        }
        match all.get(&id) {
            Some(stat) => id = stat.parent,
            None => return false,
        }
    }
    false
}

fn all() -> Result<HashMap<u32, Stat>> {
    let mut found = HashMap::new();
    for entry in std::fs::read_dir("/proc").context("cannot list /proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process may end between the two looks.
        if let Ok(text) = std::fs::read_to_string(format!("/proc/{id}/stat"))
            && let Some(stat) = parse(&text)
        {
            found.insert(id, stat);
        }
    }
    Ok(found)
}

/// proc(5): pid (comm) state ppid … utime(14) stime(15) cutime(16) cstime(17).
fn parse(text: &str) -> Option<Stat> {
    // The name may hold spaces and parentheses: the fields begin after the last one.
    let fields: Vec<&str> = text.get(text.rfind(')')? + 2..)?.split(' ').collect();
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    let ticks = number(14)? + number(15)? + number(16)? + number(17)?;
    Some(Stat { parent: u32::try_from(number(4)?).ok()?, ticks })
}

/// PSS and RSS.
fn memory_of(id: u32) -> Option<(u64, u64)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let bytes = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
    };
    Some((bytes("Pss:")?, bytes("Rss:")?))
}
