//! The product put together: every domain wired to the platform, one router, one set of jobs.
//!
//! `app` owns no rule. Start at [`App::assemble`] (who gets what), [`App::router`] (what is served)
//! and [`cli`] (the command line).

mod attached;
pub mod backup;
pub mod cast;
pub mod cli;
pub mod demo;
mod designs;
pub mod grants;
pub mod jumps;
pub mod keys;
pub mod load;
pub mod logs;
pub mod packs;
pub mod ratings;
pub mod scale;
pub mod server;
pub mod site;
mod staff_desk;
pub mod systems;
pub mod testers;
pub mod tls;
pub mod transfer;
pub mod watched;
pub mod web;

use std::sync::Arc;

use approval::Approval;
use archive::Archive;
use base::clock::{Clock, Randomness};
use casework::Casework;
use casework::calendars::Calendars;
use casework::cases::service::documents::Papers;
use casework::cases::service::filled::HttpDataSharing;
use casework::cases::service::message_texts::Texts;
use catalogue::Catalogue;
use design::Design;
use exchange::Exchange;
use feedback::Feedback;
use fulfilment::Fulfilment;
use hall::Hall;
use identity::Identity;
use intake::Intake;
use licences::Licences;
use materials::Materials;
use operations::Operations;
use platform::config::Config;
use platform::crypto::SealedColumn;
use platform::db::migrate::{self, Migration};
use platform::web::guard::Audience;
use platform::work::jobs::Handlers;
use platform::work::outbox::Subscriptions;
use platform::{Db, Inner, Platform, Problem, Result};
use recognition::Recognition;
use security::Security;
use tables::Tables;
use utoipa_axum::router::OpenApiRouter;

/// One request makes and frees some thousand small things on several threads (docs/adr/0096).
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The assembled product.
#[derive(Clone)]
pub struct App {
    /// The shell.
    pub platform: Platform,
    /// Accounts, staff, organisations.
    pub identity: Identity,
    /// Published definitions.
    pub design: Design,
    /// Business tables people define.
    pub tables: Tables,
    /// How the system runs.
    pub operations: Operations,
    /// Items.
    pub catalogue: Catalogue,
    /// Licences.
    pub licences: Licences,
    /// Cases.
    pub casework: Casework,
    /// Ratings.
    pub feedback: Feedback,
    /// Audit, risks, keys, protection of data.
    pub security: Security,
    /// Who a person is in other systems, and who somebody from there is here.
    pub recognition: Recognition,
    /// Events from and to other systems.
    pub exchange: Exchange,
    /// Fees, delivery, couriers.
    pub fulfilment: Fulfilment,
    /// Tickets of the halls' queues.
    pub hall: Hall,
    /// Other ways in which cases come.
    pub intake: Intake,
    /// Signatures, own files, cockpit: approving on the phone.
    pub approval: Approval,
    /// What stays of cases: library, archivable files, earlier cases.
    pub archive: Archive,
    /// Papers kept of people and bodies: disk, centre, pulls, proofs.
    pub materials: Materials,
    /// Key that signs the daily roots of the event log.
    pub audit_key: Arc<base::crypto::Sm2Key>,
}

/// Every schema step in floor order.
pub fn migrations() -> Vec<Migration> {
    [
        platform::work::MIGRATIONS,
        identity::MIGRATIONS,
        security::MIGRATIONS,
        recognition::MIGRATIONS,
        design::MIGRATIONS,
        tables::MIGRATIONS,
        operations::MIGRATIONS,
        licences::MIGRATIONS,
        catalogue::MIGRATIONS,
        casework::MIGRATIONS,
        feedback::MIGRATIONS,
        exchange::MIGRATIONS,
        fulfilment::MIGRATIONS,
        hall::MIGRATIONS,
        intake::MIGRATIONS,
        approval::MIGRATIONS,
        archive::MIGRATIONS,
        materials::MIGRATIONS,
    ]
    .concat()
}

