//! What a clerk sees of somebody identified.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{Purpose, Standing, Way};
use super::service::{Found, IdentifiedRole};

/// The person.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentifiedPerson)]
pub(crate) struct PersonView {
    name: String,
    /// Whole for an application, because it fills the form; masked for anything else.
    id_number: String,
    /// Same rule; empty when unknown.
    phone: String,
    sex: String,
    nation: String,
    birth: String,
    /// Same rule; empty when unknown.
    address: String,
    valid_until: String,
}

/// The enterprise whose code was shown.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentifiedEnterprise)]
pub(crate) struct EnterpriseView {
    name: String,
    uscc: String,
    legal_person: String,
    address: String,
    /// What the person who shows the code is for it.
    standing: Standing,
    standing_label: &'static str,
}

/// Somebody with a role, or somebody represented.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentifiedRole)]
pub(crate) struct RoleView {
    name: String,
    /// Masked number; the credit code of an enterprise is public.
    id_number_masked: String,
    role_label: &'static str,
    all_items: bool,
    /// Slugs, when not every item.
    items: Vec<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<OffsetDateTime>,
}

/// Somebody identified.
#[derive(Serialize, ToSchema)]
#[schema(as = IdentificationView)]
pub(crate) struct View {
    id: Uuid,
    way: Way,
    way_label: &'static str,
    purpose: Purpose,
    person: PersonView,
    /// Portrait of the card as a data address: shown once, kept nowhere.
    photo: Option<String>,
    enterprise: Option<EnterpriseView>,
    /// Who may act for the enterprise.
    authorised: Vec<RoleView>,
    /// Whose things the person may handle.
    represents: Vec<RoleView>,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    expires_at: OffsetDateTime,
}

impl From<IdentifiedRole> for RoleView {
    fn from(role: IdentifiedRole) -> Self {
        Self {
            name: role.name,
            id_number_masked: role.id_number_masked,
            role_label: role.role_label,
            all_items: role.all_items,
            items: role.items,
            until: role.until,
        }
    }
}

impl View {
    /// The view of what was found, with the portrait of a card.
    pub(crate) fn new(found: Found, photo: Option<String>) -> Self {
        let seen = found.identification;
        let person = seen.seen.person;
        // Whole numbers only where they are needed to fill something in.
        let whole = seen.purpose == Purpose::Intake;
        let shown =
            |text: &str, mask: fn(&str) -> String| if whole || text.is_empty() { text.to_owned() } else { mask(text) };
        let standing = found.standing.unwrap_or(Standing::None);
        Self {
            id: seen.id,
            way: seen.way,
            way_label: seen.way.label(),
            purpose: seen.purpose,
            person: PersonView {
                id_number: shown(&person.id_number, base::mask::citizen_id),
                phone: shown(&person.phone, base::mask::phone),
                address: shown(&person.address, base::mask::address),
                name: person.name,
                sex: person.sex,
                nation: person.nation,
                birth: if whole { person.birth } else { String::new() },
                valid_until: person.valid_until,
            },
            photo,
            enterprise: seen.seen.enterprise.map(|body| EnterpriseView {
                name: body.name,
                uscc: body.uscc,
                legal_person: body.legal_person,
                address: body.address,
                standing,
                standing_label: match standing {
                    Standing::LegalRepresentative => "法定代表人本人",
                    Standing::Granted => "已获企业授权",
                    Standing::None => "没有企业授权",
                },
            }),
            authorised: found.authorised.into_iter().map(RoleView::from).collect(),
            represents: found.represents.into_iter().map(RoleView::from).collect(),
            expires_at: seen.expires_at,
        }
    }
}
