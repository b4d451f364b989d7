//! Rights of this domain. Which role holds which right, also of the other domains, is said in
//! `roles.yaml` (see [`crate::roles`]).

platform::permissions! {
    /// See one's own account; sign out.
    pub ReadAccount = Portal "account.read";
    /// Change one's own display name, phone and e-mail.
    pub EditAccount = Portal "account.edit";
    /// See one's own staff data; sign out.
    pub ReadSelf = Desk "staff.me";
    /// See connected systems.
    pub ReadSystems = Desk "system.read";
    /// Register and change connected systems, their secrets and grants.
    pub EditSystems = Desk "system.edit";
}
