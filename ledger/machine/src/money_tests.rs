use proptest::prelude::*;

use super::{Credits, Ear, Price};

proptest! {
    #[test]
    fn sums_and_differences_are_exact_or_refused(a: u64, b: u64) {
        prop_assert_eq!((Ear::new(a) + Ear::new(b)).ok().map(Ear::units), a.checked_add(b));
        prop_assert_eq!((Ear::new(a) - Ear::new(b)).ok().map(Ear::units), a.checked_sub(b));
        prop_assert_eq!((Credits::new(a) * b).ok().map(Credits::units), a.checked_mul(b));
    }

    #[test]
    fn portions_never_exceed_the_whole(amount: u64, weights in prop::collection::vec(any::<u64>(), 1..20)) {
        let whole: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        prop_assume!(whole > 0);
        let parts: u128 =
            weights.iter().map(|weight| u128::from(Ear::new(amount).portion(*weight, whole).units())).sum();
        prop_assert!(parts <= u128::from(amount));
        prop_assert!(u128::from(amount) - parts < weights.len() as u128, "less than a unit each is left");
    }

    #[test]
    fn credits_are_never_worth_more_than_what_bought_them(ear: u64, price in 1..=Price::MAX) {
        let price = Price::new(price).unwrap();
        if let Ok(credits) = price.credits(Ear::new(ear)) {
            prop_assert!(price.value(credits) <= Ear::new(ear));
        }
    }
}

#[test]
fn a_refusal_carries_its_operands() {
    let error = (Ear::new(1) - Ear::new(2)).unwrap_err();
    assert_eq!(error.to_string(), "1 - 2 is out of range");
}

#[test]
fn one_ear_at_two_cents_buys_two_thousand_credits() {
    let price = Price::new(2_000_000).unwrap();
    assert_eq!(price.credits(Ear::new(100_000_000)), Ok(Credits::new(2_000)));
    assert_eq!(price.value(Credits::new(2_000)), Ear::new(100_000_000));
}

#[test]
fn prices_have_bounds() {
    assert_eq!(Price::new(0), None);
    assert_eq!(Price::new(Price::MAX + 1), None);
}

#[test]
fn money_is_printed_whole() {
    assert_eq!(Ear::new(123_456_789_012).to_string(), "1234.56789012 EAR");
}
