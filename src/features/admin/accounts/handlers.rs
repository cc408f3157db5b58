//! One function for each GET and POST. All acts but the start of a recovery share theirs: the route says which it is.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::StatusCode, web::Path};
use uuid::Uuid;

use super::{
    PAGE_OF_EVENTS,
    act::{self, NotDone},
    deed::Deed,
    forms::{ReasonForm, RecoveryForm},
    pages::{DeedPage, ListPage, PersonPage, RecoveryEcho, RecoveryPage, cannot_be_sent},
    search::{self, Wanted},
    start_recovery::{self, NotBegun},
    store::{self, Person},
};
use crate::{
    db::DbError,
    domain::ids::UserId,
    features::{
        activity, recovery,
        sessions::principals::{Administrator, FreshAdministrator, SignedIn},
    },
    web::{
        body::Form,
        clock,
        error::{Answer, PageError},
        form::{FormErrors, Problem},
        page::{self, Notice, see_other},
    },
};

/// `GET /admin/accounts`, with `?q=` what is looked for, and with `&before=` those that are older.
pub async fn show_list(who: Administrator, request: HttpRequest) -> Answer {
    let Administrator(signed_in) = who;
    let typed = asked(&request, "q").unwrap_or_default();
    let before = asked(&request, "before").and_then(|id| read_id(&id).ok());
    let wanted = Wanted::read(&typed);
    let looked_for = wanted.clone();
    let found = signed_in.visitor.app.db.run(move |conn| {
        let found = search::search(conn, &looked_for, before)?;
        let shows_waiting = looked_for == Wanted::Newest && before.is_none();
        let waiting = if shows_waiting { recovery::store::list_open(conn)? } else { Vec::new() };
        Ok::<_, DbError>((found, waiting))
    });
    let (found, waiting) = found.await?;
    page::ok(ListPage {
        chrome: signed_in.chrome(),
        typed,
        wanted,
        found,
        is_first: before.is_none(),
        waiting,
        clock: signed_in.clock(),
        notice: signed_in.visitor.cookies.take_notice(),
    })
}

/// `GET /admin/accounts/{id}`, and with `?before=` what happened earlier.
pub async fn show_person(who: Administrator, id: Path<String>, request: HttpRequest) -> Answer {
    let Administrator(signed_in) = who;
    let id = read_id(&id)?;
    let before = asked(&request, "before").and_then(|entry| entry.parse::<i64>().ok());
    // One more than a page tells whether there is another.
    let most = i64::try_from(PAGE_OF_EVENTS + 1).unwrap_or(i64::MAX);
    let found = signed_in.visitor.app.db.run(move |conn| {
        let Some(person) = store::find(conn, id)? else { return Ok(None) };
        Ok::<_, DbError>(Some((person, activity::store::list(conn, id, before, most)?)))
    });
    let (person, mut entries) = found.await?.ok_or(PageError::NotFound)?;
    let has_more = entries.len() > PAGE_OF_EVENTS;
    entries.truncate(PAGE_OF_EVENTS);
    page::ok(PersonPage {
        chrome: signed_in.chrome(),
        own: id == signed_in.account.id,
        person,
        earlier: entries.last().map(|last| last.id).filter(|_| has_more),
        entries,
        is_first: before.is_none(),
        now: clock::now(),
        clock: signed_in.clock(),
        notice: signed_in.visitor.cookies.take_notice(),
    })
}

/// What a route does, and to whom.
pub struct Doing {
    on: UserId,
    deed: Deed,
}

impl Doing {
    fn of(request: &HttpRequest) -> Result<Self, PageError> {
        let on = read_id(request.match_info().query("id"))?;
        let deed = request.match_pattern().as_deref().and_then(Deed::of_route).ok_or(PageError::NotFound)?;
        Ok(Self { on, deed })
    }
}

