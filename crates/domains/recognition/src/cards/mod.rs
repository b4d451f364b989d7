//! Identity and citizen cards, read at a window (IDENT-015).
//!
//! A browser can't reach a card reader, and what a browser says can be invented. So a small program
//! on the computer of the window, the device gateway, reads the card and signs what it read with the
//! key of the registered device; the page only carries it. The server wants to see a challenge of
//! its own in it, so a read is fresh and serves once, whatever clock the computer has. The protocol
//! is written down in docs/operations/devices.md; `simulators` plays the gateway.
//!
//! The portrait goes to the clerk who read the card and is kept nowhere.

pub(crate) mod devices;
pub(crate) mod http;
mod model;
mod service;
pub(crate) mod store;

pub use devices::NewCardDevice;
