//! Who is owed what: store, engine, API and map server.

pub mod api;
pub mod engine;
pub mod evidence;
pub mod keys;
pub mod statement;
pub mod store;
pub mod verdicts;
pub mod view;
