//! The refusals a route can give, told once for the OpenAPI description.
//!
//! A guarded route lists what it can answer with besides success:
//! `responses((status = 200, body = View), Refused, Absent, Outdated, Unreadable)`. Each is a problem
//! (RFC 9457), see [`crate::web::problem`]; which of them a route names stays its own decision.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::problem::ProblemBody;

type Told = BTreeMap<String, RefOr<Response>>;

fn problems(statuses: &[&str]) -> Told {
    let body = || ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    let one = || ResponseBuilder::new().content("application/problem+json", body()).build();
    statuses.iter().map(|status| ((*status).to_owned(), RefOr::T(one()))).collect()
}

/// 400: the request itself can't be read.
pub struct Malformed;

/// 401 alone: a route for everybody who is signed in.
pub struct SignedOut;

/// 401 for who is not known, 403 for who may not: every guarded route.
pub struct Refused;

/// 404: absent, or not to be known by this caller.
pub struct Absent;

/// 409: an old page or a wrong state.
pub struct Outdated;

/// 422: readable and wrong; names each field.
pub struct Unreadable;

/// 503: not now; `Retry-After` says when to come again.
pub struct Unavailable;

impl IntoResponses for Unavailable {
    fn responses() -> Told {
        problems(&["503"])
    }
}

impl IntoResponses for Malformed {
    fn responses() -> Told {
        problems(&["400"])
    }
}

impl IntoResponses for SignedOut {
    fn responses() -> Told {
        problems(&["401"])
    }
}

impl IntoResponses for Refused {
    fn responses() -> Told {
        problems(&["401", "403"])
    }
}

impl IntoResponses for Absent {
    fn responses() -> Told {
        problems(&["404"])
    }
}

impl IntoResponses for Outdated {
    fn responses() -> Told {
        problems(&["409"])
    }
}

impl IntoResponses for Unreadable {
    fn responses() -> Told {
        problems(&["422"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_is_a_problem_document() {
        let each = [Malformed::responses(), Refused::responses(), Absent::responses(), Outdated::responses()];
        let all: Told = each.into_iter().flatten().chain(Unreadable::responses()).collect();
        assert_eq!(all.keys().map(String::as_str).collect::<Vec<_>>(), ["400", "401", "403", "404", "409", "422"]);
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(text.matches("application/problem+json").count(), 6);
        assert_eq!(text.matches("#/components/schemas/").count(), 6);
        assert_eq!(SignedOut::responses().keys().map(String::as_str).collect::<Vec<_>>(), ["401"]);
        assert_eq!(Unavailable::responses().keys().map(String::as_str).collect::<Vec<_>>(), ["503"]);
    }
}
