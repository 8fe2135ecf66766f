//! The tree: known answers of the standard's reference implementation, a plain reading of RFC 6962, tiles.

use std::collections::HashMap;

use proptest::prelude::*;

use crate::Digest;
use crate::log::{
    Frontier, NoProof, Node, Tile, Unproven, consistency, consistency_nodes, empty_root, inclusion,
    inclusion_nodes, leaf, parent, root, verify_consistency, verify_inclusion,
};

/// The eight entries with which implementations of RFC 6962 are compared.
const ENTRIES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots of their first one, first two, … all eight.
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn digest(text: &str) -> Digest {
    Digest::parse(text).expect("a digest")
}

fn known_leaves() -> Vec<Digest> {
    ENTRIES.iter().map(|entry| Digest::of(&[b"\0", entry])).collect()
}

/// A log with all its nodes.
#[derive(Default)]
struct Stored {
    frontier: Frontier,
    nodes: HashMap<Node, Digest>,
}

impl Stored {
    fn of(leaves: &[Digest]) -> Stored {
        let mut log = Stored::default();
        for leaf in leaves {
            log.nodes.extend(log.frontier.push(*leaf));
        }
        log
    }

    fn node(&self, node: Node) -> Option<Digest> {
        self.nodes.get(&node).copied()
    }

    fn tile(&self, tile: Tile) -> Vec<u8> {
        tile.nodes().flat_map(|node| self.nodes[&node].0).collect()
    }
}

fn numbered(count: u64) -> Vec<Digest> {
    (0..count).map(|number| Digest::of(&[&number.to_be_bytes()])).collect()
}

#[test]
fn roots_are_those_of_the_reference() {
    let leaves = known_leaves();
    let mut frontier = Frontier::empty();
    assert_eq!(frontier.root(), digest("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    assert_eq!(frontier.root(), empty_root());
    for (at, expected) in ROOTS.iter().enumerate() {
        frontier.push(leaves[at]);
        assert_eq!(frontier.root(), digest(expected));
        assert_eq!(root(&leaves[..=at]), digest(expected));
    }
}

#[test]
fn inclusion_proofs_are_those_of_the_reference() {
    let log = Stored::of(&known_leaves());
    let check = |index: u64, size: u64, expected: &[&str]| {
        let expected: Vec<Digest> = expected.iter().map(|hash| digest(hash)).collect();
        assert_eq!(inclusion(index, size, |node| log.node(node)), Ok(expected.clone()));
        let root = digest(ROOTS[size as usize - 1]);
        let leaf = known_leaves()[index as usize];
        assert_eq!(verify_inclusion(&leaf, index, size, &expected, &root), Ok(()));
    };
    check(0, 1, &[]);
    check(
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    );
    check(
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    );
    check(2, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
    check(
        1,
        5,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    );
}

#[test]
fn consistency_proofs_are_those_of_the_reference() {
    let log = Stored::of(&known_leaves());
    let check = |old: u64, new: u64, expected: &[&str]| {
        let expected: Vec<Digest> = expected.iter().map(|hash| digest(hash)).collect();
        assert_eq!(consistency(old, new, |node| log.node(node)), Ok(expected.clone()));
        let (old_root, new_root) = (digest(ROOTS[old as usize - 1]), digest(ROOTS[new as usize - 1]));
        assert_eq!(verify_consistency(old, &old_root, new, &new_root, &expected), Ok(()));
    };
    check(1, 1, &[]);
    check(
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    );
    check(
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    );
    check(
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    );
    check(
        6,
        7,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    );
}

/// RFC 6962 §2.1.1: PATH(m, D[n]), word for word.
fn path(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, other) = if index < left.len() {
        (path(index, left), root(right))
    } else {
        (path(index - left.len(), right), root(left))
    };
    path.push(other);
    path
}

/// RFC 6962 §2.1.2: SUBPROOF(m, D[n], b), word for word.
fn subproof(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, other) = if old <= left.len() {
        (subproof(old, left, whole), root(right))
    } else {
        (subproof(old - left.len(), right, false), root(left))
    };
    proof.push(other);
    proof
}

#[test]
fn all_proofs_of_small_trees_are_those_of_the_plain_reading() {
    let leaves = numbered(66);
    let log = Stored::of(&leaves);
    for size in 1..=leaves.len() {
        let new = root(&leaves[..size]);
        for index in 0..size {
            let proof = inclusion(index as u64, size as u64, |node| log.node(node)).expect("a proof");
            assert_eq!(proof, path(index, &leaves[..size]), "{index} of {size}");
            assert_eq!(
                verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &new),
                Ok(()),
                "{index} of {size}"
            );
        }
        for old in 1..=size {
            let proof = consistency(old as u64, size as u64, |node| log.node(node)).expect("a proof");
            assert_eq!(proof, subproof(old, &leaves[..size], true), "{old} of {size}");
            let before = root(&leaves[..old]);
            assert_eq!(
                verify_consistency(old as u64, &before, size as u64, &new, &proof),
                Ok(()),
                "{old} of {size}"
            );
        }
    }
}

