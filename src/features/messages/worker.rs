//! The worker: takes queued messages, makes their codes, calls the provider, records the outcome.
//!
//! Messages with a code and notices go one way; they differ only in how they are readied (`ready_code`,
//! `ready_notice`). A code may be superseded before it leaves, and so may a notice that carries one.
//!
//! The row is marked `sending`, who carries it is chosen and our code's MAC is stored in one committed transaction before
//! the call. A crash after that leaves the row in `sending`, which becomes `unknown`: nothing is sent twice for one
//! reservation.
//!
//! What surely was not sent goes on by the next provider of the country's order, if the first was not reached or refused
//! for reasons of its own. What may have been sent does not: only the person can ask for another code, which may then go
//! another way.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::PgConnection;
use rand::RngExt as _;
use tokio::sync::Semaphore;

use super::{
    Kind,
    store::{self, Claimed},
    story,
};
use crate::{
    app::App,
    db::{self, DbError},
    domain::{
        action_code::ActionCode,
        ids::{ChallengeId, MessageId},
        one_time_code::OneTimeCode,
        phone_number::PhoneNumber,
    },
    features::{
        action_codes, budget,
        circuits::{self, Said, Sending},
        countries::{self, Class, Policy},
        deliveries::{self, count::Learnt},
        phone_verifications::{
            self, Purpose,
            store::{self as challenges, Sendable},
        },
    },
    metrics::{self, TextEnd},
    sms::{CodeOwner, Content, Fault, NoticeKind, Outgoing, ProviderChoice, SendFailure, Subject, TextKind, texts},
    web::words::Words,
};

/// Calls to the provider at the same time, per instance.
const PARALLEL_CALLS: usize = 16;
/// Attempts for a message that surely was not sent.
const MOST_ATTEMPTS: i16 = 5;
/// The first wait before trying again; it doubles.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);
/// How long Twilio goes on trying to bring a notice to a phone that is off: long enough for a shift or an evening without
/// signal. One that came a day later would sound like something new.
const NOTICE_LIFETIME: Duration = Duration::from_secs(4 * 60 * 60);

/// Runs until the program stops, then waits for the calls that are under way.
pub async fn run(app: App) {
    if app.sms.for_notices().is_none() {
        log::warn!(
            "event=notices_cannot_be_sent why=\"Verify sends codes only\" \
             set=\"TWILIO_PHONE_NUMBER or TWILIO_MESSAGING_SERVICE_SID\""
        );
    }
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
                    let leftovers = deliver(&app, *message).await;
                    drop(permit);
                    cancel(&app, &leftovers).await;
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
    attempts: i16,
    withheld: bool,
    kind: Kind,
    waited: Duration,
    /// Whose code it brings; a notice brings none.
    code_of: Option<CodeOf>,
    provider: ProviderChoice,
    /// How many providers could carry it.
    providers: usize,
    outgoing: Outgoing,
    /// Verifications at Twilio that it takes the place of, and whose codes are worth nothing here any more.
    leftovers: Vec<String>,
}

/// A challenge, and which send of it.
#[derive(Clone, Copy)]
struct CodeOf {
    challenge: ChallengeId,
    send: i16,
    purpose: &'static str,
}

enum Taken {
    Message(Box<Message>),
    /// It need not be sent any more, or not yet.
    NotNow,
    Nothing,
}

/// Takes one message and readies it, in one transaction that is committed before the provider is called.
async fn take_next(app: &App) -> Result<Taken, DbError> {
    let taker = app.clone();
    app.db
        .run(move |conn| {
            db::transaction(conn, |conn| {
                let (codes, notices) = (taker.sms.first(), taker.sms.for_notices());
                let claimed = store::claim_next(conn, codes.as_str(), notices.map(ProviderChoice::as_str))?;
                let Some(claimed) = claimed else { return Ok(Taken::Nothing) };
                match Kind::parse(&claimed.kind) {
                    Some(Kind::Code(kind)) => ready_code(conn, &taker, claimed, kind),
                    Some(Kind::Notice(kind)) => ready_notice(conn, &taker, claimed, kind),
                    // Queued by a newer release than this one.
                    None => superseded(conn, claimed.id),
                }
            })
        })
        .await
}