/// Every permission: key and audience.
pub fn permissions() -> Vec<(&'static str, Audience)> {
    [
        identity::PERMISSIONS,
        design::PERMISSIONS,
        tables::PERMISSIONS,
        operations::PERMISSIONS,
        security::PERMISSIONS,
        recognition::PERMISSIONS,
        licences::PERMISSIONS,
        catalogue::PERMISSIONS,
        casework::PERMISSIONS,
        feedback::PERMISSIONS,
        exchange::PERMISSIONS,
        fulfilment::PERMISSIONS,
        hall::PERMISSIONS,
        intake::PERMISSIONS,
        approval::PERMISSIONS,
        archive::PERMISSIONS,
        materials::PERMISSIONS,
    ]
    .concat()
}

/// Every column that holds sealed values.
pub fn sealed_columns() -> Vec<SealedColumn> {
    [
        platform::messages::SEALED,
        identity::SEALED,
        security::SEALED,
        recognition::SEALED,
        tables::SEALED,
        operations::SEALED,
        licences::SEALED,
        casework::SEALED,
        exchange::SEALED,
        fulfilment::SEALED,
        hall::SEALED,
        intake::SEALED,
        approval::SEALED,
        archive::SEALED,
        materials::SEALED,
    ]
    .concat()
}

/// Every kind of personal data of citizens that any domain holds.
pub fn held_data() -> Vec<platform::personal::HeldData> {
    [
        platform::personal::HELD,
        identity::HELD,
        security::privacy::HELD,
        recognition::HELD,
        licences::HELD,
        catalogue::HELD,
        casework::HELD,
        feedback::HELD,
        fulfilment::HELD,
        operations::HELD,
        hall::HELD,
        intake::HELD,
        archive::HELD,
        materials::HELD,
    ]
    .concat()
}

