//! Three months of a large installation: texts with their deliveries, accounts with their profiles, and what happened to
//! them. Plain SQL without indexes, constraints and triggers, which come back afterwards.

use std::sync::OnceLock;

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_query,
    sql_types as t,
};

/// Texts are kept for so long.
const DAYS: usize = 90;

/// The moment of the newest text, in milliseconds, and how far apart texts are.
static TIMES: OnceLock<(usize, usize)> = OnceLock::new();

/// The id of the nth newest text, which as in earnest begins with its millisecond.
pub fn id(n: usize) -> String {
    let (newest, step) = TIMES.get().unwrap();
    format!("{:012x}7{:03x}8{n:015x}", newest - n * step, n % 4096)
}

/// Twilio's name for it.
pub fn sid(n: usize) -> String {
    format!("SM{:08x}{n:024x}", n * 2_654_435_761 % 4_294_967_296)
}

/// Fills a database, unless it is filled. Answers whether it was empty.
pub fn fill(url: &str, texts: usize, accounts: usize) -> bool {
    #[derive(QueryableByName)]
    struct Newest {
        #[diesel(sql_type = t::Nullable<t::BigInt>)]
        millis: Option<i64>,
    }
    let conn = &mut PgConnection::establish(url).unwrap();
    let step = DAYS * 24 * 60 * 60 * 1000 / texts;
    let filled: Newest = sql_query(
        "SELECT ('x' || left(replace(max(id::text), '-', ''), 12))::bit(48)::bigint AS millis FROM sms_messages
         WHERE created_at > now() - interval '2 days'",
    )
    .get_result(conn)
    .unwrap();
    if let Some(millis) = filled.millis {
        TIMES.set((usize::try_from(millis).unwrap() + step, step)).unwrap();
        return false;
    }
    let newest = usize::try_from(chrono::Utc::now().timestamp_millis()).unwrap();
    TIMES.set((newest, step)).unwrap();
    conn.batch_execute(
        "SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = '512MB';
         SET work_mem = '64MB'; SET timezone = 'UTC'",
    )
    .unwrap();
    conn.batch_execute("ALTER SYSTEM SET max_wal_size = '4GB'").unwrap();
    conn.batch_execute("SELECT pg_reload_conf()").unwrap();
    let indexes = drop_indexes(conn);
    for statement in [ACCOUNTS, PROFILES, ACTIVITY, CHALLENGES, TEXTS, DELIVERIES, BRAKES, COUNTED] {
        let statement = statement
            .replace("{texts}", &texts.to_string())
            .replace("{accounts}", &accounts.to_string())
            .replace("{newest}", &newest.to_string())
            .replace("{step}", &step.to_string());
        timed(&statement, || conn.batch_execute(&statement).unwrap());
    }
    for index in indexes {
        timed(&index, || conn.batch_execute(&index).unwrap());
    }
    timed("VACUUM ANALYZE", || conn.batch_execute("VACUUM ANALYZE").unwrap());
    true
}

fn timed(what: &str, work: impl FnOnce()) {
    let started = std::time::Instant::now();
    work();
    let seconds = started.elapsed().as_secs_f64();
    if seconds > 1.0 {
        let line: String = what.split_whitespace().take(5).collect::<Vec<_>>().join(" ");
        println!("{seconds:7.1} s  {line}");
    }
}

/// Drops what slows the filling down, and answers how to make it again.
fn drop_indexes(conn: &mut PgConnection) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Index {
        #[diesel(sql_type = t::Text)]
        dropping: String,
        #[diesel(sql_type = t::Text)]
        making: String,
    }
    let indexes: Vec<Index> = sql_query(
        "SELECT coalesce('ALTER TABLE ' || c.conrelid::regclass || ' DROP CONSTRAINT ' || c.conname,
                         'DROP INDEX ' || i.indexrelid::regclass) AS dropping,
             coalesce('ALTER TABLE ' || c.conrelid::regclass || ' ADD CONSTRAINT ' || c.conname || ' '
                          || pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) AS making
         FROM pg_index AS i LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.contype = 'u'
         WHERE i.indrelid IN ('sms_messages'::regclass, 'deliveries'::regclass, 'users'::regclass, 'activity'::regclass)
             AND NOT i.indisprimary",
    )
    .get_results(conn)
    .unwrap();
    for index in &indexes {
        conn.batch_execute(&index.dropping).unwrap();
    }
    indexes.into_iter().map(|index| index.making).collect()
}

