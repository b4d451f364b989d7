//! Seals on papers.
use platform::{Result, Tx};

use super::Casework;
use super::change::Change;

impl Casework {
    pub(crate) async fn seal_paper(&self, _tx: &Tx, _change: &mut Change, _paper: &str) -> Result<()> {
        Ok(())
    }
}
