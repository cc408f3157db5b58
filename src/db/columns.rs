//! Domain values as SQL columns.

use diesel::{
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types,
};
use uuid::Uuid;

use crate::domain::ids::{
    ActionCodeId, BrakeId, BrowserId, ChallengeId, MessageId, PasswordResetId, RecoveryId, RegistrationId, SessionId,
    SignInId, TotpSecretId, TrustedDeviceId, UserId,
};

macro_rules! uuid_columns {
    ($($id:ident)*) => {$(
        impl ToSql<sql_types::Uuid, Pg> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                <Uuid as ToSql<sql_types::Uuid, Pg>>::to_sql(&self.0, out)
            }
        }

        impl FromSql<sql_types::Uuid, Pg> for $id {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<sql_types::Uuid, Pg>>::from_sql(value).map(Self)
            }
        }
    )*};
}

uuid_columns!(
    UserId SessionId RegistrationId ChallengeId MessageId BrowserId SignInId TotpSecretId TrustedDeviceId PasswordResetId
    ActionCodeId RecoveryId BrakeId
);
