//! Every query of the administration's pages on 10 million texts and a million accounts: each page has 50 ms. Beside it a
//! bare look at as many rows by their primary key, in turns.
//!
//! - `./dev bench --bench administration -- filtered` measures only what has that in its name.
//! - `texts=100000` fills in fewer texts; accounts are a tenth of that.
//! - `explain` prints how PostgreSQL goes about each query.
//! - `database=URL` takes a database that stays: filled the first time, found filled the next.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    missing_docs,
    reason = "a measurement, not the product"
)]

#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../tests/app/support/database.rs"]
mod database;
#[path = "support/seed.rs"]
mod seed;

use std::time::{Duration, Instant};

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_query, sql_types as t,
};
use latchkey::{
    domain::{brake_reference::BrakeReference, country::Country, ids::MessageId, message_reference::MessageReference},
    features::{
        brakes,
        message_hours::{self, Span},
        messages::{
            search::{self, End, Name, Occasion, Wanted},
            story,
        },
    },
};

const LIMIT: Duration = Duration::from_millis(50);
const TURNS: usize = 11;
/// Rows of a page, and one more that tells whether there is another.
const MOST: i64 = 51;

/// What is measured: the page it is for, what it is, and the query, which answers how many rows it found.
type Measured = (&'static str, &'static str, fn(&mut PgConnection) -> usize);

/// One line for each query of each page. A page's queries add up.
const QUERIES: &[Measured] = &[
    ("overview", "totals of a day", |conn| totals(conn, Span::Day)),
    ("overview", "totals of the day before", |conn| totals(conn, Span::DayBefore)),
    ("overview", "24 hours, each", |conn| message_hours::by_hour(conn).unwrap().len()),
    ("overview", "30 days, each", |conn| message_hours::by_day(conn).unwrap().len()),
    ("messages, a day", "by country and sender", |conn| message_hours::by_country(conn, Span::Day).unwrap().len()),
    ("messages, a day", "errors", |conn| message_hours::errors(conn, Span::Day).unwrap().len()),
    ("messages, a day", "24 hours, each", |conn| message_hours::by_hour(conn).unwrap().len()),
    ("messages, a day", "brakes", |conn| brakes::store::list_recent(conn, 20).unwrap().len()),
    ("messages, a day", "the newest", |conn| list(conn, &Wanted::default(), None)),
    ("messages, 30 days", "by country and sender", |conn| message_hours::by_country(conn, Span::Month).unwrap().len()),
    ("messages, 30 days", "errors", |conn| message_hours::errors(conn, Span::Month).unwrap().len()),
    ("messages, 30 days", "30 days, each", |conn| message_hours::by_day(conn).unwrap().len()),
    ("messages, 30 days", "brakes", |conn| brakes::store::list_recent(conn, 20).unwrap().len()),
    ("messages, 30 days", "the newest", |conn| list(conn, &Wanted::default(), None)),
    ("messages, further back", "before one in the middle", |conn| {
        let before = middle(conn);
        list(conn, &Wanted::default(), Some(before))
    }),
    ("messages, filtered", "one outcome", |conn| list(conn, &ending(&[End::Delivered]), None)),
    ("messages, filtered too", "two outcomes", |conn| list(conn, &ending(&[End::Refused, End::Undelivered]), None)),
    ("messages, filtered a", "a rare outcome", |conn| list(conn, &ending(&[End::Unknown]), None)),
    ("messages, filtered b", "a country", |conn| list(conn, &to("ET"), None)),
    ("messages, filtered c", "a rare country", |conn| list(conn, &to("FR"), None)),
    ("messages, filtered d", "a country without any", |conn| list(conn, &to("IS"), None)),
    ("messages, filtered e", "a purpose", |conn| list(conn, &about(Occasion::PhoneChange), None)),
    ("messages, filtered f", "a purpose in the middle", |conn| {
        let before = middle(conn);
        list(conn, &about(Occasion::Registration), Some(before))
    }),
    ("messages, filtered g", "all three", |conn| {
        let wanted = Wanted { occasion: Some(Occasion::StepUp), ends: Some(vec![End::Refused]), ..to("OM") };
        list(conn, &wanted, None)
    }),
    ("messages, filtered h", "all three, of another country", |conn| {
        let wanted = Wanted { occasion: Some(Occasion::StepUp), ends: Some(vec![End::Held]), ..to("LB") };
        list(conn, &wanted, None)
    }),
    ("messages, found", "a reference", |conn| {
        let reference = MessageReference::of(middle(conn));
        list(conn, &named(Name::Ids(reference.ids(chrono::Utc::now()))), None)
    }),
    ("messages, found a", "a brake's reference", |conn| {
        list(conn, &named(Name::Brake(BrakeReference::parse("KT-4821").unwrap())), None)
    }),
    ("messages, found b", "a brake and a purpose", |conn| {
        let wanted = named(Name::Brake(BrakeReference::parse("KT-4821").unwrap()));
        list(conn, &Wanted { occasion: Some(Occasion::Notice), ..wanted }, None)
    }),
    ("messages, found c", "Twilio's name", |conn| list(conn, &named(Name::Sid(seed::sid(2))), None)),
    ("one message", "its story", |conn| {
        let id = middle(conn);
        usize::from(story::find(conn, id).unwrap().is_some())
    }),
];

fn totals(conn: &mut PgConnection, span: Span) -> usize {
    usize::from(message_hours::totals(conn, span).unwrap().texts > 0)
}

