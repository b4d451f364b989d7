//! The domain through its services and its router, on both databases.
