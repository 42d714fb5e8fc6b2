use super::{
    super::guard_noise_tests::{coloured, guard},
    *,
};
use crate::{
    checks::guard_noise::Guard,
    testing::{Dice, key},
};

fn noise(seed: u64) -> Guard {
    guard(&coloured(&mut Dice::new(seed), 0.6), 0.0)
}

fn convicts(memory: &GuardMemory, number: u64, window: u64, guard: &Guard) -> Option<Reuse> {
    let reuse = memory.recall(&key(number), window, &Fingerprint::of_every_carrier(guard))?;
    (reuse.score >= SCORE_REJECT).then_some(reuse)
}

#[test]
fn the_later_of_two_is_the_copy_whosever_it_is() {
    let mut memory = GuardMemory::default();
    for number in 0..200 {
        memory.remember(key(number), 100 + number, Fingerprint::of(&noise(number)));
    }
    for number in 0..20 {
        let (own, others) = (noise(number), noise(number + 50));
        // Its own recording, and another key's as it is.
        let told = convicts(&memory, number, 900, &own).expect("used again");
        assert_eq!((told.key, told.window), (key(number), 100 + number));
        let told = convicts(&memory, number, 900, &others).expect("taken from another");
        assert_eq!((told.key, told.window), (key(number + 50), 150 + number));
        // What was shown first is no copy of what came later, nor of itself.
        assert_eq!(convicts(&memory, number, 100 + number, &own), None);
        // Noise of its own.
        assert_eq!(convicts(&memory, number, 900, &noise(5000 + number)), None);
    }
}

#[test]
fn memory_has_bounds_and_forgets() {
    let mut memory = GuardMemory::default();
    let print = |number: u64| {
        let mut dice = Dice::new(number);
        Fingerprint::of_words((0..25).map(|_| u64::from_le_bytes(dice.bytes())).collect())
    };
    for number in 0..2 * KEPT as u64 {
        memory.remember(key(number % 1000), number, print(number));
    }
    assert_eq!(memory.len(), KEPT);
    assert!(memory.of_key.values().all(|own| own.len() <= KEPT_OF_A_KEY));
    let bands: usize = memory.bands.values().map(Vec::len).sum();
    assert_eq!(bands, KEPT * print(0).bands().count());
    for _ in 0..100 {
        memory.remember(key(1), 10_000, print(77));
    }
    assert_eq!(memory.of_key[&key(1)].len(), KEPT_OF_A_KEY);
    for _ in 0..EPOCHS_KEPT {
        assert!(!memory.is_empty());
        memory.begin_epoch();
    }
    assert!(memory.is_empty() && memory.bands.is_empty() && memory.of_key.is_empty());
}

#[test]
fn the_bound_that_is_told_is_the_one_that_rejects() {
    for looks in [1.0, 30.0, 5000.0] {
        assert!((score_of(rejecting(looks), looks) - SCORE_REJECT).abs() < 1e-9);
    }
}