impl App {
    /// Opens the database, brings its schema up to date and wires the domains.
    ///
    /// # Errors
    /// What can't be opened, in words for the operator.
    pub async fn assemble(config: Config, clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Result<Self> {
        std::fs::create_dir_all(&config.data_dir).map_err(Problem::internal)?;
        let db = Db::open_at(config.place()).await?;
        migrate::run(&db, &migrations(), clock.now()).await?;
        let provider = platform::secrets::SoftKeys::load_or_create(
            &config.data_dir.join("secrets.toml"),
            &config.master_key(),
            randomness.as_ref(),
        )?;
        let audit_key = keys::load_or_create(&config.data_dir.join("audit-key.pem"), &provider, randomness.as_ref())?;
        let audit_key = Arc::new(audit_key);
        let platform = Platform::new(Inner {
            db,
            files: platform::files::Files::open(&config, Arc::clone(&clock))?,
            crypto: platform::crypto::Crypto::new(Arc::new(provider))?,
            disclosure: Default::default(),
            audit: Default::default(),
            visits: Default::default(),
            metrics: Default::default(),
            live: Default::default(),
            sessions: Default::default(),
            numbers: Default::default(),
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                // Connected systems are reached directly: a proxy of the machine is for its packages.
                .no_proxy()
                .build()
                // The usual reason on a bare system; the error itself does not name it.
                .map_err(|error| {
                    let why = "are the root certificates of the system (ca-certificates) installed?";
                    Problem::internal(format!("no client for outside calls, {error:?}; {why}"))
                })?,
            clock,
            randomness,
            config,
        });
        let texts = Texts::load(&platform.config.packs_dir.join("platform/messages.yaml"))?;
        let identity = Identity::new(platform.clone());
        let design = Design::new(platform.clone());
        design.take_bindings().await?;
        let fonts = paper::Fonts::built_in();
        let licences = Licences::new(platform.clone(), design.clone(), identity.clone()).with_fonts(fonts.clone());
        let catalogue = Catalogue::new(platform.clone(), identity.clone(), design.clone()).with_fonts(fonts.clone());
        let themes = platform.config.packs_dir.join("platform/themes.yaml");
        catalogue.use_navigation(catalogue::packs::read_navigation(&themes).map_err(Problem::internal)?);
        let types = platform.config.packs_dir.join("licences");
        catalogue.know_licence_types(catalogue::packs::licence_types(&types).map_err(Problem::internal)?);
        // From here on grants know items by name; the catalogue keeps the plain identity, because it
        // must not be held by something that it holds.
        let identity = identity.with_item_names(Arc::new(grants::Items(catalogue.clone())));
        let recognition = Recognition::new(platform.clone(), identity.clone());
        let hall = Hall::new(platform.clone(), identity.clone(), catalogue.clone());
        let casework = Casework {
            platform: platform.clone(),
            recognition: recognition.clone(),
            identity: identity.clone(),
            design: design.clone(),
            catalogue: catalogue.clone(),
            licences: licences.clone(),
            calendars: Calendars::new(platform.clone()),
            papers: Papers::new(fonts),
            texts: Arc::new(texts),
            sharing: Arc::new(HttpDataSharing::new(platform.clone(), identity.clone())),
            barrier: Arc::new(fulfilment::collections::Holding),
            visits: hall.visits(),
            handwriting: Arc::new(approval::drawings::Pens(platform.clone())),
        };
        let materials = Materials::new(
            platform.clone(),
            identity.clone(),
            licences.clone(),
            casework.clone(),
            paper::Fonts::built_in(),
        )?;
        let feedback = ratings::wire(&platform, &casework)?;
        let security = Security::new(
            platform.clone(),
            identity.clone(),
            Arc::clone(&audit_key),
            sealed_columns(),
            security::privacy::Personal {
                held: held_data(),
                sources: vec![
                    Arc::new(identity.clone()),
                    Arc::new(licences.clone()),
                    Arc::new(casework.clone()),
                    Arc::new(materials.clone()),
                ],
                keepers: vec![Arc::new(identity.clone()), Arc::new(licences.clone()), Arc::new(casework.clone())],
                days: Arc::new(casework.calendars.clone()),
            },
            &platform.config.packs_dir.join("platform"),
        )?
        .with_owners(&migrations())
        .with_logs(recognition::LOGS)
        .with_consumers(vec![Arc::new(casework.clone()), Arc::new(transfer::Directory(platform.clone()))]);
        let security = transfer::wire(security, &audit_key)?;
        let recognition = recognition
            .with_cases(Arc::new(jumps::FiledCases(casework.clone())))
            .with_desk(Arc::new(staff_desk::Desk(casework.clone())));
        let tables = Tables::new(
            platform.clone(),
            identity.clone(),
            Arc::new(design::FeelExpressions::new()),
            attached::sources(&identity, &catalogue, &casework),
        );
        let parts = watched::Parts { platform: platform.clone(), calendars: casework.calendars.clone() };
        let operations = Operations::new(
            platform.clone(),
            identity.clone(),
            &platform.config.packs_dir.join("platform"),
            env!("CARGO_PKG_VERSION"),
            Arc::new(operations::machine::ThisMachine),
            vec![Arc::new(parts)],
        )?;
        let exchange = Exchange::new(platform.clone(), identity.clone(), casework.clone())?;
        let fulfilment = Fulfilment::new(platform.clone(), identity.clone(), casework.clone())?;
        let intake = Intake::new(platform.clone(), identity.clone(), casework.clone())?;
        let rated = Arc::new(ratings::Rated(feedback.clone()));
        let approval = Approval::new(platform.clone(), identity.clone(), casework.clone(), rated);
        let archive = Archive::new(platform.clone(), identity.clone(), casework.clone(), Arc::clone(&audit_key))
            .with_backups(Arc::new(watched::Vault(platform.config.backup_dir.clone())));
        Ok(Self {
            platform,
            identity,
            design,
            tables,
            operations,
            catalogue,
            licences,
            casework,
            feedback,
            exchange,
            fulfilment,
            hall,
            intake,
            approval,
            archive,
            materials,
            security,
            recognition,
            audit_key,
        })
    }

    /// Every API route with its documentation.
    pub fn api(&self) -> OpenApiRouter {
        OpenApiRouter::new()
            .merge(site::routes(self.clone()))
            .merge(identity::routes(self.identity.clone()))
            .merge(security::routes(self.security.clone()))
            .merge(recognition::routes(self.recognition.clone()))
            .merge(design::routes(self.library()))
            .merge(tables::routes(self.tables.clone()))
            .merge(operations::routes(self.operations.clone()))
            .merge(catalogue::routes(self.catalogue.clone()))
            .merge(licences::routes(self.licences.clone()))
            .merge(casework::cases::http::routes(self.casework.clone()))
            .merge(casework::calendars::http::routes(self.casework.clone()))
            .merge(casework::papers::http::routes(self.casework.clone()))
            .merge(casework::tolerance::http::routes(self.casework.clone()))
            .merge(casework::messages::http::routes(self.casework.clone()))
            .merge(casework::counters::http::routes(self.casework.clone()))
            .merge(casework::supervision::http::routes(self.casework.clone()))
            .merge(casework::statistics::http::routes(self.casework.clone()))
            .merge(feedback::routes(self.feedback.clone()))
            .merge(exchange::routes(self.exchange.clone()))
            .merge(fulfilment::routes(self.fulfilment.clone()))
            .merge(hall::routes(self.hall.clone()))
            .merge(intake::routes(self.intake.clone()))
            .merge(approval::routes(self.approval.clone()))
            .merge(archive::routes(self.archive.clone()))
            .merge(materials::routes(self.materials.clone()))
    }

    /// The pages without script.
    pub fn basic(&self) -> basic::Basic {
        basic::Basic {
            platform: self.platform.clone(),
            catalogue: self.catalogue.clone(),
            casework: self.casework.clone(),
            licences: self.licences.clone(),
            feedback: self.feedback.clone(),
            operations: self.operations.clone(),
            site: Arc::new(site::Words(self.platform.clone())),
        }
    }

    /// The library of definitions with those who use them.
    pub fn library(&self) -> design::Library {
        let users = designs::InUse { catalogue: self.catalogue.clone(), casework: self.casework.clone() };
        design::Library::new(self.identity.clone(), self.design.clone(), Arc::new(users), paper::Fonts::built_in())
    }

    /// Which event wakes which job.
    pub fn subscriptions(&self) -> Subscriptions {
        let below = self.casework.subscriptions(self.recognition.subscriptions(Subscriptions::default()));
        let below = self.feedback.subscriptions(below);
        let below = self.materials.subscriptions(self.archive.subscriptions(self.intake.subscriptions(below)));
        let below = transfer::subscriptions(&self.platform.config, below);
        self.security.subscriptions(self.fulfilment.subscriptions(self.exchange.subscriptions(below)))
    }

    /// What runs each kind of job.
    pub fn handlers(&self) -> Handlers {
        let below = self.recognition.jobs(self.identity.jobs(Handlers::default()));
        let below = self.feedback.jobs(self.casework.jobs(self.operations.jobs(self.tables.jobs(below))));
        let below = transfer::jobs(self, self.materials.jobs(self.archive.jobs(self.intake.jobs(below))));
        self.security.jobs(self.fulfilment.jobs(self.exchange.jobs(below)))
    }

    /// Runs events and jobs until nothing is left: tests, the demo and the command line wait this way.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn settle(&self, handlers: &Handlers) -> Result<()> {
        let subscriptions = self.subscriptions();
        loop {
            let events = platform::work::outbox::dispatch(&self.platform, &subscriptions, 500).await?;
            let jobs = platform::work::jobs::run_due(&self.platform, handlers, 50).await?;
            if events + jobs == 0 {
                return Ok(());
            }
        }
    }
}
