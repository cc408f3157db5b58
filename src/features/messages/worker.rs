//! The worker: takes queued messages, makes their codes, calls the provider, records the outcome.
//!
//! The row is marked `sending` and the code's MAC is stored in one committed transaction before the call. A crash
//! after that leaves the row in `sending`, which becomes `unknown`: nothing is sent twice for one reservation.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rand::RngExt as _;
use tokio::sync::Semaphore;

use super::{Kind, store};
use crate::{
    app::App,
    db::{self, DbError},
    domain::{ids::MessageId, one_time_code::OneTimeCode, phone_number::PhoneNumber},
    features::phone_verifications::{self, store as challenges},
    sms::{CodeOwner, Fault, Outgoing, SendFailure, texts},
    web::words::Words,
};

/// Calls to the provider at the same time, per instance.
const PARALLEL_CALLS: usize = 16;
/// Attempts for a message that surely was not sent.
const MOST_ATTEMPTS: i16 = 5;
/// The first wait before trying again; it doubles.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);

/// Runs until the program stops, then waits for the calls that are under way.
pub async fn run(app: App) {
    let calls = Arc::new(Semaphore::new(PARALLEL_CALLS));
    while !app.outcomes.is_stopping() {
        app.outcomes.queued.notified().await;
        send_all_due(&app, &calls).await;
    }
    let _ = calls.acquire_many(PARALLEL_CALLS as u32).await;
}

async fn send_all_due(app: &App, calls: &Arc<Semaphore>) {
    while let Ok(permit) = Arc::clone(calls).acquire_owned().await {
        match take_next(app).await {
            Ok(Taken::Message(message)) => {
                let app = app.clone();
                actix_web::rt::spawn(async move {
                    deliver(&app, *message).await;
                    drop(permit);
                });
            }
            Ok(Taken::NotNow) => {}
            Ok(Taken::Nothing) => return,
            Err(error) => {
                log::error!("event=sms_queue_unreadable error={:?}", error.to_string());
                return;
            }
        }
    }
}

struct Message {
    id: MessageId,
    challenge: crate::domain::ids::ChallengeId,
    send: i16,
    attempts: i16,
    withheld: bool,
    outgoing: Outgoing,
}

enum Taken {
    Message(Box<Message>),
    /// It need not be sent any more, or not yet.
    NotNow,
    Nothing,
}

/// Takes one message and gives it its code, in one transaction that is committed before the provider is called.
async fn take_next(app: &App) -> Result<Taken, DbError> {
    let taker = app.clone();
    app.db
        .run(move |conn| {
            db::transaction(conn, |conn| {
                let Some(claimed) = store::claim_next(conn, taker.sms.name())? else { return Ok(Taken::Nothing) };
                let (Some(challenge), Some(purpose), Some(Kind::Code(kind))) =
                    (claimed.verification_id, claimed.purpose, Kind::parse(&claimed.kind))
                else {
                    store::settle_superseded(conn, claimed.id)?;
                    return Ok(Taken::NotNow);
                };
                let number = PhoneNumber::from_stored(claimed.phone_number);
                let (code, sendable) = match taker.sms.code_owner() {
                    CodeOwner::Latchkey => {
                        let code = OneTimeCode::generate();
                        let ring = &taker.keys.one_time_code;
                        let mac = phone_verifications::code_mac(ring, challenge, &purpose, number.e164(), &code);
                        (Some(code), challenges::put_code(conn, challenge, claimed.send_number, &mac)?)
                    }
                    // Nothing starts at Twilio, so nothing there has to make way.
                    CodeOwner::Twilio if claimed.withheld => {
                        (None, challenges::find_sendable(conn, challenge, claimed.send_number)?)
                    }
                    CodeOwner::Twilio => {
                        // Two that start at once would be given one verification, and with it one code (SMS-14).
                        store::lock_number(conn, number.e164())?;
                        if store::another_is_under_way(conn, claimed.id, number.e164())? {
                            store::put_back(conn, claimed.id)?;
                            return Ok(Taken::NotNow);
                        }
                        (None, challenges::make_way(conn, challenge, claimed.send_number, number.e164())?)
                    }
                };
                let Some(sendable) = sendable else {
                    store::settle_superseded(conn, claimed.id)?;
                    return Ok(Taken::NotNow);
                };
                let words = Words::for_locale(&claimed.locale);
                let origin = taker.origin_line_for(&number);
                let body = code.as_ref().map(|code| texts::body(kind, code, origin.as_deref(), &words.0));
                let outgoing = Outgoing {
                    to: number,
                    kind,
                    body: body.unwrap_or_default(),
                    code,
                    language: claimed.locale,
                    valid_for: sendable.valid_for,
                    replaces: sendable.replaces,
                };
                Ok(Taken::Message(Box::new(Message {
                    id: claimed.id,
                    challenge,
                    send: claimed.send_number,
                    attempts: claimed.attempts,
                    withheld: claimed.withheld,
                    outgoing,
                })))
            })
        })
        .await
}

