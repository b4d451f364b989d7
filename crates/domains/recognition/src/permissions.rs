//! Rights of this domain.

platform::permissions! {
    /// Identify somebody at the counter by code or card.
    pub IdentifyPerson = Desk "identify.person";
    /// See the card readers of windows.
    pub ReadCardDevices = Desk "card_device.read";
    /// Register card readers, switch them on and off.
    pub EditCardDevices = Desk "card_device.edit";
    /// See which staff are linked to the mobile platform.
    pub ReadMobileLinks = Desk "mobile_link.read";
    /// Link somebody's account to a user of the mobile platform.
    pub MakeMobileLink = Desk "mobile_link.make";
    /// End somebody's link to the mobile platform.
    pub EndMobileLink = Desk "mobile_link.end";
}
