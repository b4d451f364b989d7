//! Rights of this domain; which role holds which is said in identity's `roles.yaml`.

platform::permissions! {
    /// See items, drafts and the catalogue tree in the desk.
    pub ReadItem = Desk "item.read";
    /// Change drafts and catalogue nodes.
    pub EditItem = Desk "item.edit";
    /// Publish and cancel items.
    pub PublishItem = Desk "item.publish";
    /// Keep one's favourite items.
    pub EditFavourite = Portal "favourite.edit";
}