/// Gives a message its code, unless the challenge is over or a newer send has taken this one's place.
fn ready_code(conn: &mut PgConnection, app: &App, claimed: Claimed, kind: TextKind) -> Result<Taken, DbError> {
    let Claimed { id, locale, .. } = claimed;
    let waited = Duration::from_secs_f64(claimed.waited.max(0.0));
    let (Some(challenge), Some(purpose)) = (claimed.verification_id, claimed.purpose) else {
        return superseded(conn, id);
    };
    let send = claimed.send_number;
    let to = PhoneNumber::from_stored(claimed.phone_number);
    // As it stands now: a country may have been closed since the text was reserved.
    let policy = countries::policy_for(conn, &to)?;
    if !policy.allows(Kind::Code(kind).class()) {
        return refuse(conn, id, Fault::Country);
    }
    let order = app.sms.in_order(&policy.providers);
    // After a first attempt somebody else gets it, if there is somebody else.
    let after = claimed.had_by.as_deref().filter(|_| claimed.attempts > 1).and_then(ProviderChoice::parse);
    let sending = Sending { to: &to, after, is_first_try: send == 1 && claimed.attempts == 1 };
    let Some(chosen) = circuits::choose(conn, &order, &sending)? else { return refuse(conn, id, Fault::Ours) };
    // Verify picks its own.
    let sender = policy.sender.as_ref().filter(|_| chosen.provider.code_owner() == CodeOwner::Latchkey);
    if chosen.provider != app.sms.first() || sender.is_some() {
        store::give_to(conn, id, chosen.provider.as_str(), sender)?;
    }
    let (content, valid_for, leftovers) = match chosen.provider.code_owner() {
        CodeOwner::Latchkey => {
            let code = OneTimeCode::generate();
            let mac = phone_verifications::code_mac(&app.keys.one_time_code, challenge, &purpose, to.e164(), &code);
            let Some(sendable) = challenges::put_code(conn, challenge, send, &mac)? else {
                return superseded(conn, id);
            };
            let origin = app.origin_host().filter(|_| policy.origin_line);
            let body = word(app, kind, &code, origin.as_deref(), &Words::for_locale(&locale), &policy);
            if !claimed.withheld && !count_segments(conn, id, &policy, &body)? {
                return refuse(conn, id, Fault::Ours);
            }
            let content = Content::Ours { subject: Subject::Code { kind, code }, body };
            (content, sendable.valid_for, sendable.replaces)
        }
        CodeOwner::Twilio => {
            // Two that start at once would be given one verification, and with it one code (SMS-14). What is withheld goes
            // the same way: whoever asks again sees what becomes of the code before.
            store::lock_number(conn, to.e164())?;
            if store::another_is_under_way(conn, id, to.e164())? {
                store::put_back(conn, id)?;
                return Ok(Taken::NotNow);
            }
            let settled = store::list_settled_sends(conn, &to)?;
            let sendable = challenges::make_way(conn, challenge, send, to.e164(), &settled, claimed.withheld)?;
            let Some(Sendable { valid_for, replaces }) = sendable else { return superseded(conn, id) };
            if claimed.attempts > 1 && !claimed.withheld {
                // An attempt with words of ours may have counted fewer segments than Twilio's may have.
                budget::count(conn, id, policy.most_micros())?;
            }
            (Content::CodeOfVerify { language: locale, replaces }, valid_for, Vec::new())
        }
    };
    // What is withheld goes the way of the others and leaves the trying to them: it has nothing to tell.
    if !claimed.withheld && !circuits::take_probe(conn, id, chosen, &to)? {
        store::put_back(conn, id)?;
        return Ok(Taken::NotNow);
    }
    Ok(Taken::Message(Box::new(Message {
        id,
        attempts: claimed.attempts,
        withheld: claimed.withheld,
        kind: Kind::Code(kind),
        waited,
        code_of: Some(CodeOf { challenge, send, purpose: Purpose::parse(&purpose).map_or("none", Purpose::as_str) }),
        provider: chosen.provider,
        providers: order.len(),
        outgoing: Outgoing { to, content, valid_for, report_to: app.report_to(id), sender: policy.sender },
        leftovers,
    })))
}

