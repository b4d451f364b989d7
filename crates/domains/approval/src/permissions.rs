//! What one may do with approval on the phone. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// Keep own signatures and opinions written by hand.
    pub OwnDrawings = Desk "drawing.own";
    /// Keep own files.
    pub OwnMaterials = Desk "own_material.edit";
    /// See what handling added to a case.
    pub ReadHandling = Desk "handling_material.read";
    /// Add to it, change and delete what one added.
    pub EditHandling = Desk "handling_material.edit";
    /// See the leaders' cockpit.
    pub ReadCockpit = Desk "cockpit.read";
    /// Publish party-building activities.
    pub EditActivities = Desk "party_activity.edit";
}
