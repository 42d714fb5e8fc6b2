//! Is what lies there what was committed? Replay says.

use ledger_machine::{Effect, Epoch, EpochSummary, Hash, Height, RewardLine, RoundVerdict, State};

use super::{
    EdgeQuery, LineQuery, Reader, StoreError, folder,
    read::{Filter, integer},
    row::{RawRow, Table, damaged, sql},
};

/// What a replay found to be true.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The state after the last block.
    pub state: State,
    /// How many blocks were replayed.
    pub replayed: u64,
}

/// Rows that the replayed blocks gave, to be compared with those that are kept.
#[derive(Default)]
struct Derived {
    lines: Vec<RewardLine>,
    lines_seen: u64,
    rounds: u64,
    epochs: u64,
}

impl Reader {
    /// The state after the last block: the newest checkpoint, checked against its signed block, and what follows
    /// replayed.
    ///
    /// # Errors
    /// When anything does not fit.
    pub fn checked_state(&mut self) -> Result<Checked, StoreError> {
        self.in_snapshot("ORDER BY height DESC LIMIT 1", |_, _, _| Ok(()))
    }

    /// Everything from the genesis: every block replayed, every derived row compared with what the replay gives, every
    /// piece of evidence and every bundle against its hash.
    ///
    /// # Errors
    /// When anything does not fit.
    pub fn verify(&mut self) -> Result<Checked, StoreError> {
        let mut derived = Derived::default();
        self.in_snapshot("WHERE height = 0", |reader, height, effects| {
            reader.compare(&mut derived, height, effects)
        })
        .and_then(|checked| {
            self.check_checkpoints()?;
            self.check_counts(&derived)?;
            self.check_evidence()?;
            self.check_bundles()?;
            Ok(checked)
        })
    }

    /// One consistent view of the database, whatever a writer does meanwhile.
    fn in_snapshot(
        &mut self,
        checkpoint: &str,
        seen: impl FnMut(&Self, Height, &[Effect]) -> Result<(), StoreError>,
    ) -> Result<Checked, StoreError> {
        // Read before the database, so that it never names a block younger than the view.
        let tip = folder::read_tip(&self.dir)?;
        sql(&self.path, self.connection().execute_batch("BEGIN"))?;
        let checked = self.replay_from(checkpoint, tip, seen);
        sql(&self.path, self.connection().execute_batch("COMMIT"))?;
        checked
    }

    fn replay_from(
        &self,
        checkpoint: &str,
        tip: Option<(Height, String)>,
        seen: impl FnMut(&Self, Height, &[Effect]) -> Result<(), StoreError>,
    ) -> Result<Checked, StoreError> {
        let query = format!("{} {checkpoint}", Table::Checkpoints.select());
        let row = self.connection().query_row(&query, [], RawRow::read);
        let state = self.checkpoint(sql(&self.path, row)?)?;
        let checked = self.replay(state, seen)?;
        self.check_tip(tip, checked.state.tip().height)?;
        Ok(checked)
    }

    /// A checkpoint's state, when it is the one that its block names.
    fn checkpoint(&self, row: RawRow) -> Result<State, StoreError> {
        let height = row.height;
        let bytes = row.open(&self.path, Table::Checkpoints)?;
        let state = State::from_bytes(&bytes).map_err(|error| {
            let path = self.path.clone();
            StoreError::Checkpoint { path, height, error }
        })?;
        let named = match self.block(Height::new(height))? {
            Some(block) => block.verify().is_ok().then(|| (block.header.state, block.header.hash())),
            None if height == 0 => Some((state.network(), state.network())),
            None => None,
        };
        if state.tip().height.number() == height && named == Some((state.hash(), state.head())) {
            Ok(state)
        } else {
            Err(damaged(&self.path, format!("checkpoint {height} is not the state that its block names")))
        }
    }

    fn replay(
        &self,
        mut state: State,
        mut seen: impl FnMut(&Self, Height, &[Effect]) -> Result<(), StoreError>,
    ) -> Result<Checked, StoreError> {
        let (from, last) = (state.tip().height.number(), self.height()?.number());
        for height in from + 1..=last {
            let missing = || damaged(&self.path, format!("block {height} is missing"));
            let block = self.block(Height::new(height))?.ok_or_else(missing)?;
            let applied = state.apply(&block).map_err(|error| {
                let path = self.path.clone();
                StoreError::Block { path, height, error }
            })?;
            seen(self, Height::new(height), &applied.effects)?;
            state = applied.state;
        }
        Ok(Checked { state, replayed: last - from })
    }

