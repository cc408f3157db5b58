//! Taking a report in.

use diesel::PgConnection;

use super::{
    count::{self, Learnt},
    store,
};
use crate::{
    db::{self, DbError},
    domain::ids::MessageId,
    features::messages,
    sms::Report,
};

/// What a report has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It told something new.
    News,
    /// It is about a message that we do not know, or came late.
    Nothing,
}

/// Takes a report in, whenever it comes and however often.
///
/// # Errors
/// The database's.
pub fn hear(conn: &mut PgConnection, message: MessageId, report: &Report) -> Result<Heard, DbError> {
    let heard = db::transaction(conn, |conn| {
        // The message first, so that the call's own end and a report of it wait for each other.
        if !messages::store::name(conn, message, &report.sid)? {
            return Ok(Heard::Nothing);
        }
        let is_news = store::advance(conn, message, report, Learnt::Told)?;
        Ok::<_, DbError>(if is_news { Heard::News } else { Heard::Nothing })
    })?;
    if heard == Heard::News {
        count::news(conn, message, report, Learnt::Told);
    }
    Ok(heard)
}
