//! For machines: is the process alive, can it serve. A provider outage never makes an instance unready. For people who
//! run it: [`findings`].

use actix_web::{HttpResponse, web::Data};
use diesel::{RunQueryDsl as _, sql_query};

use crate::{app::App, db::DbError, web::principal::Anyone};

pub mod findings;

/// `GET /healthz`: the process answers.
pub async fn alive(_: Anyone) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// `GET /readyz`: the database answers too.
pub async fn ready(_: Anyone, app: Data<App>) -> HttpResponse {
    let asked = app.db.run(|conn| sql_query("SELECT 1").execute(conn).map_err(DbError::from)).await;
    match asked {
        Ok(_) => HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready\n"),
        Err(_) => HttpResponse::ServiceUnavailable()
            .content_type("text/plain; charset=utf-8")
            .insert_header(("Retry-After", "2"))
            .body("database unavailable\n"),
    }
}
