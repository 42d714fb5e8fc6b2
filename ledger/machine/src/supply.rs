//! Where every unit of EAR and every credit is.
//!
//! ```text
//! genesis + issued - burned = balances + escrow + carries
//! issued + bounties released = paid + carries
//! credits bought - spent     = credit balances
//! ```

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    money::{Credits, Ear},
    settle::Carries,
    state::State,
};

/// Running totals since genesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Supply {
    /// The most EAR that will ever exist.
    pub cap: Ear,
    /// What accounts had at the beginning.
    pub genesis: Ear,
    /// Emitted since.
    pub issued: Ear,
    /// Burned for credits.
    pub burned: Ear,
    /// Sum of all reward lines.
    pub paid: Ear,
    /// Bounty instalments that went into reward lines.
    pub bounties_released: Ear,
    /// Credits bought.
    pub credits_bought: Credits,
    /// Credits spent.
    pub credits_spent: Credits,
}

/// The totals with what the state holds, added up anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupplySummary {
    /// The running totals.
    pub totals: Supply,
    /// Sum of all EAR balances.
    pub balances: u128,
    /// Sum of all bounties not yet paid.
    pub escrow: u128,
    /// Issued but not yet paid.
    pub carries: Carries,
    /// Sum of all credit balances.
    pub credits: u128,
}

impl SupplySummary {
    /// Both sides of the supply's equation: what should exist, and what is there.
    pub fn ear(&self) -> (u128, u128) {
        let wide = |ear: Ear| u128::from(ear.units());
        let totals = &self.totals;
        let due = wide(totals.genesis) + wide(totals.issued);
        let there = self.balances + self.escrow + self.carried();
        (due, there + wide(totals.burned))
    }

    /// Both sides of the reward equation: what was to be paid, and what was paid or carried.
    pub fn rewards(&self) -> (u128, u128) {
        let wide = |ear: Ear| u128::from(ear.units());
        let totals = &self.totals;
        (wide(totals.issued) + wide(totals.bounties_released), wide(totals.paid) + self.carried())
    }

    /// Both sides of the credits' equation.
    pub fn credits(&self) -> (u128, u128) {
        let wide = |credits: Credits| u128::from(credits.units());
        (wide(self.totals.credits_bought), self.credits + wide(self.totals.credits_spent))
    }

    /// Issued but not yet paid, altogether.
    pub fn carried(&self) -> u128 {
        u128::from(self.carries.coverage.units()) + u128::from(self.carries.validators.units())
    }

    /// Whether all three equations hold.
    pub fn is_exact(&self) -> bool {
        [self.ear(), self.rewards(), self.credits()].iter().all(|(due, there)| due == there)
    }
}

impl State {
    /// The supply, with every balance added up anew.
    pub fn supply(&self) -> SupplySummary {
        let bounties = self.cells().values().flat_map(|cell| &cell.bounties);
        SupplySummary {
            totals: self.supply,
            balances: self.accounts().values().map(|account| u128::from(account.balance.units())).sum(),
            escrow: bounties.map(|bounty| u128::from(bounty.left.units())).sum(),
            carries: self.carries,
            credits: self.accounts().values().map(|account| u128::from(account.credits.units())).sum(),
        }
    }

    /// Conservation, asserted after every block in every build.
    pub(crate) fn assert_conserved(&self) {
        let supply = self.supply();
        let (due, there) = supply.ear();
        assert_eq!(due, there, "genesis + issued (left) is not balances + escrow + carries + burned (right)");
        let (due, there) = supply.rewards();
        assert_eq!(due, there, "issued + bounties released (left) is not paid + carries (right)");
        let (due, there) = supply.credits();
        assert_eq!(due, there, "credits bought (left) are not credits held + spent (right)");
        assert!(
            supply.totals.genesis.units().checked_add(supply.totals.issued.units())
                <= Some(supply.totals.cap.units()),
            "more than the cap was issued"
        );
    }
}