impl FromRequest for Doing {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// `GET /admin/accounts/{id}/disable` and the like
pub async fn show_deed(who: Administrator, doing: Doing) -> Answer {
    let (Administrator(signed_in), Doing { on, deed }) = (who, doing);
    let person = find(&signed_in, on).await?;
    deed_page(&signed_in, StatusCode::OK, person, deed, ReasonForm::default(), FormErrors::new())
}

fn deed_page(
    signed_in: &SignedIn,
    status: StatusCode,
    person: Person,
    deed: Deed,
    form: ReasonForm,
    errors: FormErrors,
) -> Answer {
    let page = DeedPage {
        chrome: signed_in.chrome(),
        own: person.id == signed_in.account.id,
        person,
        deed,
        fresh: signed_in.is_fresh(),
        reason: form.reason,
        errors,
        notice: signed_in.visitor.cookies.take_notice(),
    };
    page::with_status(status, page)
}

/// `POST /admin/accounts/{id}/disable` and the like
pub async fn submit_deed(who: FreshAdministrator, doing: Doing, form: Form<ReasonForm>) -> Answer {
    let (FreshAdministrator(signed_in), Doing { on, deed }, Form(form)) = (who, doing, form);
    let visitor = &signed_in.visitor;
    let reason = match form.parse(&visitor.words) {
        Ok(reason) => reason,
        Err(errors) => {
            let person = find(&signed_in, on).await?;
            if on == signed_in.account.id || !deed.is_possible(&person) {
                return nothing_done(&signed_in, on);
            }
            return deed_page(&signed_in, StatusCode::UNPROCESSABLE_ENTITY, person, deed, form, errors);
        }
    };
    let (keys, by) = (Arc::clone(&visitor.app.keys), signed_in.account.epoch());
    match visitor.app.db.run(move |conn| act::act(conn, &keys.audit, by, on, deed, &reason)).await {
        Ok(()) => done(&signed_in, on, deed.done()),
        Err(not_done) => refuse(&signed_in, on, not_done),
    }
}

/// `GET /admin/accounts/{id}/recovery/start`
pub async fn show_recovery(who: Administrator, id: Path<String>) -> Answer {
    let Administrator(signed_in) = who;
    let person = find(&signed_in, read_id(&id)?).await?;
    let form = RecoveryEcho::blank(&person);
    recovery_page(&signed_in, StatusCode::OK, person, form, FormErrors::new())
}

fn recovery_page(
    signed_in: &SignedIn,
    status: StatusCode,
    person: Person,
    form: RecoveryEcho,
    errors: FormErrors,
) -> Answer {
    let page = RecoveryPage {
        chrome: signed_in.chrome(),
        own: person.id == signed_in.account.id,
        person,
        can_be_sent: signed_in.visitor.app.sms.for_notices().is_some(),
        fresh: signed_in.is_fresh(),
        form,
        errors,
        notice: signed_in.visitor.cookies.take_notice(),
    };
    page::with_status(status, page)
}

/// `POST /admin/accounts/{id}/recovery/start`
pub async fn submit_recovery(who: FreshAdministrator, id: Path<String>, form: Form<RecoveryForm>) -> Answer {
    let (FreshAdministrator(signed_in), Form(form)) = (who, form);
    let id = read_id(&id)?;
    let visitor = &signed_in.visitor;
    let (country, phone, reason) = match form.parse(&visitor.words) {
        Ok(read) => read,
        Err(errors) => return refuse_recovery(&signed_in, id, form, errors).await,
    };
    if visitor.app.sms.for_notices().is_none() {
        let errors = FormErrors::on("phone", cannot_be_sent(&visitor.words));
        return refuse_recovery(&signed_in, id, form, errors).await;
    }
    let (keys, by) = (Arc::clone(&visitor.app.keys), signed_in.account.epoch());
    let begun = visitor
        .app
        .db
        .run(move |conn| start_recovery::start_recovery(conn, &keys.audit, by, id, &phone, &reason))
        .await;
    match begun {
        Ok(_) => done(&signed_in, id, Notice::RecoveryStarted),
        Err(NotBegun::CountryClosed) => {
            let errors = FormErrors::on("phone", Problem::CountryClosed(country).in_words(&visitor.words));
            refuse_recovery(&signed_in, id, form, errors).await
        }
        Err(NotBegun::NotDone(not_done)) => refuse(&signed_in, id, not_done),
    }
}

async fn refuse_recovery(signed_in: &SignedIn, id: UserId, form: RecoveryForm, errors: FormErrors) -> Answer {
    let person = find(signed_in, id).await?;
    if id == signed_in.account.id || !person.active || person.recovery.is_some() {
        return nothing_done(signed_in, id);
    }
    let form = RecoveryEcho::typed(form, &person);
    recovery_page(signed_in, StatusCode::UNPROCESSABLE_ENTITY, person, form, errors)
}

async fn find(signed_in: &SignedIn, id: UserId) -> Result<Person, PageError> {
    let found = signed_in.visitor.app.db.run(move |conn| store::find(conn, id)).await?;
    found.ok_or(PageError::NotFound)
}

fn done(signed_in: &SignedIn, id: UserId, notice: Notice) -> Answer {
    let visitor = &signed_in.visitor;
    let by = signed_in.account.id;
    log::info!("event=account_acted_on done={} user={id} by={by} request={}", notice.key(), visitor.reference);
    visitor.cookies.say_next(notice);
    Ok(see_other(&path_of(id)))
}

/// The person's page shows how the account stands now; to who is not in any more it is not there.
fn refuse(signed_in: &SignedIn, id: UserId, not_done: NotDone) -> Answer {
    match not_done {
        NotDone::OwnAccount | NotDone::Otherwise => nothing_done(signed_in, id),
        NotDone::Out => Ok(see_other(&path_of(id))),
        NotDone::NoAccount => Err(PageError::NotFound),
        NotDone::Db(error) => Err(error.into()),
    }
}

fn nothing_done(signed_in: &SignedIn, id: UserId) -> Answer {
    signed_in.visitor.cookies.say_next(Notice::NothingDone);
    Ok(see_other(&path_of(id)))
}

/// A person's page.
pub(super) fn path_of(id: UserId) -> String {
    format!("/admin/accounts/{id}")
}

/// The first value of that name in the query.
fn asked(request: &HttpRequest, name: &str) -> Option<String> {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    query.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// Only as we write it: there is one path to a person.
fn read_id(text: &str) -> Result<UserId, PageError> {
    let id = Uuid::try_parse(text).ok().filter(|id| id.to_string() == text);
    id.map(UserId).ok_or(PageError::NotFound)
}
