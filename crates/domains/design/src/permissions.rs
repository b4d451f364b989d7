//! Rights of this domain.

platform::permissions! {
    /// See the library of forms, flows, rules and papers, and try them out.
    pub ReadDesign = Desk "design.read";
    /// Make and change drafts.
    pub EditDesign = Desk "design.edit";
    /// Publish, disable and enable.
    pub PublishDesign = Desk "design.publish";
    /// Draw flows of one's own part within the limits of its items.
    pub DesignOwnFlows = Desk "flow.own";
    /// Set which data items a form gives and where each is stored.
    pub EditDataItems = Desk "design.data_items.edit";
    /// Change shared fields.
    pub EditFields = Desk "design.fields.edit";
    /// Change settings of the designers, such as shortcuts.
    pub EditDesignSettings = Desk "design.settings.edit";
}
