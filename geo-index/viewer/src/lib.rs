//! The map page: our own page code, with libraries from npm by lockfile when the machine has npm.
