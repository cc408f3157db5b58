//! Which kind of account it is.

/// The two kinds of account that people open for themselves, and the one that they cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// A household that looks for or employs a domestic worker.
    Sponsor,
    /// A domestic worker.
    Maid,
    /// Somebody who runs the service. Made on the host, never by a form.
    Administrator,
}

impl Role {
    /// Reads a role as forms and the database write it: `sponsor` or `maid`, exactly. Administrators are no role that
    /// a form can ask for.
    pub fn parse(written: &str) -> Option<Self> {
        match written {
            "sponsor" => Some(Self::Sponsor),
            "maid" => Some(Self::Maid),
            _ => None,
        }
    }

    /// The role as forms and the database write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sponsor => "sponsor",
            Self::Maid => "maid",
            Self::Administrator => "administrator",
        }
    }

    /// The role of a row, which may be one that nobody can choose.
    pub fn from_stored(written: &str) -> Option<Self> {
        if written == Self::Administrator.as_str() { Some(Self::Administrator) } else { Self::parse(written) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inp_10_only_the_two_roles_of_the_form_are_read() {
        for role in [Role::Sponsor, Role::Maid] {
            assert_eq!(Role::parse(role.as_str()), Some(role));
        }
        for other in ["", "admin", "administrator", "Maid", " maid", "maid ", "maid\0", "sponsor,maid"] {
            assert_eq!(Role::parse(other), None, "{other:?}");
        }
    }
}
