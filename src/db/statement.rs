//! Statements written by hand that Postgres prepares once for a connection.
//!
//! Diesel's own `sql_query` is prepared anew each time, which costs a second round trip; and what must happen in one
//! atomic statement with several parts (`WITH …`) has no form in its query builder.

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    expression::AsExpression,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    result::Error,
    sql_types::{SingleValue, SqlType, Untyped},
};

/// SQL with `$1`, `$2` … and what they stand for. A parameter may stand in several places.
pub struct Statement {
    sql: &'static str,
    parameters: Vec<Box<dyn QueryFragment<Pg> + Send>>,
}

/// Begins a statement; its parameters follow in their order.
pub fn statement(sql: &'static str) -> Statement {
    Statement { sql, parameters: Vec::new() }
}

impl Statement {
    /// Gives the next parameter.
    pub fn bind<T, V>(mut self, value: V) -> Self
    where
        T: SqlType + SingleValue,
        V: AsExpression<T>,
        V::Expression: QueryFragment<Pg> + Send + 'static,
    {
        self.parameters.push(Box::new(value.as_expression()));
        self
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let mut pieces = self.sql.split('$');
        out.push_sql(pieces.next().unwrap_or_default());
        for piece in pieces {
            let rest = piece.trim_start_matches(|c: char| c.is_ascii_digit());
            let number: Option<usize> = piece.strip_suffix(rest).and_then(|digits| digits.parse().ok());
            let parameter = number.and_then(|number| self.parameters.get(number.checked_sub(1)?));
            let missing = || Error::QueryBuilderError(format!("no parameter for ${piece:.10}").into());
            parameter.ok_or_else(missing)?.walk_ast(out.reborrow())?;
            out.push_sql(rest);
        }
        Ok(())
    }
}

/// Known by its text, as Diesel does where a type alone does not say which statement it is.
impl QueryId for Statement {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for Statement {}
