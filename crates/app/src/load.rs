//! Loads a city: regions, organisations, windows, staff, calendars, packs, seals.

use std::path::Path;

use base::calendar::YearCalendar;
use identity::administration::{Giver, NewMandate};
use licences::SealPurpose;
use platform::web::guard::Audience;
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
        self.import_regions(&folder.join("platform")).await?;
        self.import_places(&city).await?;
        self.identity.import_staff(&read(&city.join("staff.yaml"))?, password).await?;
        self.hand_down().await?;
        self.import_calendars(&folder.join("platform")).await?;
        let imported = self.import_packs(folder, "系统").await?;
        for path in entries(&city.join("tables")) {
            let named = |problem: Problem| Problem::internal(format!("{}: {problem}", path.display()));
            self.tables.import_table(&read(&path)?, "系统").await.map_err(named)?;
        }
        for org in self.identity.orgs().await?.all().iter().filter(|org| org.uscc.is_some()) {
            self.licences.ensure_seal_for(org.id, SealPurpose::Licence).await?;
            self.licences.ensure_seal_for(org.id, SealPurpose::Notice).await?;
        }
        Ok(imported)
    }

    /// The regions of the country, below the platform's folder.
    ///
    /// # Errors
    /// Names the file and what is wrong in it.
    pub async fn import_regions(&self, platform: &Path) -> Result<()> {
        let regions = identity::import::regions_from_tsv(&read(&platform.join("regions/regions.tsv"))?)?;
        self.identity.import_regions(regions).await?;
        Ok(())
    }

    /// The working calendars, below the platform's folder.
    ///
    /// # Errors
    /// Names the file and what is wrong in it.
    pub async fn import_calendars(&self, platform: &Path) -> Result<()> {
        for path in entries(&platform.join("calendars")) {
            if path.extension().is_some_and(|kind| kind == "yaml") {
                let year = YearCalendar::from_yaml(&read(&path)?)?;
                self.casework.calendars.put(year, None).await?;
            }
        }
        Ok(())
    }

    /// A city's towns and villages, organisations and windows. Nobody who works there: who is to come in gets a one-time
    /// password, by `tongban accounts import`.
    ///
    /// # Errors
    /// Names the file and what is wrong in it.
    pub async fn import_places(&self, city: &Path) -> Result<()> {
        self.identity.import_regions(identity::import::regions_from_city(&read(&city.join("city.yaml"))?)?).await?;
        self.identity.import_orgs(&read(&city.join("orgs.yaml"))?).await?;
        self.identity.import_windows(&read(&city.join("windows.yaml"))?).await?;
        Ok(())
    }

    /// The example department's administrator gets a mandate over the own bureau.
    async fn hand_down(&self) -> Result<()> {
        let Some(admin) = self.identity.staff_by_login("orgadmin").await? else { return Ok(()) };
        if self.identity.has_mandate(admin.id).await? {
            return Ok(());
        }
        let roles = ["clerk", "reviewer", "inspector", "maker", "delivery", "org_admin"].map(str::to_owned);
        let new = NewMandate {
            staff_id: admin.id,
            org_id: admin.org_id,
            permissions: identity::roles::permissions(Audience::Desk, &roles),
            may_delegate: true,
            until: None,
        };
        self.identity.give_mandate(&Giver::Operator, new).await.map(|_| ())
    }
}
