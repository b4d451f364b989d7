//! Rights of this domain. Which role holds which right, also of the other domains, is said in
//! `roles.yaml` (see [`crate::roles`]).

platform::permissions! {
    /// See one's own account; sign out.
    pub ReadAccount = Portal "account.read";
    /// Change one's own display name, phone and e-mail.
    pub EditAccount = Portal "account.edit";
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
}
