use crate::{db::DbError, features::{activity::Origin, users::UserEpoch}, domain::ids::UserId};
use diesel::PgConnection;
pub fn insert(_: &mut PgConnection, _: UserEpoch, _: Vec<u8>, _: &Origin) -> Result<(), DbError> { Ok(()) }
pub fn renew_token(_: &mut PgConnection, _: UserId, _: Vec<u8>, _: Vec<u8>) -> Result<(), DbError> { Ok(()) }
pub fn forget_all(_: &mut PgConnection, _: UserId) -> Result<(), DbError> { Ok(()) }
pub fn remove_expired(_: &mut PgConnection) -> Result<usize, DbError> { Ok(0) }
