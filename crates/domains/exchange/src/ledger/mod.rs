//! The ledger of calls 对接台账 at the desk. The rows are the platform's ([`platform::calls`]), because
//! connectors live on every floor; here they are listed, shown and downloaded (IDENT-038).

pub(crate) mod http;
