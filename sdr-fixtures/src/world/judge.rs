//! The end of an epoch: judge, publish, sign, commit, pay.

use ledger::{store::Attachments, verdicts::Judged};
use ledger_machine::{Body, Effect, Millis};
use poc_verifier::{Bundle, Epoch, Round, Witnessed, judge};

use super::{EpochReport, World, WorldError};

impl World {
    /// Judges the epoch's rounds and seals the block that ends it.
    pub(crate) fn close_epoch(&mut self, epoch: u64, rounds: &[Round]) -> Result<EpochReport, WorldError> {
        let history = self.history.get_or_insert_default();
        let judgement = judge(&Epoch {
            protocol: &self.protocol,
            parties: &self.parties,
            history,
            rounds,
            terrain: self.terrain.as_ref(),
        });
        history.remember(&judgement);
        let mut attachments = Attachments::default();
        let mut addresses = Vec::new();
        for (round, judged) in rounds.iter().zip(&judgement.rounds) {
            let bundle = self.bundle(round).encode();
            let facts = Judged {
                protocol: &self.protocol,
                parties: &self.parties,
                epoch,
                window_start_ms: (round.window_start_ns / 1_000_000) as u64,
                bundle: Bundle::address(&bundle),
                skipped_draws: u32::from(judged.drawn && judged.link.is_none()),
            };
            addresses.push(facts.bundle);
            let verdict = facts.verdict(judged, &round.randomness.window)?;
            attachments.evidence.extend(facts.evidence(judged)?);
            attachments.bundles.push(bundle);
            self.engine.say(Body::SubmitVerdicts(verdict));
        }
        self.note_proven(epoch, &judgement.places);
        let time_ms = self.window_start_ms(self.window);
        let end = Millis::new(time_ms).map_err(|error| WorldError::Genesis(error.to_string()))?;
        let block = self.engine.commit_with(end, attachments)?;
        let settlement = block.effects.iter().find_map(|effect| match effect {
            Effect::EpochClosed(summary) => Some(*summary),
            _ => None,
        });
        let rewards = block.effects.iter().filter_map(|effect| match effect {
            Effect::Reward(line) => Some(line.clone()),
            _ => None,
        });
        if let Some((_, error)) = block.dropped.first() {
            return Err(WorldError::Genesis(format!("the ledger dropped the verifier's own word: {error}")));
        }
        Ok(EpochReport {
            epoch,
            time_ms,
            judgement,
            evidence: block.evidence.clone(),
            rewards: rewards.collect(),
            settlement: settlement.ok_or_else(|| WorldError::Genesis("the epoch did not close".into()))?,
            state: block.state.clone(),
            bundles: addresses,
        })
    }

    fn bundle(&self, round: &Round) -> Bundle {
        let witnesses = round.testimonies.iter().filter_map(|said| {
            Some(Witnessed {
                party: *self.parties.get(&said.witness)?,
                commitments: said.commitments.clone(),
                paths: said.paths.clone(),
                reveal: said.reveal.clone(),
                showing: said.showing.clone(),
            })
        });
        Bundle {
            protocol: self.protocol,
            window: round.window,
            window_start_ms: (round.window_start_ns / 1_000_000) as u64,
            randomness: round.randomness,
            beaconer: self.parties[&round.beaconer],
            opening: round.opening.clone(),
            closed_set: round.closed_set.clone(),
            fresh: round.fresh,
            witnesses: witnesses.collect(),
        }
    }
}
