//! stories

#[cfg(test)]
mod schema;