/// Words a text, as an administrator does where that fits into what the country allows, and else as we do.
fn word(app: &App, kind: TextKind, code: &OneTimeCode, origin: Option<&str>, words: &Words, policy: &Policy) -> String {
    let settings = app.settings.current();
    let minutes = settings.limits().lifetimes.minutes_of(Purpose::of_text(kind));
    let own = settings.texts.find(words.lang(), kind).map(|own| own.body(code, minutes, origin));
    own.filter(|body| texts::segments(body) <= usize::from(policy.most_segments))
        .unwrap_or_else(|| texts::body(kind, code, minutes, origin, &words.0))
}

/// Words a notice, with its code where it carries one. It is worth sending unless its code is not: what happened has
/// happened.
fn ready_notice(conn: &mut PgConnection, app: &App, claimed: Claimed, kind: NoticeKind) -> Result<Taken, DbError> {
    let Some(provider) = app.sms.for_notices() else {
        return refuse(conn, claimed.id, Fault::Ours);
    };
    let to = PhoneNumber::from_stored(claimed.phone_number);
    let policy = countries::policy_for(conn, &to)?;
    if !policy.allows(Class::Proven) {
        return refuse(conn, claimed.id, Fault::Country);
    }
    let code = kind.carries_code().then(ActionCode::generate);
    if let Some(code) = &code {
        let hash = action_codes::hash(&app.keys.action_code, code);
        let is_live = match claimed.action_code_id {
            Some(id) => action_codes::store::put_code(conn, id, &hash)?,
            None => false,
        };
        if !is_live {
            return superseded(conn, claimed.id);
        }
    }
    let body = texts::notice(kind, code.as_ref(), &Words::for_locale(&claimed.locale).0);
    if !count_segments(conn, claimed.id, &policy, &body)? {
        return refuse(conn, claimed.id, Fault::Ours);
    }
    if let Some(sender) = &policy.sender {
        store::give_to(conn, claimed.id, provider.as_str(), Some(sender))?;
    }
    let content = Content::Ours { subject: Subject::Notice(kind), body };
    Ok(Taken::Message(Box::new(Message {
        id: claimed.id,
        attempts: claimed.attempts,
        withheld: claimed.withheld,
        kind: Kind::Notice(kind),
        waited: Duration::from_secs_f64(claimed.waited.max(0.0)),
        code_of: None,
        provider,
        providers: 1,
        outgoing: Outgoing {
            to,
            content,
            valid_for: NOTICE_LIFETIME,
            report_to: app.report_to(claimed.id),
            sender: policy.sender,
        },
        leftovers: Vec::new(),
    })))
}

/// Counts what the text costs by its length. Answers whether the policy allows so many segments.
fn count_segments(conn: &mut PgConnection, id: MessageId, policy: &Policy, body: &str) -> Result<bool, DbError> {
    let segments = u16::try_from(texts::segments(body)).unwrap_or(u16::MAX);
    if segments > policy.most_segments {
        log::error!("event=text_too_long message={id} segments={segments} allowed={}", policy.most_segments);
        return Ok(false);
    }
    budget::count(conn, id, policy.micros_for(segments))?;
    Ok(true)
}

fn superseded(conn: &mut PgConnection, id: MessageId) -> Result<Taken, DbError> {
    store::settle_superseded(conn, id)?;
    budget::count(conn, id, 0)?;
    Ok(Taken::NotNow)
}

/// Settles a message that no provider is to hear of.
fn refuse(conn: &mut PgConnection, id: MessageId, fault: Fault) -> Result<Taken, DbError> {
    store::settle_refused(conn, id, None, fault)?;
    budget::count(conn, id, 0)?;
    Ok(Taken::NotNow)
}

