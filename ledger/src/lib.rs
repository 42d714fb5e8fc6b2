//! Who is owed what: store, engine, API and map server.
//!
//! | to | use |
//! |---|---|
//! | keep a ledger | [`engine::Local`] over [`store`] |
//! | turn a judgement into integers and evidence | [`verdicts`] |
//! | tell an owner what was earned and why | [`statement`] |
//! | show the network | [`view`], served by [`api`] |
//!
//! What is *not* here: the rules of money (those are `ledger-machine`), and any judgement of a proof. Evidence and the view are for
//! people; nothing of them enters the machine.

pub mod api;
pub mod engine;
pub mod evidence;
pub mod keys;
pub mod statement;
pub mod store;
pub mod verdicts;
pub mod view;
