use super::*;

#[test]
fn distance_is_zero_of_likes_and_one_of_strangers() {
    let (a, b) = ([1.0, 2.0, 3.0], [4.0, 5.0]);
    assert!(distance(&a, &a) < 1e-12);
    assert!((distance(&a, &b) - 1.0).abs() < 1e-12);
    assert!((distance(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.5, 4.5]) - 0.25).abs() < 1e-12);
}

#[test]
fn samples_of_one_law_are_near_and_of_two_are_not() {
    let mut dice = Dice::new(super::super::Purpose::Report, 5, 0, 0);
    let mut sample = |mean: f64| (0..1000).map(|_| mean + dice.normal(1.0)).collect::<Vec<_>>();
    let (one, same, other) = (sample(0.0), sample(0.0), sample(0.3));
    let near = compare(&one, &same);
    assert!(near.distance < near.by_chance * 1.3, "{near:?}");
    let far = compare(&one, &other);
    assert!(far.distance > far.by_chance, "{far:?}");
    assert_eq!(far.edges, [1000, 1000]);
}
