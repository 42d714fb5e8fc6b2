//! One body a parser: any bytes in, no panic, and what was accepted encodes to the same bytes again.
//!
//! The bodies are plain functions; `tests/fuzz.rs` replays them over generated and mutated inputs on every run, and a fuzzer may
//! drive them for longer.

use crate::{
    bundle::{BUNDLE_BYTES_MAX, Bundle, OpenFiles},
    messages::{ClosedSet, Commitment, Opening, Report, Reveal, Showing},
    sealed::{Message, Sealed},
};

/// Bytes that key, signature and framing add to a body, at most.
const ENVELOPE_BYTES: usize = 128;

fn message<M: Message>(bytes: &[u8]) {
    if let Ok(message) = M::decode(bytes) {
        assert!(bytes.len() <= M::BYTES_MAX, "{} of {} bytes was read", M::KIND, bytes.len());
        assert!(message.encode() == bytes, "accepted bytes of a {} are not the canonical ones", M::KIND);
    }
}

fn sealed<M: Message>(bytes: &[u8]) {
    if let Ok(sealed) = Sealed::<M>::decode(bytes) {
        assert!(bytes.len() <= M::BYTES_MAX + ENVELOPE_BYTES);
        assert!(
            sealed.encode() == bytes,
            "accepted bytes of a sealed {} are not the canonical ones",
            M::KIND
        );
        if let Ok(message) = sealed.message() {
            // What was understood is what was signed: sealed again it would cover the same body.
            let body = message.encode();
            assert!(bytes.windows(body.len()).any(|part| part == body));
        }
    }
}

/// [`Commitment`], bare and sealed.
pub fn commitment(bytes: &[u8]) {
    message::<Commitment>(bytes);
    sealed::<Commitment>(bytes);
}

/// [`Opening`], bare and sealed.
pub fn opening(bytes: &[u8]) {
    message::<Opening>(bytes);
    sealed::<Opening>(bytes);
}

/// [`ClosedSet`], bare and sealed.
pub fn closed_set(bytes: &[u8]) {
    message::<ClosedSet>(bytes);
    sealed::<ClosedSet>(bytes);
}

/// [`Reveal`], bare and sealed, and the report within.
pub fn reveal(bytes: &[u8]) {
    message::<Reveal>(bytes);
    sealed::<Reveal>(bytes);
    if let Ok(reveal) = Reveal::decode(bytes) {
        report(&reveal.report);
    }
}

/// [`Showing`], bare and sealed, and the exhibits within.
pub fn showing(bytes: &[u8]) {
    message::<Showing>(bytes);
    sealed::<Showing>(bytes);
}

/// [`Report`].
pub fn report(bytes: &[u8]) {
    message::<Report>(bytes);
}

/// [`Bundle`], and with it [`crate::Party`].
pub fn bundle(bytes: &[u8]) {
    if let Ok(bundle) = Bundle::decode(bytes) {
        assert!(bytes.len() <= BUNDLE_BYTES_MAX);
        assert!(bundle.encode() == bytes, "accepted bytes of a bundle are not the canonical ones");
        // Whatever a party's chain says, asking it is no trouble.
        for party in bundle.witnesses.iter().map(|witnessed| witnessed.party).chain([bundle.beaconer]) {
            let _ = party.chain.index_of(bundle.window);
        }
    }
}

/// [`OpenFiles`]: the bytes as an archive, and as `bundle.json` alone.
pub fn open_bundle(bytes: &[u8]) {
    if let Ok(files) = OpenFiles::from_tar(bytes) {
        open_files(&files);
    }
    let mut files = OpenFiles::default();
    if files.insert(OpenFiles::DOCUMENT, bytes.to_vec()).is_ok() {
        open_files(&files);
    }
}

fn open_files(files: &OpenFiles) {
    let size: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    assert!(size <= OpenFiles::BYTES_MAX);
    for (name, _) in files.iter() {
        assert!(!name.starts_with('/') && !name.split('/').any(|part| part == ".."), "{name:?} was read");
    }
    if let Ok(bundle) = Bundle::pack(files) {
        // What was packed is a bundle like any other, and comes back from its own files.
        let bytes = bundle.encode();
        assert!(Bundle::decode(&bytes).as_ref() == Ok(&bundle));
        let again = bundle.unpack().and_then(|files| OpenFiles::from_tar(&files.to_tar()?));
        assert!(again.and_then(|files| Bundle::pack(&files)).is_ok_and(|again| again.encode() == bytes));
    }
}
