use proptest::prelude::*;
use secp256k1::SecretKey;

use super::*;

const TEST: Context = Context::new("earshot 2026 test");

#[test]
fn contexts_separate() {
    let other = Context::new("earshot 2026 other test");
    assert_ne!(Hash::of(TEST, &[b"a"]), Hash::of(other, &[b"a"]));
    assert_eq!(
        Hash::of(TEST, &[b"ab"]),
        Hash::of(TEST, &[b"a", b"b"]),
        "parts are joined: callers fix their lengths"
    );
}

#[test]
fn signatures_hold_for_their_key_and_bytes_alone() {
    let secret = SecretKey::from_secret_bytes([7; 32]).unwrap();
    let (key, digest) = (PublicKey::of(&secret), Hash::of(TEST, &[b"said"]));
    let signature = Signature::sign(&digest, &secret);
    assert_eq!(key.verify(&digest, &signature), Ok(()));
    assert_eq!(key.verify(&Hash::of(TEST, &[b"unsaid"]), &signature), Err(KeyError::Signature(key)));
    let other = PublicKey::of(&SecretKey::from_secret_bytes([8; 32]).unwrap());
    assert!(other.verify(&digest, &signature).is_err());
    let mut off_curve = [2; 33];
    off_curve[1..].fill(0xFF);
    let off_curve = PublicKey::new(off_curve).unwrap();
    assert_eq!(off_curve.verify(&digest, &signature), Err(KeyError::NotOnCurve(off_curve)));
    assert_eq!(PublicKey::new([4; 33]), Err(KeyError::Prefix(4)));
}

#[test]
fn a_high_s_is_refused() {
    let secret = SecretKey::from_secret_bytes([7; 32]).unwrap();
    let digest = Hash::of(TEST, &[b"said"]);
    let low = *Signature::sign(&digest, &secret).bytes();
    let order = hex::decode("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").unwrap();
    let mut high = low;
    let mut borrow = 0_i16;
    for k in (0..32).rev() {
        let difference = i16::from(order[k]) - i16::from(low[32 + k]) - borrow;
        borrow = i16::from(difference < 0);
        high[32 + k] = u8::try_from(difference.rem_euclid(256)).unwrap();
    }
    assert!(PublicKey::of(&secret).verify(&digest, &Signature::new(high)).is_err());
}

#[test]
fn texts_of_hashes() {
    let hash = Hash::of(TEST, &[]);
    assert_eq!(hash.to_string().parse(), Ok(hash));
    assert!("12".parse::<Hash>().is_err() && "g".repeat(64).parse::<Hash>().is_err());
}

#[test]
fn a_chain_does_not_print_its_secrets() {
    let mut chain = OneWayChain::new([1; 32], 10);
    let secret = chain.link(3).unwrap().to_string();
    assert!(!format!("{chain:?}").contains(&secret));
}

#[test]
fn a_million_links_are_read_in_order_for_two_hashes_each() {
    let mut chain = OneWayChain::new([7; 32], 1_000_000);
    let first = chain.link(1).unwrap();
    assert_eq!(chain_step(&first), chain.head());
}

proptest! {
    #[test]
    fn every_link_steps_to_the_one_before(seed: [u8; 32], links in 1..200_u64, order in prop::collection::vec(any::<u64>(), 1..20)) {
        let mut chain = OneWayChain::new(seed, links);
        prop_assert_eq!(chain.link(0), Some(chain.head()));
        prop_assert_eq!(chain.link(links), Some(Hash::new(seed)));
        prop_assert_eq!(chain.link(links + 1), None);
        for index in order.into_iter().map(|pick| pick % links) {
            let (link, before) = (chain.link(index + 1).unwrap(), chain.link(index).unwrap());
            prop_assert_eq!(chain_step(&link), before);
            prop_assert_eq!(chain_walk(link, index + 1), chain.head());
        }
    }

    #[test]
    fn a_path_shows_its_leaf_and_no_other(count in 1_usize..40, pick: usize, other: u8) {
        let leaves: Vec<Vec<u8>> = (0..count).map(|k| vec![k as u8; k % 5]).chain([vec![0xAA]]).collect();
        let index = pick % leaves.len();
        let root = merkle_root(&leaves);
        let path = MerklePath::of(&leaves, index).unwrap();
        prop_assert_eq!(path.root(&leaves[index]), Some(root));
        prop_assert_eq!(&MerklePath::all(&leaves)[index], &path);
        prop_assert_ne!(path.root(&[other, 1, 2, 3, 4, 5, 6]), Some(root));
        let moved = MerklePath { index: (index + 1) % leaves.len(), ..path.clone() };
        prop_assert_ne!(moved.root(&leaves[index]), Some(root));
        let longer = MerklePath { leaves: leaves.len() + 1, ..path };
        prop_assert_ne!(longer.root(&leaves[index]), Some(root));
        prop_assert_eq!(MerklePath::of(&leaves, leaves.len()), None);
    }
}
