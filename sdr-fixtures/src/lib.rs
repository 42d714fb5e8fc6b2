//! The simulated world: a city, its honest hotspots and its villains, driving the real agent.