const ACCOUNTS: &str = "
    INSERT INTO users (id, role, email, password_hash, locale, phone_number, phone_verified_at, terms_accepted_at, created_at,
                       owner_seen_at, two_factor_method)
    SELECT ('019' || lpad(to_hex(k), 9, '0') || '7000' || '8' || lpad(to_hex(k), 15, '0'))::uuid,
        CASE k % 3 WHEN 0 THEN 'sponsor' ELSE 'maid' END,
        CASE WHEN k % 3 = 0 OR k % 5 = 0 THEN 'person' || k || '@example.com' END,
        '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'en',
        '+2519' || 10000000 + k, made, made, made, made, CASE WHEN k % 4 = 0 THEN 'sms' ELSE 'none' END
    FROM generate_series(1, {accounts}) AS k, LATERAL (SELECT now() - (k % 1000) * interval '9 hours' AS made) AS m";

const PROFILES: &str = "
    WITH named AS (
        SELECT id, role, row_number() OVER () AS k,
            (ARRAY['Hanna','Salma','Almaz','Tigist','Maria','Fatima','Noura','Layla','Bethlehem','Saba','Mona','Rahel'])[1 + k % 12]
                || ' ' ||
            (ARRAY['Tesfaye','Haddad','Bekele','Kebede','Santos','Al Harbi','Khoury','Abebe','Girma','Nasser','Alemu'])[1 + k / 12 % 11]
                || ' ' || k AS name
        FROM (SELECT id, role, row_number() OVER ()::integer AS k FROM users) AS u
    ), sponsors AS (
        INSERT INTO sponsor_profiles (user_id, full_name) SELECT id, name FROM named WHERE role = 'sponsor'
    )
    INSERT INTO maid_profiles (user_id, full_name) SELECT id, name FROM named WHERE role = 'maid'";

const ACTIVITY: &str = "
    INSERT INTO activity (user_id, event, address, browser, happened_at)
    SELECT id, event, '10.0.0', NULL, created_at + interval '1 minute' * number
    FROM users, unnest(ARRAY['registered', 'signed_in', 'signed_out']) WITH ORDINALITY AS e (event, number)";

/// They are kept for a day. Three of four codes are entered.
const CHALLENGES: &str = "
    INSERT INTO phone_verifications (id, purpose, phone_number, last_send_at, expires_at, used_at, used_from, created_at)
    SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'registration', '+2519' || 10000000 + n, at,
        at + interval '10 minutes', CASE WHEN n % 4 > 0 THEN at + interval '1 minute' END,
        CASE WHEN n % 4 > 0 THEN '10.0.' || n % 200 || '.' || n % 251 END, at
    FROM generate_series(1, {texts} / 90) AS n, LATERAL (SELECT to_timestamp(({newest} - n::bigint * {step}) / 1000.0) AS at) AS t";

