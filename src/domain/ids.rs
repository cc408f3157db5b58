//! Ids of rows, a type each, so that one kind cannot be passed for another.

use std::fmt;

use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, AsExpression, FromSqlRow)]
        #[diesel(sql_type = sql_types::Uuid)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new id. Version 7, so that rows made together lie together in the index.
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// An account.
    UserId
);
id!(
    /// A signed-in browser.
    SessionId
);
id!(
    /// Somebody on the way to a new password.
    PasswordResetId
);
id!(
    /// A long code that a text carries, good for one act.
    ActionCodeId
);
id!(
    /// The assisted recovery of an account.
    RecoveryId
);
id!(
    /// Somebody on the way to an account.
    RegistrationId
);
id!(
    /// A challenge: codes sent to one phone for one purpose.
    ChallengeId
);
id!(
    /// A text message.
    MessageId
);
id!(
    /// A row of `sign_ins`: the password was right, a second factor is owed.
    SignInId
);
id!(
    /// A row of `totp_secrets`.
    TotpSecretId
);
id!(
    /// A row of `trusted_devices`.
    TrustedDeviceId
);
id!(
    /// A decision to send no texts somewhere for a while.
    BrakeId
);
id!(
    /// A browser that has asked for a text. Says nothing about who uses it.
    BrowserId
);
