//! Who can sign in: the residents and enterprises of the example city.

use serde::{Deserialize, Serialize};

/// The file of people (`schema: tongban-citizens/1`).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct People {
    /// Natural persons.
    #[serde(default)]
    pub persons: Vec<Person>,
    /// Enterprises and other bodies.
    #[serde(default)]
    pub enterprises: Vec<Enterprise>,
}

/// A natural person.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// Name to sign in with.
    pub key: String,
    /// Name.
    pub name: String,
    /// Citizen id number (GB 11643).
    pub id_number: String,
    /// Mobile number.
    pub phone: String,
    /// Whether the province has verified who it is.
    #[serde(default)]
    pub real_name: bool,
    /// Home address.
    #[serde(default)]
    pub address: String,
    /// Day of birth, `1988-03-12`.
    #[serde(default)]
    pub birth: String,
    /// `1` man, `2` woman (GB/T 2261.1).
    #[serde(default)]
    pub sex: String,
    /// Nation.
    #[serde(default)]
    pub nation: String,
}

/// An enterprise; its legal representative acts for it.
#[derive(Debug, Clone, Deserialize)]
pub struct Enterprise {
    /// Name to sign in with.
    pub key: String,
    /// Registered name.
    pub name: String,
    /// Unified social credit code (GB 32100).
    pub uscc: String,
    /// Registration number of before the credit code; made from the code when absent.
    #[serde(default)]
    pub registration_number: Option<String>,
    /// State of its business licence, `存续` when it counts.
    #[serde(default)]
    pub status: String,
    /// Who acts for it.
    pub legal_representative: Representative,
    /// Registered address.
    #[serde(default)]
    pub address: String,
}

/// Who acts for an enterprise.
#[derive(Debug, Clone, Deserialize)]
pub struct Representative {
    /// Name.
    pub name: String,
    /// Citizen id number.
    pub id_number: String,
}

/// What the province tells about who signed in.
#[derive(Debug, Clone, Serialize)]
pub struct Login {
    /// The province's id of this user, opaque and stable.
    pub sub: String,
    /// `person` or `enterprise`.
    pub kind: &'static str,
    /// Name of the person; for an enterprise that of who acts for it.
    pub name: String,
    /// Kind of paper, `111` = citizen id card (GA/T 517).
    pub id_type: &'static str,
    /// Number of the paper.
    pub id_number: String,
    /// Mobile number, empty when the province has none.
    pub phone: String,
    /// Real-name state.
    pub real_name: bool,
    /// The enterprise signed in as.
    pub enterprise: Option<LoginEnterprise>,
}

/// The enterprise part of a login.
#[derive(Debug, Clone, Serialize)]
pub struct LoginEnterprise {
    /// Registered name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// Legal representative.
    pub legal_person: String,
    /// Registered address.
    pub address: String,
}

impl People {
    /// Reads the file.
    ///
    /// # Errors
    /// Says where the file is not as it should be.
    pub fn from_yaml(text: &str) -> anyhow::Result<Self> {
        Ok(serde_yaml_ng::from_str(text)?)
    }

    /// The login of a key.
    pub fn login(&self, key: &str) -> Option<Login> {
        if let Some(person) = self.persons.iter().find(|person| person.key == key) {
            return Some(Login {
                sub: subject(key),
                kind: "person",
                name: person.name.clone(),
                id_type: "111",
                id_number: person.id_number.clone(),
                phone: person.phone.clone(),
                real_name: person.real_name,
                enterprise: None,
            });
        }
        let body = self.enterprises.iter().find(|body| body.key == key)?;
        let acting = self.persons.iter().find(|person| person.id_number == body.legal_representative.id_number);
        Some(Login {
            sub: subject(key),
            kind: "enterprise",
            name: body.legal_representative.name.clone(),
            id_type: "111",
            id_number: body.legal_representative.id_number.clone(),
            phone: acting.map(|person| person.phone.clone()).unwrap_or_default(),
            real_name: acting.is_none_or(|person| person.real_name),
            enterprise: Some(LoginEnterprise {
                name: body.name.clone(),
                uscc: body.uscc.clone(),
                legal_person: body.legal_representative.name.clone(),
                address: body.address.clone(),
            }),
        })
    }
}

/// The province does not use our keys: its subject ids are opaque.
fn subject(key: &str) -> String {
    let digest = base::crypto::sm3(format!("province:{key}").as_bytes());
    base::encoding::to_hex(digest.get(..16).unwrap_or(&digest))
}
