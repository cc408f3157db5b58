//! The count of wrong second factors that an account has, over all methods and all sign-ins (SMS-06). Those that are given
//! to set a new password are counted apart, in the same way.
//!
//! Every try is paid before it is compared. Ten in a row, or fewer where administrators say so, and nothing is compared for 15 minutes; a hundred in a row and only
//! a backup code is, because at ten in 15 minutes a patient thief of the password would find an app's code one day. Only
//! a right factor clears the count.

use std::time::Duration;

use chrono::{DateTime, Utc};
use diesel::{PgConnection, prelude::*, sql_types as t};

use crate::{
    db::{DbError, statement},
    domain::ids::UserId,
    features::{
        activity::{self, Event, Origin},
        messages::notices::{self, Recipient},
        users::UserEpoch,
    },
    sms::NoticeKind,
};

/// Wrong ones in a row before a rest, unless administrators say otherwise.
pub const IN_A_ROW: u16 = 10;
/// How long nothing is compared then.
pub const REST: Duration = Duration::from_secs(15 * 60);
/// From so many in a row on only a backup code is compared.
pub const ONLY_BACKUP_CODES_FROM: i32 = 100;
/// From so many in a row on the owner hears of it (AUT-06).
const WORTH_TELLING: i32 = 3;

/// What is to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Six digits of an app or a text.
    Code,
    /// A backup code.
    BackupCode,
}

/// A try that has been paid for.
#[derive(Debug, Clone)]
pub struct Charged {
    /// Wrong ones in a row, should this be one.
    pub wrong_in_a_row: i32,
    /// Wrong ones in a row before a rest.
    pub in_a_row: u16,
    /// The database's clock, which decides the step of an app's code (D-3).
    pub now: DateTime<Utc>,
}

impl Charged {
    /// Tries that remain before the next rest.
    pub fn left(&self) -> u32 {
        let in_a_row = i32::from(self.in_a_row);
        let left = (in_a_row - self.wrong_in_a_row % in_a_row) % in_a_row;
        left.unsigned_abs()
    }
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCharged {
    /// Too many in a row.
    #[error("codes rest")]
    Rests {
        /// Until they may be tried again.
        wait: Duration,
    },
    /// Far too many in a row.
    #[error("only a backup code")]
    OnlyBackupCode,
    /// The account is not as it was when its owner came: another epoch, or disabled.
    #[error("the account has changed")]
    Changed,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Which of an account's counts a try is paid on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// Sign-in and confirmation, behind the password.
    SignIn,
    /// Setting a new password, behind a text: whoever reads the owner's texts must not shut the owner out of signing in.
    Reset,
}

/// The statement that pays, on the count of those columns.
macro_rules! charge_sql {
    ($wrong:literal, $rests_until:literal) => {
        concat!(
            "UPDATE users SET ",
            $wrong,
            " = ",
            $wrong,
            " + 1, ",
            $rests_until,
            " = CASE WHEN (",
            $wrong,
            " + 1) % $3 = 0
                 THEN clock_timestamp() + make_interval(secs => $4) ELSE ",
            $rests_until,
            " END
             WHERE id = $1 AND auth_epoch = $2 AND status = 'active'
                 AND (",
            $rests_until,
            " IS NULL OR ",
            $rests_until,
            " <= clock_timestamp())
                 AND (",
            $wrong,
            " < $5 OR $6)
             RETURNING ",
            $wrong,
            " AS wrong, clock_timestamp() AS now"
        )
    };
}

/// Pays for one try, of which every `in_a_row` wrong ones are followed by a rest. Stands outside any transaction: the payment must stay.
///
/// # Errors
/// [`NotCharged`]; then nothing was paid.
pub fn charge(
    conn: &mut PgConnection,
    in_a_row: u16,
    user: UserEpoch,
    kind: Kind,
    count: Count,
) -> Result<Charged, NotCharged> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Integer)]
        wrong: i32,
        #[diesel(sql_type = t::Timestamptz)]
        now: DateTime<Utc>,
    }
    let row: Option<Row> = statement(match count {
        Count::SignIn => charge_sql!("wrong_second_factors", "second_factor_rests_until"),
        Count::Reset => charge_sql!("wrong_reset_factors", "reset_factors_rest_until"),
    })
    .bind::<t::Uuid, _>(user.id)
    .bind::<t::Integer, _>(user.auth_epoch)
    .bind::<t::Integer, _>(i32::from(in_a_row))
    .bind::<t::Double, _>(REST.as_secs_f64())
    .bind::<t::Integer, _>(ONLY_BACKUP_CODES_FROM)
    .bind::<t::Bool, _>(kind == Kind::BackupCode)
    .get_result(conn)
    .optional()
    .map_err(DbError::from)?;
    match row {
        Some(row) => Ok(Charged { wrong_in_a_row: row.wrong, in_a_row, now: row.now }),
        None => Err(why_not(conn, user, count)?),
    }
}

