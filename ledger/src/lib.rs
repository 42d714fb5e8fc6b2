//! Who is owed what: store, engine, API and map server.

pub mod evidence;
