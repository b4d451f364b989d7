//! Delegation through its routes.
