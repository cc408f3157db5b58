//! How a hash was made, as it is kept beside it: `$argon2id$v=19$m=…,t=…,p=…,keyid=…$<salt>`, which is PHC's string
//! form without the hash.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use rand::{TryRng as _, rngs::SysRng};

use super::{
    hasher::{LANES, MEMORY_KIB, PASSES},
    token::NoRandomness,
};

/// How many bytes a hash has.
pub(super) const HASH_LENGTH: usize = 32;
const SALT_LENGTH: usize = 16;
const PREFIX: &str = "$argon2id$v=19$";

/// What Argon2id is asked to spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Cost {
    /// What every new hash costs.
    pub const CURRENT: Self = Self { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES };

    /// More than anybody has set in earnest. A damaged row must not take all of the machine's memory.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 64, lanes: 16 };

    /// Whether a hash of this cost is to be made again.
    pub fn is_below_current(self) -> bool {
        self.memory_kib < MEMORY_KIB || self.passes < PASSES
    }

    fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split(',');
        let mut number = |name| fields.next()?.strip_prefix(name)?.parse().ok();
        let cost = Self { memory_kib: number("m=")?, passes: number("t=")?, lanes: number("p=")? };
        let bearable = cost.memory_kib <= Self::MOST.memory_kib
            && cost.passes <= Self::MOST.passes
            && cost.lanes <= Self::MOST.lanes;
        (fields.next().is_none() && bearable).then_some(cost)
    }
}

/// Cost, key and salt of a hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recipe {
    pub cost: Cost,
    pub key_id: String,
    pub salt: [u8; SALT_LENGTH],
}

impl Recipe {
    /// For something new: the current cost, and a salt of its own.
    pub fn new(key_id: &str) -> Result<Self, NoRandomness> {
        let mut salt = [0; SALT_LENGTH];
        SysRng.try_fill_bytes(&mut salt).map_err(|_| NoRandomness)?;
        Ok(Self { cost: Cost::CURRENT, key_id: key_id.to_owned(), salt })
    }

    /// Reads what [`Recipe`] prints. The key id stands in base64, as PHC wants it.
    pub fn parse(text: &str) -> Option<Self> {
        let (parameters, salt) = text.strip_prefix(PREFIX)?.split_once('$')?;
        let (cost, key_id) = parameters.split_once(",keyid=")?;
        Some(Self {
            cost: Cost::parse(cost)?,
            key_id: String::from_utf8(STANDARD_NO_PAD.decode(key_id).ok()?).ok()?,
            salt: STANDARD_NO_PAD.decode(salt).ok()?.try_into().ok()?,
        })
    }

    /// Reads a recipe with its hash behind it.
    pub fn parse_with_hash(text: &str) -> Option<(Self, [u8; HASH_LENGTH])> {
        let (recipe, hash) = text.rsplit_once('$')?;
        Some((Self::parse(recipe)?, STANDARD_NO_PAD.decode(hash).ok()?.try_into().ok()?))
    }

    /// The recipe with its hash behind it.
    pub fn with_hash(&self, hash: &[u8; HASH_LENGTH]) -> String {
        format!("{self}${}", STANDARD_NO_PAD.encode(hash))
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cost { memory_kib, passes, lanes } = self.cost;
        let (key_id, salt) = (STANDARD_NO_PAD.encode(&self.key_id), STANDARD_NO_PAD.encode(self.salt));
        write!(f, "{PREFIX}m={memory_kib},t={passes},p={lanes},keyid={key_id}${salt}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cry_03_a_recipe_is_read_back_as_written() {
        let recipe = Recipe::new("1a2b3c4d").expect("randomness");
        let text = recipe.to_string();
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid=MWEyYjNjNGQ$"), "{text}");
        assert_eq!(Recipe::parse(&text), Some(recipe.clone()));
        assert_eq!(Recipe::parse_with_hash(&recipe.with_hash(&[7; 32])), Some((recipe, [7; 32])));
    }

    #[test]
    fn a_damaged_recipe_is_none() {
        let good = "$argon2id$v=19$m=19456,t=2,p=1,keyid=MWEyYjNjNGQ$AAECAwQFBgcICQoLDA0ODw";
        assert!(Recipe::parse(good).is_some());
        for (whole, damaged) in [
            ("argon2id", "argon2i"),
            ("v=19", "v=16"),
            ("m=19456", "m=4294967295"),
            ("m=19456", "m=4294967296"),
            ("m=19456", "m=-1"),
            ("t=2", "t=65"),
            ("p=1", "p=17"),
            ("p=1", "p=1,x=1"),
            ("t=2,p=1", "p=1,t=2"),
            (",keyid=MWEyYjNjNGQ", ""),
            ("keyid=MWEyYjNjNGQ", "keyid=!"),
            ("ODw", "OD"),
            ("ODw", "ODw$AAAA"),
            ("$AAECAwQFBgcICQoLDA0ODw", ""),
        ] {
            assert_eq!(Recipe::parse(&good.replace(whole, damaged)), None, "{damaged}");
        }
        assert_eq!(Recipe::parse(""), None);
        assert_eq!(Recipe::parse_with_hash(good), None);
        assert_eq!(Recipe::parse_with_hash(&format!("{good}$AAAA")), None);
    }
}
