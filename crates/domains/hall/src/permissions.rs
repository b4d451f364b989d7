//! What one may do with tickets. Roles are granted these keys in the identity domain.

platform::permissions! {
    /// See the tickets of one's halls.
    pub ReadTickets = Desk "ticket.read";
    /// Look after visitors called to one's window.
    pub TakeTickets = Desk "ticket.take";
}
