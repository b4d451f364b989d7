//! Rights of this domain.

platform::permissions! {}
