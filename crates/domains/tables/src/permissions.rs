//! Rights of this domain. What somebody may do with the rows of one table is said by the table itself, by role.

platform::permissions! {
    /// Work with the tables that give one's role a right.
    pub UseTables = Desk "table.use";
    /// See a sealed value whole, with a reason.
    pub RevealValue = Desk "table.reveal";
    /// See all tables and change their drafts.
    pub DesignTables = Desk "table.design";
    /// Publish, disable and enable tables.
    pub PublishTables = Desk "table.publish";
}
