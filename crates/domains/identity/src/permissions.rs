//! Rights of this domain. Which role holds which right, also of the other domains, is said in
//! `roles.yaml` (see [`crate::roles`]).

platform::permissions! {
    /// See one's own account; sign out.
    pub ReadAccount = Portal "account.read";
    /// Change one's own display name, phone and e-mail.
    pub EditAccount = Portal "account.edit";
    /// See one's grants, and for whom one may act.
    pub ReadGrants = Portal "grant.read";
    /// Give, ask for, answer, change and end grants.
    pub EditGrants = Portal "grant.edit";
    /// Record an elder's answer at the window.
    pub ConfirmGrants = Desk "grant.confirm";
    /// Let a connected system know who one is.
    pub GiveConsent = Portal "consent.give";
    /// Open connected systems from the portal and bind own accounts there.
    pub OpenSystems = Portal "systems.open";
    /// See one's own staff data; sign out; one's own sessions and second factor.
    pub ReadSelf = Desk "staff.me";
    /// See who of the staff is signed in and from where.
    pub ReadSessions = Desk "session.read";
    /// End somebody else's session.
    pub EndSession = Desk "session.end";
    /// Take a lost second factor away, so that its owner enrols anew.
    pub ResetSecondFactor = Desk "second_factor.reset";
    /// See the sign-on settings of connected systems, the signing keys and the statistics.
    pub ReadSignOn = Desk "sign_on.read";
    /// Change the sign-on settings of a connected system.
    pub EditSignOn = Desk "sign_on.edit";
    /// Make a new key for identity tokens.
    pub RotateSignOnKeys = Desk "sign_on.keys";
    /// See real-name reviews.
    pub ReadRealName = Desk "real_name.read";
    /// Decide a real-name review.
    pub ReviewRealName = Desk "real_name.review";
    /// See connected systems.
    pub ReadSystems = Desk "system.read";
    /// Register and change connected systems, their secrets and grants.
    pub EditSystems = Desk "system.edit";
    /// See organisations and windows of one's part.
    pub ReadOrgs = Desk "org.read";
    /// Add, change, move, merge, disable organisations of one's part.
    pub EditOrgs = Desk "org.edit";
    /// Add, change, remove windows of one's part.
    pub EditWindows = Desk "window.edit";
    /// See staff of one's part.
    pub ReadStaff = Desk "staff.read";
    /// Add, change, disable, remove, import staff of one's part.
    pub EditStaff = Desk "staff.edit";
    /// Give staff roles, items and windows.
    pub GrantStaff = Desk "staff.grant";
    /// Enable, unlock, reset a password.
    pub RecoverStaff = Desk "staff.recover";
    /// See the raw phone of a staff user, with a reason.
    pub RevealStaff = Desk "staff.reveal";
    /// See roles, permissions, exclusions.
    pub ReadRoles = Desk "role.read";
    /// Change roles and exclusions.
    pub EditRoles = Desk "role.edit";
    /// Give and end mandates.
    pub EditMandates = Desk "mandate.edit";
    /// See access policies.
    pub ReadPolicies = Desk "policy.read";
    /// Change access policies.
    pub EditPolicies = Desk "policy.edit";
    /// See grants to staff of other regions.
    pub ReadCrossRegion = Desk "cross_region.read";
    /// Give and recall grants to staff of other regions.
    pub EditCrossRegion = Desk "cross_region.edit";
    /// See which district items are open at a town.
    pub ReadExtensions = Desk "extension.read";
    /// Open district items at a town.
    pub EditExtensions = Desk "extension.edit";
    /// Bring accounts and organisations of an earlier system in.
    pub RunMigration = Desk "migration.run";
    /// Marks who administers the whole region of the own organisation. No route asks for it.
    pub AdministerRegion = Desk "admin.region";
    /// Marks who may give every right there is. No route asks for it.
    pub GrantAll = Desk "admin.grant_all";
}
