//! The installation under attack: the rules of the program itself on a real database, under a clock that we set.
//!
//! PostgreSQL looks functions up in the order of `search_path`. Here `public` comes before its own, so the two clocks
//! defined there take the place of PostgreSQL's in every statement and in every column's default. A day passes in the
//! time that its texts take.

use std::{collections::BTreeMap, time::Duration};

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{BigInt, Double, Integer, Nullable, SmallInt, Text as SqlText, Uuid},
};
use latchkey::{
    db::{self, DbError, migrations, statement},
    domain::{
        client_address::ClientAddress,
        country::Country,
        ids::{BrowserId, ChallengeId, MessageId},
        phone_number::PhoneNumber,
    },
    features::{
        brakes,
        budget::{self, Expense},
        countries::Class,
        messages::reserve::{self, Asker, Limits, NotReserved, Text},
    },
    sms::TextKind,
};

/// A point in simulated time, since midnight of the first day.
pub type Moment = Duration;

/// Midnight of a Monday in March 2026, UTC.
const FIRST_DAY: f64 = 1_772_409_600.0;

const CLOCKS: &str = "
    CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE sql STABLE
        AS $$ SELECT to_timestamp(current_setting('simulated.clock')::float8) $$;
    CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE
        AS $$ SELECT to_timestamp(current_setting('simulated.clock')::float8) $$;
    SET search_path = public, pg_catalog;
    SET synchronous_commit = off;
    SET client_min_messages = warning;";

const START_AGAIN: &str = "
    TRUNCATE sms_messages, phone_verifications, sms_hours, spending, brakes CASCADE;
    UPDATE sms_hours_written SET until = date_trunc('hour', now(), 'UTC');
    DELETE FROM budgets;
    INSERT INTO budgets SELECT * FROM first_budgets;";

/// A text that somebody asks for.
pub struct Wish {
    pub to: PhoneNumber,
    pub from: ClientAddress,
    pub browser: BrowserId,
    pub challenge: ChallengeId,
    /// Which text of the challenge, from 1.
    pub send: i16,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Sent,
    Refused(Why),
}

/// Which rule refused it. The person is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    BrakeEverywhere,
    BrakeOnCountry,
    BrakeOnRange,
    /// One of the exact limits: of a number, an address, the installation.
    Limit,
    Budget,
}

pub struct Installation {
    conn: PgConnection,
    limits: Limits,
    /// What a text is assumed to cost, in US dollars.
    prices: BTreeMap<&'static str, f64>,
}

impl Installation {
    /// Migrates an empty database. One with tables in it is somebody's.
    pub fn open(url: &str) -> Result<Self, String> {
        let said = |error: &dyn std::fmt::Display| format!("{error}");
        let mut conn = PgConnection::establish(url).map_err(|error| said(&error))?;
        if count(&mut conn, "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") > 0 {
            return Err("the database of DATABASE_URL is not empty".to_owned());
        }
        conn.batch_execute(CLOCKS).map_err(|error| said(&error))?;
        set_clock(&mut conn, Moment::ZERO);
        migrations::apply(&mut conn).map_err(|error| said(&error))?;
        conn.batch_execute("CREATE TABLE first_budgets AS TABLE budgets").map_err(|error| said(&error))?;
        let prices = Country::HOME.map(|country| {
            let micros = count(
                &mut conn,
                &format!("SELECT price_micros FROM country_policies WHERE country = '{}'", country.code()),
            );
            (country.code(), micros as f64 / 1e6)
        });
        Ok(Self { conn, limits: Limits::new(5, 10), prices: prices.into() })
    }

    /// Forgets everything but the policies, and gives the budget of a new installation, or so many of them.
    pub fn start_again(&mut self, budgets: i64) {
        set_clock(&mut self.conn, Moment::ZERO);
        self.conn.batch_execute(START_AGAIN).unwrap();
        statement(
            "UPDATE budgets SET hour_micros = hour_micros * $1, day_micros = day_micros * $1,
                   month_micros = month_micros * $1",
        )
        .bind::<BigInt, _>(budgets)
        .execute(&mut self.conn)
        .unwrap();
    }

    pub fn set_clock(&mut self, now: Moment) {
        set_clock(&mut self.conn, now);
    }

    pub fn price(&self, country: Country) -> f64 {
        self.prices[country.code()]
    }

    /// Remembers an hour of texts before the first day.
    pub fn remember(&mut self, country: Country, hours_ago: i32, sent: i32, entered: i32) {
        statement(
            "INSERT INTO sms_hours (country, number_range, hour, sent, entered)
             VALUES ($1, '', now() - make_interval(hours => $2), $3, $4)",
        )
        .bind::<SqlText, _>(country.code())
        .bind::<Integer, _>(hours_ago)
        .bind::<Integer, _>(sent)
        .bind::<Integer, _>(entered)
        .execute(&mut self.conn)
        .unwrap();
    }

