//! The default papers, rendered with their samples.
