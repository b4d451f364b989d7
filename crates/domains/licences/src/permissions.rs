//! What one may do with licences. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// See own licences and their files.
    pub ReadMyLicence = Portal "my_licence.read";
    /// See the licences of cases in one's reach.
    pub ReadLicence = Desk "case.read";
    /// See, correct and delete drafts before they are sealed.
    pub EditDraft = Desk "licence.draft";
    /// Print licences on pre-printed stock, write blanks off.
    pub Overprint = Desk "licence.overprint";
}
