//! Ways, purposes and what is known of somebody identified. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How somebody was identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IdentifyWay)]
pub enum Way {
    /// Second-generation resident identity card.
    IdCard,
    /// Citizen card 市民卡.
    CitizenCard,
    /// Code of a person.
    CitizenCode,
    /// Code of an enterprise, shown by somebody who acts for it.
    EnterpriseCode,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::IdCard, Self::CitizenCard, Self::CitizenCode, Self::EnterpriseCode];

    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IdCard => "id_card",
            Self::CitizenCard => "citizen_card",
            Self::CitizenCode => "citizen_code",
            Self::EnterpriseCode => "enterprise_code",
        }
    }

    /// Reads a column value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.as_str() == text)
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::IdCard => "读身份证",
            Self::CitizenCard => "读市民卡",
            Self::CitizenCode => "扫个人码",
            Self::EnterpriseCode => "扫企业码",
        }
    }
}

/// What somebody is identified for; it serves for nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IdentifyPurpose)]
pub enum Purpose {
    /// Booking 预约.
    Booking,
    /// Queue ticket 取号.
    Ticket,
    /// Handing an application in at the counter 窗口收件.
    Intake,
    /// Collecting a result 领取结果.
    Collection,
}

impl Purpose {
    /// Column value and JSON name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Booking => "booking",
            Self::Ticket => "ticket",
            Self::Intake => "intake",
            Self::Collection => "collection",
        }
    }

    /// Reads a column value.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Booking, Self::Ticket, Self::Intake, Self::Collection].into_iter().find(|one| one.as_str() == text)
    }
}

/// A person as a code or card tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentifiedPerson {
    /// Name.
    pub name: String,
    /// Identity number.
    pub id_number: String,
    /// Mobile number, when the code tells one; a card does not.
    pub phone: String,
    /// Sex in words.
    pub sex: String,
    /// Nation.
    pub nation: String,
    /// Day of birth, `1988-03-12`.
    pub birth: String,
    /// Address on the card.
    pub address: String,
    /// Last day of the card; `长期` without end.
    pub valid_until: String,
}

/// An enterprise as its code tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IdentifiedEnterprise {
    /// Registered name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// Legal representative.
    pub legal_person: String,
    /// Their identity number, to tell whether it is they who show the code.
    pub legal_person_id_number: String,
    /// Registered address.
    pub address: String,
}

/// What is sealed of an identification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Who stands at the counter.
    pub person: IdentifiedPerson,
    /// For whom the code shown speaks.
    #[serde(default)]
    pub enterprise: Option<IdentifiedEnterprise>,
}

/// What the person who shows an enterprise's code is for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = IdentifyStanding)]
pub enum Standing {
    /// Legal representative.
    LegalRepresentative,
    /// Holds a grant that counts now.
    Granted,
    /// Neither: may not act for it.
    None,
}
