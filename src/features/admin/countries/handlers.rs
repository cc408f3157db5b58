//! One function for each GET and POST.

use actix_web::{HttpRequest, http::StatusCode, web::Path};

use super::{
    forms::CountryForm,
    pages::{CountriesPage, CountryPage},
};
use crate::{
    domain::country::Country,
    features::{
        audit::Actor,
        budget,
        countries::{
            Policy, Standing,
            change::{self, Change, NotChanged},
            stop, store,
        },
        sessions::principals::{Administrator, FreshAdministrator, SignedIn},
    },
    web::{
        body::{Form, NoFields},
        error::{Answer, PageError},
        form::FormErrors,
        page::{self, Notice, see_other},
    },
};

const ALL: &str = "/admin/countries";

/// `GET /admin/countries`, and with `?country=` on to the one that was chosen.
pub async fn show_all(administrator: Administrator, request: HttpRequest) -> Answer {
    let query = url::form_urlencoded::parse(request.query_string().as_bytes());
    if let Some((_, code)) = query.into_iter().find(|(name, _)| name == "country")
        && let Ok(country) = Country::parse(&code)
    {
        return Ok(see_other(&path_of(country)));
    }
    let visitor = &administrator.0.visitor;
    page::ok(CountriesPage {
        chrome: administrator.chrome(),
        countries: visitor.app.db.run(store::list).await?,
        notice: visitor.cookies.take_notice(),
    })
}

fn path_of(country: Country) -> String {
    format!("{ALL}/{}", country.code())
}

/// Only as we write it: there is one path to a page.
fn country(code: &str) -> Result<Country, PageError> {
    Country::parse(code).ok().filter(|country| country.code() == code).ok_or(PageError::NotFound)
}

/// `GET /admin/countries/{code}`, also of a country that has no policy yet.
pub async fn show_one(administrator: Administrator, code: Path<String>) -> Answer {
    let country = country(&code)?;
    let (standing, saved) = find(&administrator.0, country).await?;
    let notice = administrator.0.visitor.cookies.take_notice();
    page::ok(CountryPage { notice, ..country_page(&administrator.0, country, standing, saved, FormErrors::new()) })
}

/// How it stands, and the form with what is saved.
async fn find(signed_in: &SignedIn, country: Country) -> Result<(Option<Standing>, CountryForm), PageError> {
    let found = signed_in.visitor.app.db.run(move |conn| {
        Ok::<_, crate::db::DbError>((
            store::find_standing(conn, country)?,
            budget::store::find_caps(conn, budget::Scope::Country(country))?,
        ))
    });
    let (standing, caps) = found.await?;
    let form = match &standing {
        Some(standing) => CountryForm::of(standing.version, &standing.policy, &caps),
        None => CountryForm::of(0, &Policy::closed(), &caps),
    };
    Ok((standing, form))
}

fn country_page(
    signed_in: &SignedIn,
    country: Country,
    standing: Option<Standing>,
    form: CountryForm,
    errors: FormErrors,
) -> CountryPage {
    CountryPage {
        chrome: signed_in.chrome(),
        country,
        standing,
        form,
        errors,
        is_stale: false,
        first: signed_in.visitor.app.sms.first(),
        notice: None,
    }
}

/// `POST /admin/countries/{code}`
pub async fn submit(administrator: FreshAdministrator, code: Path<String>, form: Form<CountryForm>) -> Answer {
    let (country, signed_in, Form(form)) = (country(&code)?, &administrator.0, form);
    let visitor = &signed_in.visitor;
    let (policy, caps) = match form.parse(&visitor.words) {
        Ok(read) => read,
        Err(errors) => {
            let (standing, _) = find(signed_in, country).await?;
            return page::refused(country_page(signed_in, country, standing, form, errors));
        }
    };
    let (keys, by) = (visitor.app.keys.clone(), Actor::Administrator(signed_in.account.id));
    let change = Change { country, version: form.version(), policy, caps };
    match visitor.app.db.run(move |conn| change::change(conn, &keys.audit, by, &change)).await {
        Ok(()) => {
            visitor.cookies.say_next(Notice::CountrySaved);
            Ok(see_other(&path_of(country)))
        }
        Err(NotChanged::Stale) => stale(signed_in, country, form).await,
        Err(NotChanged::Db(error)) => Err(error.into()),
    }
}

/// What was typed, beside what somebody else has saved. Sent once more it takes that one's place, for it was seen.
async fn stale(signed_in: &SignedIn, country: Country, typed: CountryForm) -> Answer {
    let (standing, saved) = find(signed_in, country).await?;
    let errors = typed.differing(&saved, &signed_in.visitor.words);
    let form = CountryForm { version: saved.version, ..typed };
    let page = CountryPage { is_stale: true, ..country_page(signed_in, country, standing, form, errors) };
    page::with_status(StatusCode::UNPROCESSABLE_ENTITY, page)
}

/// `POST /admin/countries/stop-unproven`
pub async fn stop_unproven(administrator: FreshAdministrator, _: Form<NoFields>) -> Answer {
    let (visitor, by) = (&administrator.0.visitor, Actor::Administrator(administrator.0.account.id));
    let keys = visitor.app.keys.clone();
    let stopped = visitor.app.db.run(move |conn| stop::stop(conn, &keys.audit, by)).await?;
    log::warn!("event=unproven_stopped countries={} request={}", stopped.len(), visitor.reference);
    visitor.cookies.say_next(Notice::UnprovenStopped);
    Ok(see_other(ALL))
}

/// `POST /admin/countries/resume-unproven`
pub async fn resume_unproven(administrator: FreshAdministrator, _: Form<NoFields>) -> Answer {
    let (visitor, by) = (&administrator.0.visitor, Actor::Administrator(administrator.0.account.id));
    let keys = visitor.app.keys.clone();
    let resumed = visitor.app.db.run(move |conn| stop::resume(conn, &keys.audit, by)).await?;
    log::warn!("event=unproven_resumed countries={} request={}", resumed.len(), visitor.reference);
    visitor.cookies.say_next(Notice::UnprovenResumed);
    Ok(see_other(ALL))
}