    /// The tip file names a block that must be there.
    fn check_tip(&self, tip: Option<(Height, String)>, last: Height) -> Result<(), StoreError> {
        let Some((height, hash)) = tip else { return Ok(()) };
        if height > last {
            let detail = format!("it ends at block {last}, but block {height} was committed");
            return Err(damaged(&self.path, detail));
        }
        let kept = self.block(height)?.map(|block| block.header.hash().to_string());
        if kept.as_ref() == Some(&hash) {
            Ok(())
        } else {
            Err(damaged(&self.path, format!("block {height} is not the one that was committed")))
        }
    }

    fn compare(&self, derived: &mut Derived, height: Height, effects: &[Effect]) -> Result<(), StoreError> {
        for effect in effects {
            match effect {
                Effect::Reward(line) => derived.lines.push(line.clone()),
                Effect::EpochClosed(summary) => self.compare_epoch(derived, height, summary)?,
                Effect::RoundDecided(verdict) => {
                    derived.rounds += 1;
                    self.compare_round(verdict)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn compare_epoch(
        &self,
        derived: &mut Derived,
        height: Height,
        summary: &EpochSummary,
    ) -> Result<(), StoreError> {
        derived.epochs += 1;
        derived.lines_seen += derived.lines.len() as u64;
        let epoch = summary.epoch;
        let mut filter = Filter::default();
        filter.equals("epoch", Some(integer(epoch.number())));
        let rows = self.sealed(Table::Epochs, &filter, "epoch")?;
        let kept: Vec<EpochSummary> = self.decoded(Table::Epochs, rows)?;
        let lines = self.reward_lines(LineQuery { epoch: Some(epoch), ..LineQuery::default() })?;
        let given = std::mem::take(&mut derived.lines);
        if lines == given && kept.as_slice() == std::slice::from_ref(summary) {
            Ok(())
        } else {
            Err(damaged(&self.path, format!("block {height} pays epoch {epoch} otherwise than its rows say")))
        }
    }

    fn compare_round(&self, verdict: &RoundVerdict) -> Result<(), StoreError> {
        let mut filter = Filter::default();
        filter.equals("window", Some(integer(verdict.window.number())));
        filter.equals("beaconer", Some(rusqlite::types::Value::Blob(verdict.beaconer.bytes().to_vec())));
        let rows = self.sealed(Table::Rounds, &filter, "window")?;
        let kept: Vec<RoundVerdict> = self.decoded(Table::Rounds, rows)?;
        if kept.as_slice() == std::slice::from_ref(verdict) {
            return Ok(());
        }
        let (window, beaconer) = (verdict.window, verdict.beaconer);
        Err(damaged(&self.path, format!("the round of {beaconer} in window {window} was changed")))
    }

    fn check_checkpoints(&self) -> Result<(), StoreError> {
        let heights: Vec<u64> = self.column("SELECT height FROM checkpoints")?;
        heights.into_iter().try_for_each(|height| {
            let query = format!("{} WHERE height = ?1", Table::Checkpoints.select());
            let row = self.connection().query_row(&query, [height], RawRow::read);
            self.checkpoint(sql(&self.path, row)?).map(|_| ())
        })
    }

    fn check_counts(&self, derived: &Derived) -> Result<(), StoreError> {
        let counts =
            [("reward_lines", derived.lines_seen), ("rounds", derived.rounds), ("epochs", derived.epochs)];
        for (table, given) in counts {
            let text = format!("SELECT count(*) FROM {table}");
            let kept: u64 = sql(&self.path, self.connection().query_row(&text, [], |row| row.get(0)))?;
            if kept != given {
                let detail = format!("{kept} rows of {table} where the blocks give {given}");
                return Err(damaged(&self.path, detail));
            }
        }
        Ok(())
    }

    fn check_evidence(&self) -> Result<(), StoreError> {
        let epochs: Vec<u64> = self.column("SELECT DISTINCT epoch FROM edges")?;
        epochs.into_iter().try_for_each(|epoch| {
            self.edges(EdgeQuery { epoch: Some(Epoch::new(epoch)), ..EdgeQuery::default() }).map(|_| ())
        })
    }

    fn check_bundles(&self) -> Result<(), StoreError> {
        let hashes: Vec<[u8; 32]> = self.column("SELECT hash FROM bundles")?;
        hashes.into_iter().try_for_each(|hash| self.bundle(&Hash::new(hash)).map(|_| ()))
    }

    fn column<T: rusqlite::types::FromSql>(&self, query: &str) -> Result<Vec<T>, StoreError> {
        let connection = self.connection();
        let mut statement = sql(&self.path, connection.prepare(query))?;
        let rows = statement.query_map([], |row| row.get(0));
        sql(&self.path, rows.and_then(Iterator::collect))
    }
}
