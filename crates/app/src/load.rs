//! Loads a city: regions, organisations, windows, staff, calendars, packs, seals.

use std::path::Path;

use base::calendar::YearCalendar;
use licences::SealPurpose;
use platform::{Problem, Result};

use crate::App;
use crate::packs::{Imported, entries};

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Problem::internal(format!("{}: {error}", path.display())))
}

impl App {
    /// Loads everything below a packs folder. Loading twice changes nothing.
    ///
    /// # Errors
    /// Names the file and what is wrong in it.
    pub async fn load_city(&self, folder: &Path, password: &str) -> Result<Imported> {
        let city = folder.join("city");
        let regions = identity::import::regions_from_tsv(&read(&folder.join("platform/regions/regions.tsv"))?)?;
        self.identity.import_regions(regions).await?;
        self.identity.import_regions(identity::import::regions_from_city(&read(&city.join("city.yaml"))?)?).await?;
        self.identity.import_orgs(&read(&city.join("orgs.yaml"))?).await?;
        self.identity.import_windows(&read(&city.join("windows.yaml"))?).await?;
        self.identity.import_staff(&read(&city.join("staff.yaml"))?, password).await?;
        for path in entries(&folder.join("platform/calendars")) {
            if path.extension().is_some_and(|kind| kind == "yaml") {
                let year = YearCalendar::from_yaml(&read(&path)?)?;
                self.casework.calendars.put(year, None).await?;
            }
        }
        let imported = self.import_packs(folder, "系统").await?;
        for org in self.identity.orgs().await?.all().iter().filter(|org| org.uscc.is_some()) {
            self.licences.ensure_seal_for(org.id, SealPurpose::Licence).await?;
            self.licences.ensure_seal_for(org.id, SealPurpose::Notice).await?;
        }
        Ok(imported)
    }
}
