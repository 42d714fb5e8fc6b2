//! JSON of an open bundle: bytes in hexadecimal, and lists that are counted while they are read.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, SeqAccess, Visitor},
};

use super::NEIGHBOURS_MAX;

/// Bytes, in hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Hex(#[serde(with = "hex")] pub(super) Vec<u8>);

/// One field of bytes.
pub(crate) mod hex {
    use super::{Deserializer, Error, Serializer, Visitor, fmt};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&::hex::encode(bytes))
    }

    /// Straight from the text: it is not copied before it is read.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Vec<u8>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes in hexadecimal")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
                ::hex::decode(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Digits)
    }
}

/// Fields of bytes one after another, at most as many as a path has.
pub(crate) mod hexes {
    use super::{Deserializer, Hex, NEIGHBOURS_MAX, Serializer, at_most};

    pub(crate) fn serialize<S: Serializer>(all: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(all.iter().map(::hex::encode))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let all: Vec<Hex> = at_most::<_, _, NEIGHBOURS_MAX>(deserializer)?;
        Ok(all.into_iter().map(|Hex(bytes)| bytes).collect())
    }
}

/// A list that is refused as soon as it has more than `MOST` entries: what is built stays in proportion to what is read.
pub(super) fn at_most<'de, D, T, const MOST: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct Counted<T, const MOST: usize>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for Counted<T, MOST> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MOST}")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
            let mut read = Vec::new();
            while let Some(entry) = entries.next_element()? {
                if read.len() == MOST {
                    return Err(A::Error::custom(format_args!("more than {MOST} entries")));
                }
                read.push(entry);
            }
            Ok(read)
        }
    }
    deserializer.deserialize_seq(Counted::<T, MOST>(PhantomData))
}