/// The oldest first, as they came. A text forgets its number and address after 30 days.
const TEXTS: &str = "
    INSERT INTO sms_messages (id, verification_id, send_number, kind, phone_number, phone_hash, locale, user_id, browser_id,
        address, address_block, stranger, withheld, state, attempts, next_attempt_at, provider, provider_sid, error_code,
        fault, created_at, claimed_at, settled_at, notice, country, spent_micros, brake_id, arrival, arrived_ms)
    SELECT (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid,
        CASE WHEN n <= {texts} / 90 AND NOT notice THEN ('00000000-0000-7000-9000-' || lpad(to_hex(n), 12, '0'))::uuid END,
        1, kind, CASE WHEN named THEN number END, CASE WHEN NOT named THEN decode(md5(number) || md5(kind), 'hex') END, 'en',
        CASE WHEN NOT stranger THEN owner END, CASE WHEN named AND NOT notice THEN owner END,
        CASE WHEN named AND stranger THEN '10.0.' || n % 200 || '.' || n % 251 END,
        CASE WHEN named AND stranger THEN '10.0.' || n % 200 || '.' || n % 251 END,
        stranger, state = 'withheld', state, 1, at, CASE WHEN state <> 'failed' OR b >= 10 THEN 'messaging' END,
        CASE WHEN state = 'sent' THEN sid END,
        CASE WHEN state = 'failed' AND b >= 10 THEN 21614 WHEN state = 'sent' AND b BETWEEN 40 AND 65 THEN (ARRAY[30003, 30005, 30006, 30008])[1 + n % 4] END,
        CASE WHEN state = 'failed' THEN CASE WHEN b < 10 THEN 'paused' ELSE 'no_sms' END END,
        at, at + interval '200 milliseconds', at + interval '500 milliseconds', notice, country,
        CASE WHEN state IN ('sent', 'unknown') THEN 350000 ELSE 0 END,
        CASE WHEN state = 'failed' AND b < 10 THEN '00000000-0000-7000-a000-000000000001'::uuid END,
        CASE WHEN state = 'sent' THEN CASE WHEN b BETWEEN 40 AND 65 THEN 'undelivered' WHEN b < 990 THEN 'delivered' END END,
        CASE WHEN state = 'sent' AND b BETWEEN 66 AND 989 THEN 900 + (c * c) % 20000 END
    FROM (
        SELECT *, to_timestamp(ms / 1000.0) AS at, n <= {texts} / 3 AS named, '+2519' || 10000000 + n % 80000000 AS number,
            ('019' || lpad(to_hex(1 + n % ({texts} / 10)), 9, '0') || '70008' || lpad(to_hex(1 + n % ({texts} / 10)), 15, '0'))::uuid AS owner,
            kind IN ('verification', 'phone_change') AS stranger, kind IN ('password_set', 'unusual_sign_in', 'two_factor_on') AS notice,
            CASE WHEN b < 30 THEN 'failed' WHEN b < 33 THEN 'unknown' WHEN b < 38 THEN 'withheld' WHEN b < 40 THEN 'superseded'
                ELSE 'sent' END AS state
        FROM (
            SELECT n, {newest} - n * {step} AS ms, 'SM' || lpad(to_hex(n * 2654435761 % 4294967296), 8, '0') || lpad(to_hex(n), 24, '0') AS sid,
                CASE WHEN a < 550 THEN 'ET' WHEN a < 700 THEN 'SA' WHEN a < 780 THEN 'AE' WHEN a < 840 THEN 'KW' WHEN a < 890 THEN 'QA'
                    WHEN a < 930 THEN 'LB' WHEN a < 960 THEN 'JO' WHEN a < 980 THEN 'BH' WHEN a < 999 THEN 'OM'
                    ELSE (ARRAY['FR','DE','KE','IN','PH','LK','NP','BD','EG','US'])[1 + c % 10] END AS country,
                CASE WHEN c < 480 THEN 'verification' WHEN c < 700 THEN 'sign_in' WHEN c < 780 THEN 'step_up'
                    WHEN c < 850 THEN 'password_reset' WHEN c < 870 THEN 'phone_change' WHEN c < 920 THEN 'password_set'
                    WHEN c < 960 THEN 'unusual_sign_in' ELSE 'two_factor_on' END AS kind, b, c
            FROM (SELECT n, (hashint8(n) & 2147483647) % 1000 AS a, (hashint8(n + 40000000) & 2147483647) % 1000 AS b,
                      (hashint8(n + 80000000) & 2147483647) % 1000 AS c
                  FROM generate_series({texts}::bigint, 1, -1) AS n) AS dice
        ) AS drawn
    ) AS texts";

const DELIVERIES: &str = "
    INSERT INTO deliveries (message_id, provider_sid, status, heard_at, error_code, segments, price_micros, price_unit,
        statuses, heard_ats)
    SELECT id, provider_sid, coalesce(arrival, 'sent'), settled_at + interval '3 seconds',
        error_code, 1, 350000, 'USD',
        CASE WHEN phone_number IS NULL THEN '{}' ELSE ARRAY['queued', 'sent', coalesce(arrival, 'sent')] END,
        CASE WHEN phone_number IS NULL THEN '{}'
            ELSE ARRAY[settled_at, settled_at + interval '1 second', settled_at + interval '3 seconds'] END
    FROM sms_messages WHERE state = 'sent'";

/// One that held everything of the three months, and many that held nothing more.
const BRAKES: &str = "
    INSERT INTO brakes (id, reference, country, number_range, rule, why, alert_only, began_at, ended_at)
    SELECT ('00000000-0000-7000-a000-' || lpad(to_hex(k), 12, '0'))::uuid, CASE k WHEN 1 THEN 'KT-4821' ELSE 'AA-' || lpad(k::text, 4, '0') END,
        'ET', '+2519' || k, 'range_hour', '6 texts of the last hour wait for their code to be entered, and 5 may', k % 5 = 0,
        now() - k * interval '1 hour', CASE WHEN k > 3 THEN now() - k * interval '1 hour' + interval '30 minutes' END
    FROM generate_series(1, 2000) AS k";

const COUNTED: &str = "UPDATE message_hours_counted SET until = date_trunc('hour', now() - interval '32 days', 'UTC')";