/// Sends a message and records what came of it. Answers which verifications at Twilio are of no use any more.
async fn deliver(app: &App, message: Message) -> Vec<String> {
    let Message { id, attempts, withheld, kind, waited, code_of, provider, providers, outgoing, mut leftovers } =
        message;
    if withheld {
        metrics::text(&outgoing.to, kind.as_str(), provider.as_str(), TextEnd::Withheld);
        tokio::time::sleep(app.send_times.of(provider).like_one()).await;
        log::warn!("event=sms_withheld message={id}");
        let settled = app.db.run(move |conn| {
            db::transaction(conn, |conn| {
                store::settle_withheld(conn, id)?;
                budget::count(conn, id, 0)
            })
        });
        note(id, settled.await);
        return leftovers;
    }
    metrics::text_waited(provider.as_str(), waited);
    let started = Instant::now();
    let result = app.sms.send(&outgoing).await;
    // What is withheld is a code, and has to look like one.
    if code_of.is_some() {
        app.send_times.of(provider).note(started.elapsed());
    }
    log_result(id, provider.as_str(), attempts, &result);
    count_result(&outgoing.to, kind, provider.as_str(), code_of, &result);
    let said = circuits::judge(&result);
    let goes_on = matches!(said, Said::Badly { .. }) && usize::try_from(attempts).is_ok_and(|made| made < providers);
    let recorded = app.db.run(move |conn| {
        db::transaction(conn, |conn| {
            let mut superseded = None;
            match result {
                Ok(accepted) => {
                    if let (Some(code), Content::CodeOfVerify { .. }, Some(sid)) =
                        (code_of, &outgoing.content, &accepted.sid)
                        && !challenges::put_provider_sid(conn, code.challenge, code.send, sid)?
                    {
                        superseded = Some(sid.clone());
                    }
                    store::settle_sent(conn, id, accepted.sid.as_deref())?;
                    if let Some(report) = &accepted.report {
                        deliveries::store::advance(conn, id, report, Learnt::Told)?;
                    }
                }
                Err(SendFailure::Refused(refusal)) if goes_on => {
                    store::retry_later(conn, id, Duration::ZERO)?;
                    story::note_attempt(conn, id, attempts, provider, Some(refusal))?;
                }
                Err(SendFailure::Refused(refusal)) => {
                    store::settle_refused(conn, id, refusal.code, refusal.fault)?;
                    budget::count(conn, id, 0)?;
                }
                Err(SendFailure::Unknown { .. }) => store::settle_unknown(conn, id)?,
                Err(SendFailure::NotReached { retry_after, .. }) => {
                    let wait = if goes_on { Duration::ZERO } else { retry_after.unwrap_or_else(|| backoff(attempts)) };
                    if attempts < MOST_ATTEMPTS && wait < outgoing.valid_for {
                        store::retry_later(conn, id, wait)?;
                        story::note_attempt(conn, id, attempts, provider, None)?;
                    } else {
                        store::settle_refused(conn, id, None, Fault::TryLater)?;
                        budget::count(conn, id, 0)?;
                    }
                }
            }
            circuits::note_call(conn, provider, &outgoing.to, Some(id), said)?;
            Ok(superseded)
        })
    });
    match recorded.await {
        Ok(superseded) => leftovers.extend(superseded),
        Err(error) => note(id, Err(error)),
    }
    leftovers
}

/// Cancels what is left at Twilio of codes that a newer one has replaced. They are worth nothing here already; cancelled,
/// Twilio cannot send one of them again either. What fails is done again before Twilio makes the next code (SMS-14).
async fn cancel(app: &App, leftovers: &[String]) {
    for sid in leftovers {
        if let Err(failure) = app.sms.cancel(sid).await {
            log::warn!("event=verification_not_cancelled why={:?}", failure.to_string());
        }
    }
}

fn note(id: MessageId, recorded: Result<(), DbError>) {
    if let Err(error) = recorded {
        // The row stays in `sending` and becomes `unknown`: what may have been sent is not sent again.
        log::error!("event=sms_outcome_not_recorded message={id} error={:?}", error.to_string());
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

fn count_result(
    to: &PhoneNumber,
    kind: Kind,
    provider: &'static str,
    code_of: Option<CodeOf>,
    result: &Result<crate::sms::Accepted, SendFailure>,
) {
    let end = match result {
        Ok(_) => TextEnd::Sent,
        Err(SendFailure::Refused(_)) => TextEnd::Refused,
        Err(SendFailure::Unknown { .. }) => TextEnd::Unknown,
        Err(SendFailure::NotReached { .. }) => TextEnd::NotReached,
    };
    metrics::text(to, kind.as_str(), provider, end);
    if let (TextEnd::Sent, Some(CodeOf { purpose, .. })) = (end, code_of) {
        metrics::code_sent(to, purpose);
    }
}

/// Doubles with each attempt, and a random half of it keeps those who failed together from coming back together.
fn backoff(attempts: i16) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(6);
    let full = FIRST_BACKOFF * 2_u32.pow(doublings);
    let jitter = rand::rng().random_range(0.5..=1.0);
    full.mul_f64(jitter)
}
