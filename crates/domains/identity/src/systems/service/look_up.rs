//! Questions about connected systems.

use platform::Result;
use uuid::Uuid;

use crate::Identity;
use crate::systems::model::ConnectedSystem;
use crate::systems::store;

impl Identity {
    /// A system by app id, whatever its state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn system_by_app_id(&self, app_id: &str) -> Result<Option<ConnectedSystem>> {
        store::by_app_id(self.platform.db.read(), app_id).await?.map(|row| row.connected()).transpose()
    }

    /// A system by id, whatever its state.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn system(&self, id: Uuid) -> Result<Option<ConnectedSystem>> {
        store::find(self.platform.db.read(), id).await?.map(|row| row.connected()).transpose()
    }

    /// A system that may call now: registered for this environment and switched on. Ask again at
    /// each request; nothing may be remembered, or switching off would not count at once.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn live_system(&self, app_id: &str) -> Result<Option<ConnectedSystem>> {
        let found = self.system_by_app_id(app_id).await?;
        Ok(found.filter(|system| system.enabled && system.environment == self.platform.config.environment))
    }
}