#[test]
fn a_proof_serves_no_other_place_size_or_root() {
    let leaves = numbered(21);
    let log = Stored::of(&leaves);
    for size in 1..=21_u64 {
        let new = root(&leaves[..size as usize]);
        for index in 0..size {
            let proof = inclusion(index, size, |node| log.node(node)).expect("a proof");
            let leaf = leaves[index as usize];
            for other in (0..24).filter(|other| *other != index) {
                assert!(
                    verify_inclusion(&leaf, other, size, &proof, &new).is_err(),
                    "{index}→{other} of {size}"
                );
            }
            for number in 0..proof.len() {
                let mut wrong = proof.clone();
                wrong[number].0[31] ^= 1;
                assert_eq!(verify_inclusion(&leaf, index, size, &wrong, &new), Err(Unproven::Root));
                wrong.remove(number);
                assert!(verify_inclusion(&leaf, index, size, &wrong, &new).is_err());
            }
            let longer: Vec<Digest> = proof.iter().copied().chain([new]).collect();
            assert_eq!(verify_inclusion(&leaf, index, size, &longer, &new), Err(Unproven::Length));
        }
        for old in 1..size {
            let before = root(&leaves[..old as usize]);
            let proof = consistency(old, size, |node| log.node(node)).expect("a proof");
            for number in 0..proof.len() {
                let mut wrong = proof.clone();
                wrong[number].0[0] ^= 0x80;
                assert_eq!(verify_consistency(old, &before, size, &new, &wrong), Err(Unproven::Root));
                wrong.remove(number);
                assert!(verify_consistency(old, &before, size, &new, &wrong).is_err());
            }
            let longer: Vec<Digest> = proof.iter().copied().chain([new]).collect();
            assert_eq!(verify_consistency(old, &before, size, &new, &longer), Err(Unproven::Length));
            assert!(
                verify_consistency(old, &new, size, &before, &proof).is_err(),
                "roots the other way round"
            );
            assert_eq!(verify_consistency(size, &new, old, &before, &proof), Err(Unproven::Positions));
        }
    }
}

#[test]
fn everything_begins_with_the_empty_tree_and_with_itself() {
    let (one, other) = (Digest([1; 32]), Digest([2; 32]));
    assert_eq!(verify_consistency(0, &empty_root(), 7, &one, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &empty_root(), 7, &one, &[other]), Err(Unproven::Length));
    assert_eq!(verify_consistency(7, &one, 7, &one, &[]), Ok(()));
    assert_eq!(verify_consistency(7, &one, 7, &other, &[]), Err(Unproven::Root));
    assert_eq!(verify_consistency(6, &one, 7, &other, &[]), Err(Unproven::Length));
}

