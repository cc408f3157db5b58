use crate::{app::App, db::DbError, domain::{ids::UserId, backup_code::BackupCode}};
use diesel::PgConnection;
pub struct Presented;
pub async fn check(_: &App, _: UserId, _: BackupCode) -> Result<Presented, DbError> { todo!() }
pub fn consume(_: &mut PgConnection, _: UserId, _: &Presented) -> Result<Option<i64>, DbError> { todo!() }