    /// Asks for a text as the registration does, and lets the worker send it.
    pub fn ask(&mut self, wish: &Wish) -> Answer {
        let text = Text {
            kind: TextKind::Verification,
            to: wish.to.clone(),
            locale: "en".to_owned(),
            challenge: wish.challenge,
            send: wish.send,
            decoy: false,
        };
        let asker = Asker::Stranger { address: wish.from, browser: wish.browser };
        let limits = self.limits;
        let reserved = db::transaction(&mut self.conn, |conn| {
            renew(conn, wish)?;
            reserve::reserve(conn, &limits, &asker, &text)
        });
        match reserved {
            Ok(reserved) => self.send(reserved.message),
            Err(NotReserved::TooMany { .. }) => Answer::Refused(self.which_cap(&wish.to)),
            Err(NotReserved::Db(error)) => panic!("{error}"),
        }
    }

    /// The worker's part, and which rule has refused what there is nothing to send for.
    fn send(&mut self, message: MessageId) -> Answer {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Nullable<SqlText>)]
            rule: Option<String>,
        }
        let Row { rule } = statement(
            "UPDATE sms_messages AS m SET state = CASE state WHEN 'queued' THEN 'sent' ELSE state END WHERE id = $1
             RETURNING (SELECT rule FROM brakes AS b WHERE b.id = m.brake_id) AS rule",
        )
        .bind::<Uuid, _>(message)
        .get_result(&mut self.conn)
        .unwrap();
        match rule {
            None => Answer::Sent,
            Some(rule) if rule.starts_with("range") => Answer::Refused(Why::BrakeOnRange),
            Some(rule) if rule.starts_with("everywhere") => Answer::Refused(Why::BrakeEverywhere),
            Some(_) => Answer::Refused(Why::BrakeOnCountry),
        }
    }

    /// The budget and the limits answer alike; asked once more, the budget says whether it was the one.
    fn which_cap(&mut self, to: &PhoneNumber) -> Why {
        let country = to.country();
        let price = country.map_or(0.0, |country| self.price(country));
        let expense = Expense { country, class: Class::Unproven, micros: (price * 1e6) as i64 };
        match budget::wait_for_room(&mut self.conn, &expense).unwrap() {
            Some(_) => Why::Budget,
            None => Why::Limit,
        }
    }

    /// Enters the right code.
    pub fn enter(&mut self, challenge: ChallengeId, from: ClientAddress) {
        statement("UPDATE phone_verifications SET used_at = now(), used_from = $2 WHERE id = $1")
            .bind::<Uuid, _>(challenge)
            .bind::<SqlText, _>(from.keys().address)
            .execute(&mut self.conn)
            .unwrap();
    }

    /// What housekeeping does about the brake.
    pub fn tidy(&mut self) {
        brakes::store::write_hours(&mut self.conn).unwrap();
        brakes::end_what_is_over(&mut self.conn).unwrap();
    }

    /// Counts what is in the tables, as PostgreSQL does by itself where it is left alone: else it reads whole tables.
    pub fn analyze(&mut self) {
        self.conn.batch_execute("ANALYZE sms_messages, sms_hours, phone_verifications").unwrap();
    }

    /// How many decisions hold texts back.
    pub fn brakes(&mut self) -> i64 {
        count(&mut self.conn, "SELECT count(*) FROM brakes WHERE ended_at IS NULL AND NOT alert_only")
    }
}

/// The challenge as it is before its next text. The library's own functions ask `CURRENT_TIMESTAMP`, which no
/// `search_path` can turn.
fn renew(conn: &mut PgConnection, wish: &Wish) -> Result<(), DbError> {
    statement(
        "INSERT INTO phone_verifications AS pv (id, purpose, phone_number, expires_at)
         VALUES ($1, 'registration', $2, now() + interval '10 minutes')
         ON CONFLICT (id) DO UPDATE SET sends = $3, last_send_at = now(), expires_at = now() + interval '10 minutes'",
    )
    .bind::<Uuid, _>(wish.challenge)
    .bind::<SqlText, _>(wish.to.e164().to_owned())
    .bind::<SmallInt, _>(wish.send)
    .execute(conn)?;
    Ok(())
}

fn set_clock(conn: &mut PgConnection, now: Moment) {
    statement("SELECT set_config('simulated.clock', ($1)::text, false)")
        .bind::<Double, _>(FIRST_DAY + now.as_secs_f64())
        .execute(conn)
        .unwrap();
}

fn count(conn: &mut PgConnection, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    sql_query(format!("SELECT ({sql})::bigint AS number")).get_result::<Row>(conn).unwrap().number
}
