//! SQL over all that belongs to an account: reading it for its owner, and what has to go before the account does.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{Text, Uuid},
};

use super::inventory::Table;
use crate::{
    db::{DbError, statement},
    domain::ids::UserId,
};

/// Lets all queries of the transaction see one moment.
pub fn see_one_moment(conn: &mut PgConnection) -> Result<(), DbError> {
    statement("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(conn)?;
    Ok(())
}

/// The rows of a table that belong to an account, as their owner sees them: each a JSON object, the oldest first.
pub fn list_rows(conn: &mut PgConnection, table: &Table, user: UserId) -> Result<Vec<String>, DbError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        row: String,
    }
    let Some(own) = table.own else { return Ok(Vec::new()) };
    let columns: Vec<String> = table.seen().map(|column| column.as_sql()).collect();
    let (name, columns) = (table.name, columns.join(", "));
    // Put together from the inventory alone; the account is the one parameter.
    let sql = format!("SELECT row_to_json(r)::text AS row FROM (SELECT {columns} FROM {name} AS t WHERE {own}) AS r");
    let rows: Vec<Row> = sql_query(sql).bind::<Uuid, _>(user).get_results(conn)?;
    Ok(rows.into_iter().map(|Row { row }| row).collect())
}

/// Removes what an account has under way. Whoever goes on with such a thing holds it before the account's row, so it has to
/// go first: removed together with the account, the two would wait for each other.
pub fn remove_under_way(conn: &mut PgConnection, user: UserId) -> Result<(), DbError> {
    statement(
        "WITH sign_in AS (DELETE FROM sign_ins WHERE user_id = $1),
             reset AS (DELETE FROM password_resets WHERE user_id = $1),
             phone_change AS (DELETE FROM phone_changes WHERE user_id = $1)
         DELETE FROM action_codes WHERE user_id = $1",
    )
    .bind::<Uuid, _>(user)
    .execute(conn)?;
    Ok(())
}
