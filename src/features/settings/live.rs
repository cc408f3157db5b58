//! The settings in memory.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use diesel::PgConnection;

use super::{Fault, Settings, store};
use crate::db::DbError;

/// The settings as this instance knows them. Cheap to clone, and all clones know the same.
#[derive(Debug, Clone)]
pub struct Live {
    defaults: Arc<Settings>,
    now: Arc<RwLock<Arc<Settings>>>,
    /// What was wrong with the last reading, so that it is logged once. Held while reading, so that none overtakes another.
    faults: Arc<Mutex<Vec<Fault>>>,
}

impl Live {
    /// The defaults, until the first [`reload`](Self::reload).
    pub fn new(defaults: Settings) -> Self {
        let defaults = Arc::new(defaults);
        Self { now: Arc::new(RwLock::new(Arc::clone(&defaults))), defaults, faults: Arc::default() }
    }

    /// The settings of this moment. Whoever needs several asks once, so that they fit together.
    pub fn current(&self) -> Arc<Settings> {
        Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What holds where nobody has set anything.
    pub fn defaults(&self) -> &Arc<Settings> {
        &self.defaults
    }

    /// Reads them from the database.
    ///
    /// # Errors
    /// The database's; then everything holds as before.
    pub fn reload(&self, conn: &mut PgConnection) -> Result<(), DbError> {
        let mut known = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = store::find(conn)?;
        let (settings, faults) = Settings::read(&stored.changed, &self.defaults);
        for Fault { key, why } in faults.iter().filter(|fault| !known.contains(fault)) {
            log::error!("event=setting_unusable setting={key} why={why:?}");
        }
        *known = faults;
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        if **now != settings {
            log::info!("event=settings_read version={}", stored.version);
            *now = Arc::new(settings);
        }
        Ok(())
    }
}
