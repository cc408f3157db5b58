//! The page, and the file.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    web::Bytes,
};
use diesel::PgConnection;

use super::{
    csv,
    forms::{Filters, Read},
    pages::{ActivityPage, Names, Row},
};
use crate::{
    app::App,
    db::DbError,
    features::{
        audit::store::{self, Filter},
        sessions::principals::Administrator,
        users::administrators,
    },
    web::{
        clock,
        error::{Answer, PageError},
        form::FormErrors,
        page,
    },
};

/// Rows on one page.
const PAGE: usize = 50;
/// Rows that the file reads at a time.
const PART: i64 = 1_000;

fn filters(request: &HttpRequest) -> Result<Filters, PageError> {
    serde_urlencoded::from_str(request.query_string()).map_err(|_| PageError::Malformed)
}

/// `GET /admin/activity`
pub async fn show(administrator: Administrator, request: HttpRequest) -> Answer {
    let filters = filters(&request)?;
    let (status, errors, (mut rows, names)) = match filters.parse(&administrator.0.visitor.words) {
        Ok(read) => {
            let found = administrator.0.visitor.app.db.run(move |conn| find(conn, read)).await?;
            (StatusCode::OK, FormErrors::new(), found)
        }
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors, Default::default()),
    };
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let page = ActivityPage {
        chrome: administrator.chrome(),
        earlier: rows.last().map(|last| last.number).filter(|_| has_more),
        filters,
        rows,
        names,
        errors,
    };
    page::with_status(status, page)
}

fn find(conn: &mut PgConnection, read: Read) -> Result<(Vec<Row>, Names), DbError> {
    let Some(filter) = read.filter(conn)? else { return Ok(Default::default()) };
    // One more than a page tells whether there is another.
    let rows = store::list(conn, &filter, i64::try_from(PAGE + 1).unwrap_or(i64::MAX))?;
    let names = Names::of(&rows, |users| administrators::list_emails(conn, users))?;
    Ok((rows, names))
}

/// `GET /admin/activity/download`: the same rows as a file, however many they are. They are read part by part while they
/// are sent: should a part fail, the transfer breaks off, and nobody takes the half for the whole.
pub async fn download(administrator: Administrator, request: HttpRequest) -> Answer {
    let visitor = &administrator.0.visitor;
    let Ok(read) = filters(&request)?.parse(&visitor.words) else { return Err(PageError::Malformed) };
    let filter = visitor.app.db.run(move |conn| read.filter(conn)).await?;
    log::info!("event=audit_downloaded user={} request={}", administrator.0.account.id, visitor.reference);
    let name = format!("attachment; filename=\"latchkey-activity-{}.csv\"", clock::now().format("%Y-%m-%d"));
    let parts = futures_util::stream::try_unfold(
        (visitor.app.get_ref().clone(), filter, Some(csv::head())),
        |(app, filter, head)| async move {
            if let Some(head) = head {
                return Ok(Some((Bytes::from(head), (app, filter, None))));
            }
            let Some(filter) = filter else { return Ok(None) };
            let (lines, rest) = part(&app, filter).await?;
            Ok::<_, PageError>(lines.map(|lines| (Bytes::from(lines), (app, rest, None))))
        },
    );
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header((CONTENT_DISPOSITION, name))
        .streaming(parts))
}

/// The lines of the next part, if there is one, and where the one after it begins.
async fn part(app: &App, filter: Filter) -> Result<(Option<String>, Option<Filter>), DbError> {
    let read = app.db.run(move |conn| {
        let rows = store::list(conn, &filter, PART)?;
        let names = Names::of(&rows, |users| administrators::list_emails(conn, users))?;
        let rest = rows.last().map(|last| Filter { before: Some(last.number), ..filter });
        Ok::<_, DbError>((rows, names, rest))
    });
    let (rows, names, rest) = read.await?;
    Ok((rest.is_some().then(|| csv::lines(&rows, &names)), rest))
}
