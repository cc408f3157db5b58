//! Removing what is over, a part at a time.

/// How many rows one statement removes at most: a few hundredths of a second's work, whatever has piled up.
pub const BATCH: i64 = 5_000;

/// The statement that removes a part of the rows of a table for which a condition holds. Rows that somebody else has in
/// hand stay for the next time: so nobody waits, no person and no other instance. The condition's own parameters begin
/// with `$2`.
macro_rules! batch_of {
    ($table:literal, $condition:literal) => {
        $crate::db::statement(concat!(
            "DELETE FROM ",
            $table,
            " WHERE ctid = ANY (ARRAY(SELECT ctid FROM ",
            $table,
            " WHERE ",
            $condition,
            " LIMIT $1 FOR UPDATE SKIP LOCKED))"
        ))
        .bind::<diesel::sql_types::BigInt, _>($crate::db::BATCH)
    };
}

pub(crate) use batch_of;