fn list(conn: &mut PgConnection, wanted: &Wanted, before: Option<MessageId>) -> usize {
    search::list(conn, wanted, before, MOST).unwrap().len()
}

fn ending(ends: &[End]) -> Wanted {
    Wanted { ends: Some(ends.to_vec()), ..Wanted::default() }
}

fn to(country: &str) -> Wanted {
    Wanted { country: Some(Country::parse(country).unwrap()), ..Wanted::default() }
}

fn about(occasion: Occasion) -> Wanted {
    Wanted { occasion: Some(occasion), ..Wanted::default() }
}

fn named(name: Name) -> Wanted {
    Wanted { name: Some(name), ..Wanted::default() }
}

/// A text of some days ago.
fn middle(conn: &mut PgConnection) -> MessageId {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Uuid)]
        id: uuid::Uuid,
    }
    let row: Row = sql_query(
        "SELECT id FROM sms_messages WHERE created_at < now() - interval '20 days' ORDER BY created_at DESC LIMIT 1",
    )
    .get_result(conn)
    .unwrap();
    MessageId(row.id)
}

fn main() {
    let options = Options::read();
    let database = options.database.is_none().then(database::Database::create);
    let url = options.database.clone().unwrap_or_else(|| database.as_ref().unwrap().url());
    let conn = &mut latchkey::db::connect(&url).unwrap();
    latchkey::db::migrations::apply(conn).unwrap();
    let started = Instant::now();
    if seed::fill(&url, options.texts, options.texts / 10) {
        let seconds = started.elapsed().as_secs_f64();
        println!("{} texts and {} accounts, filled in {seconds:.0} s", options.texts, options.texts / 10);
    }
    let started = Instant::now();
    let hours = message_hours::count::count_due(conn).unwrap();
    println!("{hours} hours counted in {:.1} s", started.elapsed().as_secs_f64());
    conn.batch_execute("VACUUM ANALYZE message_hours, message_days, message_hour_errors").unwrap();

    if options.explain {
        conn.batch_execute(
            "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_analyze = on;
             SET auto_explain.log_buffers = on; SET client_min_messages = log",
        )
        .unwrap();
    }
    println!(
        "{:24} {:30} {:>5} {:>8} {:>8} {:>8} {:>10}  reads whole",
        "page", "query", "rows", "median", "worst", "by key", "times that"
    );
    let mut pages: Vec<(&str, f64)> = Vec::new();
    for (page, name, query) in QUERIES.iter().filter(|(page, name, _)| format!("{page} {name}").contains(&options.only))
    {
        let (mut ours, mut bare, mut rows) = (Vec::new(), Vec::new(), 0);
        query(conn);
        for _ in 0..TURNS {
            ours.push(timed(|| rows = query(conn)));
            bare.push(timed(|| by_key(conn, rows)));
        }
        ours.sort_by(f64::total_cmp);
        bare.sort_by(f64::total_cmp);
        let (median, worst, bare) = (ours[TURNS / 2], ours[TURNS - 1], bare[TURNS / 2]);
        let whole = read_whole(conn, *query);
        println!("{page:24} {name:30} {rows:5} {median:8.2} {worst:8.2} {bare:8.2} {:10.1}  {whole}", median / bare);
        match pages.last_mut() {
            Some((last, sum)) if last == page => *sum += worst,
            _ => pages.push((page, worst)),
        }
    }
    let limit = LIMIT.as_secs_f64() * 1000.0;
    for (page, sum) in pages.iter().filter(|(_, sum)| *sum > limit) {
        println!("OVER {limit} ms: {page}, {sum:.1} ms");
    }
}

struct Options {
    database: Option<String>,
    texts: usize,
    explain: bool,
    only: String,
}

impl Options {
    fn read() -> Self {
        let mut options = Self { database: None, texts: 10_000_000, explain: false, only: String::new() };
        for argument in std::env::args().skip(1).filter(|argument| !argument.starts_with('-')) {
            match argument.split_once('=') {
                Some(("database", url)) => options.database = Some(url.to_owned()),
                Some(("texts", number)) => options.texts = number.parse().unwrap(),
                _ if argument == "explain" => options.explain = true,
                _ => options.only = argument,
            }
        }
        options
    }
}

fn timed(work: impl FnOnce()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64() * 1000.0
}

/// As many rows by their primary key, as far apart as those of a list.
fn by_key(conn: &mut PgConnection, rows: usize) {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = t::Text)]
        #[allow(dead_code, reason = "read for the sake of reading")]
        row: String,
    }
    let ids = (1..=rows.max(1)).map(|n| format!("'{}'", seed::id(n))).collect::<Vec<_>>().join(",");
    let _: Vec<Row> = sql_query(format!("SELECT m::text AS row FROM sms_messages AS m WHERE id IN ({ids})"))
        .get_results(conn)
        .unwrap();
}

/// The tables of some size that a query reads from end to end.
fn read_whole(conn: &mut PgConnection, query: fn(&mut PgConnection) -> usize) -> String {
    #[derive(QueryableByName)]
    struct Read {
        #[diesel(sql_type = t::Text)]
        tables: String,
    }
    conn.batch_execute("BEGIN").unwrap();
    query(conn);
    let read: Read = sql_query(
        "SELECT coalesce(string_agg(relname, ' '), '-') AS tables FROM pg_stat_xact_user_tables
         WHERE seq_scan > 0 AND seq_tup_read > 2000",
    )
    .get_result(conn)
    .unwrap();
    conn.batch_execute("ROLLBACK").unwrap();
    read.tables
}
