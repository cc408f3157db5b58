//! `latchkey serve`

use super::Failed;
use crate::{config::Config, server, web::assets};

pub(super) fn run(config: Config) -> Result<(), Failed> {
    assets::prepare();
    Ok(actix_web::rt::System::new().block_on(server::serve(config))?)
}