#[test]
fn proofs_of_what_is_not_there_are_refused() {
    let log = Stored::of(&numbered(5));
    let stored = |node| log.node(node);
    assert_eq!(inclusion(5, 5, stored), Err(NoProof::NoLeaf { index: 5, size: 5 }));
    assert_eq!(inclusion(0, 0, stored), Err(NoProof::NoLeaf { index: 0, size: 0 }));
    assert_eq!(consistency(6, 5, stored), Err(NoProof::NotOlder { old: 6, new: 5 }));
    assert_eq!(consistency(0, 5, stored), Ok(Vec::new()));
    assert_eq!(inclusion(0, 8, stored), Err(NoProof::Missing(Node { level: 2, index: 1 })));
    assert_eq!(
        verify_inclusion(&Digest([0; 32]), u64::MAX, u64::MAX, &[], &empty_root()),
        Err(Unproven::Positions)
    );
}

#[test]
fn one_query_can_fetch_what_a_proof_needs() {
    let log = Stored::of(&numbered(1_000));
    for index in [0, 1, 511, 512, 767, 998, 999] {
        let nodes = inclusion_nodes(index, 1_000).expect("nodes");
        let fetched: HashMap<Node, Digest> = nodes.into_iter().map(|node| (node, log.nodes[&node])).collect();
        assert!(fetched.len() <= 64);
        let proof = inclusion(index, 1_000, |node| fetched.get(&node).copied());
        assert_eq!(proof, inclusion(index, 1_000, |node| log.node(node)));
    }
    for old in [1, 500, 512, 999] {
        let nodes = consistency_nodes(old, 1_000).expect("nodes");
        let fetched: HashMap<Node, Digest> = nodes.into_iter().map(|node| (node, log.nodes[&node])).collect();
        let proof = consistency(old, 1_000, |node| fetched.get(&node).copied());
        assert_eq!(proof, consistency(old, 1_000, |node| log.node(node)));
    }
}

#[test]
fn a_stored_frontier_goes_on_where_it_was() {
    let leaves = numbered(300);
    let mut frontier = Frontier::empty();
    for (at, leaf) in leaves.iter().enumerate() {
        frontier = Frontier::new(at as u64, frontier.roots().to_vec()).expect("a frontier");
        frontier.push(*leaf);
        assert_eq!(frontier.root(), root(&leaves[..=at]));
    }
    assert_eq!(frontier.size(), 300);
    let error = Frontier::new(3, vec![Digest([0; 32])]).expect_err("two roots are needed");
    assert_eq!(error.to_string(), "a tree of 3 leaves has 2 complete subtrees, not 1");
}

#[test]
fn a_leaf_tells_nothing_without_its_blind() {
    let logged = Digest::of(&[b"sealed"]);
    let [one, other] = [leaf(&Digest([1; 32]), &logged), leaf(&Digest([2; 32]), &logged)];
    assert_ne!(one, other);
    let mut entry = vec![0];
    entry.extend([1; 32]);
    entry.extend(logged.0);
    assert_eq!(one, Digest::of(&[&entry]));
    assert_ne!(leaf(&Digest([1; 32]), &logged), parent(&Digest([1; 32]), &logged));
}

#[test]
fn paths_of_tiles_are_those_of_the_specification() {
    let tile = |level, index, width| Tile { level, index, width };
    for (path, expected) in [
        ("tile/0/000", tile(0, 0, 256)),
        ("tile/0/067", tile(0, 67, 256)),
        ("tile/0/x001/067", tile(0, 1_067, 256)),
        ("tile/0/x001/x234/067", tile(0, 1_234_067, 256)),
        ("tile/1/000.p/17", tile(1, 0, 17)),
        ("tile/0/273.p/112", tile(0, 273, 112)),
        ("tile/7/x001/000.p/1", tile(7, 1_000, 1)),
    ] {
        assert_eq!(Tile::parse(path), Ok(expected), "{path}");
        assert_eq!(expected.to_string(), path);
    }
    for path in [
        "",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/1",
        "tile/0/0067",
        "tile/00/067",
        "tile/8/067",
        "tile/256/067",
        "tile/-1/067",
        "tile/0/x067",
        "tile/0/001/067",
        "tile/0/x000/067",
        "tile/0/x001/67",
        "tile/0/067.p/0",
        "tile/0/067.p/256",
        "tile/0/067.p/257",
        "tile/0/067.p/017",
        "tile/0/067.p/",
        "tile/0/+67",
        "tile/0/067/",
        "tile/0/../067",
        "/tile/0/067",
        "tile/entries/067",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        assert!(Tile::parse(path).is_err(), "{path}");
    }
}