fn why_not(conn: &mut PgConnection, user: UserEpoch, count: Count) -> Result<NotCharged, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Nullable<t::Double>)]
        wait: Option<f64>,
    }
    let row: Option<Row> = statement(
        "SELECT extract(epoch FROM CASE WHEN $3 THEN reset_factors_rest_until ELSE second_factor_rests_until END
             - clock_timestamp())::float8 AS wait
         FROM users WHERE id = $1 AND auth_epoch = $2 AND status = 'active'",
    )
    .bind::<t::Uuid, _>(user.id)
    .bind::<t::Integer, _>(user.auth_epoch)
    .bind::<t::Bool, _>(count == Count::Reset)
    .get_result(conn)
    .optional()?;
    Ok(match row {
        None => NotCharged::Changed,
        Some(Row { wait: Some(seconds) }) if seconds > 0.0 => {
            NotCharged::Rests { wait: Duration::from_secs_f64(seconds) }
        }
        Some(_) => NotCharged::OnlyBackupCode,
    })
}

/// Clears a count after a right factor. Answers whether the account is still as it was. Stands in the transaction of the
/// success and before [`sessions::start`](crate::features::sessions::start), which wants the account's row too.
pub fn clear(conn: &mut PgConnection, user: UserEpoch, count: Count) -> Result<bool, DbError> {
    let cleared = statement(match count {
        Count::SignIn => {
            "UPDATE users SET wrong_second_factors = 0, second_factor_rests_until = NULL
             WHERE id = $1 AND auth_epoch = $2 AND status = 'active'"
        }
        Count::Reset => {
            "UPDATE users SET wrong_reset_factors = 0, reset_factors_rest_until = NULL
             WHERE id = $1 AND auth_epoch = $2 AND status = 'active'"
        }
    })
    .bind::<t::Uuid, _>(user.id)
    .bind::<t::Integer, _>(user.auth_epoch)
    .execute(conn)?;
    Ok(cleared == 1)
}

/// Writes down a wrong one, and tells the owner of the third in a row and of every rest. Stands in a transaction.
pub fn note_wrong(
    conn: &mut PgConnection,
    user: UserId,
    charged: &Charged,
    origin: &Origin,
    owner: Option<&Recipient>,
) -> Result<(), DbError> {
    activity::record(conn, user, Event::CodeWrong, Some(origin))?;
    let notice = if charged.left() == 0 {
        activity::record(conn, user, Event::CodesRest, Some(origin))?;
        NoticeKind::SecondFactorRests
    } else if charged.wrong_in_a_row == WORTH_TELLING {
        NoticeKind::WrongCodes
    } else {
        return Ok(());
    };
    match owner {
        Some(owner) => notices::notify(conn, owner, notice),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sms_06_the_tries_that_are_left_count_down_to_the_rest() {
        let left = |in_a_row, wrong_in_a_row| Charged { wrong_in_a_row, in_a_row, now: DateTime::UNIX_EPOCH }.left();
        assert_eq!([1, 9, 10, 11, 100].map(|wrong| left(10, wrong)), [9, 1, 0, 9, 0]);
        assert_eq!([1, 4, 5, 6, 100].map(|wrong| left(5, wrong)), [4, 1, 0, 4, 0]);
    }
}
