//! The one place where Fourier transforms of shown samples are planned.
//!
//! `rustfft` takes the fastest kernels that the processor has (AVX, SSE, Neon), and scalar ones where it has none. They add in different orders,
//! so their results differ in the last bits of a single: on two machines the same samples give numbers that are not quite the same. Verifiers
//! quantise what they sign for that reason; whether quantised verdicts then agree can be tried on one machine, with [`with_kernels`].
//! A receiver plans its own transforms: what it reports are integers, committed to once.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use rustfft::{Fft, FftDirection, FftPlanner, FftPlannerScalar};

/// Which kernels transforms are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kernels {
    /// The fastest that the processor has.
    #[default]
    Fastest,
    /// Those that every processor has.
    Scalar,
}

thread_local! {
    static KERNELS: Cell<Kernels> = const { Cell::new(Kernels::Fastest) };
    /// Plans are made once a size.
    static FASTEST: RefCell<FftPlanner<f32>> = RefCell::new(FftPlanner::new());
    static SCALAR: RefCell<FftPlannerScalar<f32>> = RefCell::new(FftPlannerScalar::new());
}

/// A transform of this many samples, not scaled, of the kernels that this thread works with.
pub fn plan(samples: usize, direction: FftDirection) -> Arc<dyn Fft<f32>> {
    match KERNELS.get() {
        Kernels::Fastest => FASTEST.with_borrow_mut(|planner| planner.plan_fft(samples, direction)),
        Kernels::Scalar => SCALAR.with_borrow_mut(|planner| planner.plan_fft(samples, direction)),
    }
}

/// Does some work on this thread with these kernels, and goes back to what was before.
pub fn with_kernels<T>(kernels: Kernels, work: impl FnOnce() -> T) -> T {
    struct Back(Kernels);
    impl Drop for Back {
        fn drop(&mut self) {
            KERNELS.set(self.0);
        }
    }
    let _back = Back(KERNELS.replace(kernels));
    work()
}

#[cfg(test)]
#[path = "fft_tests.rs"]
mod fft_tests;
