use crate::{db::DbError, features::{activity::Origin, users::UserEpoch, messages::notices::Recipient}, domain::ids::UserId};
use diesel::PgConnection;
pub enum Kind { Code, BackupCode }
#[derive(Debug)]
pub struct Charged { pub wrong_in_a_row: i32, pub now: chrono::DateTime<chrono::Utc> }
impl Charged { pub fn left(&self) -> u32 { 0 } }
#[derive(Debug, thiserror::Error)]
pub enum NotCharged { #[error("a")] Rests { wait: std::time::Duration }, #[error("b")] OnlyBackupCode, #[error("c")] Changed, #[error(transparent)] Db(#[from] DbError) }
pub fn charge(_: &mut PgConnection, _: UserEpoch, _: Kind) -> Result<Charged, NotCharged> { todo!() }
pub fn clear(_: &mut PgConnection, _: UserEpoch) -> Result<bool, DbError> { todo!() }
pub fn note_wrong(_: &mut PgConnection, _: UserId, _: &Charged, _: &Origin, _: Option<&Recipient>) -> Result<(), DbError> { todo!() }