#[test]
fn the_tiles_of_seventy_thousand_leaves_are_those_of_the_specification() {
    let tiles: Vec<Tile> = Tile::new_between(0, 70_000).collect();
    let full = |level| tiles.iter().filter(|tile| tile.level == level && tile.width == 256).count();
    let partial: Vec<String> =
        tiles.iter().filter(|tile| tile.width < 256).map(|tile| tile.to_string()).collect();
    assert_eq!([full(0), full(1), full(2)], [273, 1, 0]);
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    let grown: Vec<String> = Tile::new_between(70_000, 70_001).map(|tile| tile.to_string()).collect();
    assert_eq!(grown, ["tile/0/273.p/113"]);
    assert_eq!(Tile::new_between(70_000, 70_000).count(), 0);
    assert_eq!(
        Tile::new_between(0, 256).map(|tile| tile.to_string()).collect::<Vec<String>>(),
        ["tile/0/000", "tile/1/000.p/1"]
    );
    assert_eq!(Tile::at(0, u64::MAX, 70_000), None);
    assert_eq!(Tile::at(8, 0, u64::MAX), None);
}

#[test]
fn proofs_can_be_made_from_tiles_alone() {
    let size = 1_025;
    let leaves = numbered(size);
    let log = Stored::of(&leaves);
    let from_tiles = |node: Node| {
        let (tile, first, count) = Tile::holding(node, size)?;
        Tile::hash(&log.tile(tile), first, count)
    };
    for index in [0, 255, 256, 700, 1_023, 1_024] {
        let proof = inclusion(index, size, from_tiles);
        assert_eq!(proof, inclusion(index, size, |node| log.node(node)), "{index}");
    }
    assert_eq!(consistency(700, size, from_tiles), consistency(700, size, |node| log.node(node)));
    assert_eq!(Tile::holding(Node { level: 0, index: 1_025 }, size), None);
    assert_eq!(Tile::hash(&[0; 63], 1, 1), None);
    assert_eq!(Tile::hash(&[0; 64], usize::MAX, 2), None);
}

proptest! {
    #[test]
    fn any_leaf_of_any_tree_is_proven(size in 1_u64..3_000, place in any::<prop::sample::Index>()) {
        let leaves = numbered(size);
        let log = Stored::of(&leaves);
        let index = place.index(leaves.len());
        let whole = log.frontier.root();
        prop_assert_eq!(whole, root(&leaves));
        let proof = inclusion(index as u64, size, |node| log.node(node)).expect("a proof");
        prop_assert_eq!(&proof, &path(index, &leaves));
        prop_assert_eq!(verify_inclusion(&leaves[index], index as u64, size, &proof, &whole), Ok(()));
        let old = index + 1;
        let proof = consistency(old as u64, size, |node| log.node(node)).expect("a proof");
        prop_assert_eq!(&proof, &subproof(old, &leaves, true));
        let before = root(&leaves[..old]);
        prop_assert_eq!(verify_consistency(old as u64, &before, size, &whole, &proof), Ok(()));
    }

    #[test]
    fn strange_proofs_never_panic(index: u64, size: u64, hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let hashes: Vec<Digest> = hashes.into_iter().map(Digest).collect();
        let zero = Digest([0; 32]);
        prop_assert!(verify_inclusion(&zero, index, size, &hashes, &zero).is_err());
        let _ = verify_consistency(index, &zero, size, &zero, &hashes);
        let _ = inclusion_nodes(index, size);
        let _ = consistency_nodes(index, size);
    }
}