async fn deliver(app: &App, message: Message) {
    let Message { id, challenge, send, attempts, withheld, outgoing } = message;
    if withheld {
        tokio::time::sleep(app.call_time.last()).await;
        log::warn!("event=sms_withheld message={id}");
        return note(id, app.db.run(move |conn| store::settle_withheld(conn, id)).await);
    }
    let started = Instant::now();
    let result = app.sms.send(&outgoing).await;
    app.call_time.note(started.elapsed());
    log_result(id, app.sms.name(), attempts, &result);
    let recorded = app.db.run(move |conn| {
        db::transaction(conn, |conn| match result {
            Ok(accepted) => {
                if let (None, Some(sid)) = (&outgoing.code, &accepted.sid) {
                    challenges::put_provider_sid(conn, challenge, send, sid)?;
                }
                store::settle_sent(conn, id, accepted.sid.as_deref())
            }
            Err(SendFailure::Refused(refusal)) => store::settle_refused(conn, id, refusal.code, refusal.fault),
            Err(SendFailure::Unknown { .. }) => store::settle_unknown(conn, id),
            Err(SendFailure::NotReached { retry_after, .. }) => {
                let wait = retry_after.unwrap_or_else(|| backoff(attempts));
                if attempts < MOST_ATTEMPTS && wait < outgoing.valid_for {
                    store::retry_later(conn, id, wait)
                } else {
                    store::settle_refused(conn, id, None, Fault::TryLater)
                }
            }
        })
    });
    note(id, recorded.await);
}

fn note(id: MessageId, recorded: Result<(), DbError>) {
    if let Err(error) = recorded {
        // The row stays in `sending` and becomes `unknown`: what may have been sent is not sent again.
        log::error!("event=sms_outcome_not_recorded message={id} error={:?}", error.to_string());
    }
}

/// How long a call to the provider took the last time: a withheld message takes as long.
pub struct CallTime(AtomicU64);

impl Default for CallTime {
    /// What a call to Twilio takes from most places, until one has been made.
    fn default() -> Self {
        Self(AtomicU64::new(300))
    }
}

impl CallTime {
    fn note(&self, took: Duration) {
        self.0.store(u64::try_from(took.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// What a call that is not made is given.
    pub fn last(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

fn log_result(id: MessageId, provider: &str, attempt: i16, result: &Result<crate::sms::Accepted, SendFailure>) {
    match result {
        Ok(_) => log::info!("event=sms_sent message={id} provider={provider} attempt={attempt}"),
        Err(SendFailure::Refused(refusal)) if !refusal.fault.needs_operator() => {
            log::warn!("event=sms_refused message={id} provider={provider} why={:?}", refusal.to_string());
        }
        Err(failure) => {
            let why = failure.to_string();
            log::error!("event=sms_failed message={id} provider={provider} attempt={attempt} why={why:?}");
        }
    }
}

/// Doubles with each attempt, and a random half of it keeps those who failed together from coming back together.
fn backoff(attempts: i16) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(6);
    let full = FIRST_BACKOFF * 2_u32.pow(doublings);
    let jitter = rand::rng().random_range(0.5..=1.0);
    full.mul_f64(jitter)
}
