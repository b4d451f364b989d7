//! The types of a form definition, schema `tongban-form/1`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// The schema this crate reads.
pub const SCHEMA: &str = "tongban-form/1";

/// A form: sections of fields. Field keys are unique over all sections; sections only group the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Key of the form, kebab-case.
    pub key: String,
    /// Title shown above the form.
    pub title: String,
    /// The sections, in page order.
    pub sections: Vec<Section>,
}

impl Definition {
    /// The fields that hold a value, layouts opened, in page order; what a group or table holds stays inside it.
    pub fn valued(&self) -> Vec<&Field> {
        self.fields().into_iter().map(|(field, _)| field).filter(|field| !field.kind.is_valueless()).collect()
    }

    /// The fields of all sections, layouts opened, with the layout around each.
    pub(crate) fn fields(&self) -> Vec<(&Field, Option<usize>)> {
        let mut all = Vec::new();
        for section in &self.sections {
            let before = all.len();
            all.extend(
                opened(&section.fields).into_iter().map(|(field, holder)| (field, holder.map(|at| at + before))),
            );
        }
        all
    }
}

/// A section of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Section {
    /// Key, unique in the form.
    pub key: String,
    /// Heading.
    pub title: String,
    /// A line below the heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What the personal data asked for here are used for, as the person reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// FEEL; the section shows when it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_when: Option<String>,
    /// The organisation that answers for this part of a combined form (FORM-004).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Key of the form or template this part was taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The fields, in page order.
    pub fields: Vec<Field>,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line of text.
    Text,
    /// Several lines of text.
    Textarea,
    /// A decimal number: a JSON number, or a decimal string where a JSON number would not be exact.
    Number,
    /// Money in fen, an integer.
    Money,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM`.
    Time,
    /// `YYYY-MM-DDTHH:MM`.
    Datetime,
    /// One of the options, from a list.
    Select,
    /// One of the options, all shown.
    Radio,
    /// Several of the options: an array of values.
    Checkboxes,
    /// `true` or `false`.
    Yesno,
    /// `true` or `false`; untouched it is `false`.
    Switch,
    /// A telephone number.
    Phone,
    /// A citizen identity number, GB 11643.
    IdNumber,
    /// A unified social credit code, GB 32100.
    Uscc,
    /// A 12-digit region code.
    Region,
    /// A street address.
    Address,
    /// An e-mail address.
    Email,
    /// Uploaded files: an array of `{id, name, size}`.
    File,
    /// Uploaded pictures, as files.
    Image,
    /// A signature written by hand: an array of one picture.
    Signature,
    /// A text nobody sees on the page: what it begins with, or what the server put there.
    Hidden,
    /// Rows: an array of objects.
    Table,
    /// Fields that belong together: an object.
    Group,
    /// Layout: side by side on a wide page.
    Columns,
    /// Layout: one page at a time.
    Tabs,
    /// Layout: a page of [`FieldType::Tabs`].
    Tab,
    /// Layout: may be folded away.
    Collapse,
    /// A text to read.
    Note,
    /// Where a seal goes on paper.
    Seal,
    /// An empty place in columns.
    Blank,
    /// A line across.
    Divider,
}

impl FieldType {
    /// Holds fields of its own.
    pub fn nests(self) -> bool {
        matches!(self, Self::Table | Self::Group)
    }

    /// Arranges only: what it holds belongs to the scope around it, so it leaves no trace in the data.
    pub fn arranges(self) -> bool {
        matches!(self, Self::Columns | Self::Tabs | Self::Tab | Self::Collapse)
    }

    /// Takes a place on the page and none in the data.
    pub fn is_valueless(self) -> bool {
        self.arranges() || matches!(self, Self::Note | Self::Seal | Self::Blank | Self::Divider)
    }

    /// Holds uploaded files.
    pub fn is_files(self) -> bool {
        matches!(self, Self::File | Self::Image | Self::Signature)
    }

    /// Names or reaches a person, whatever the form is about.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::IdNumber | Self::Phone | Self::Email)
    }

    /// Holds a string.
    pub fn is_text(self) -> bool {
        !(self.is_valueless()
            || self.is_files()
            || matches!(
                self,
                Self::Number | Self::Money | Self::Checkboxes | Self::Yesno | Self::Switch | Self::Table | Self::Group
            ))
    }

    /// Needs a list of options.
    pub fn chooses(self) -> bool {
        matches!(self, Self::Select | Self::Radio | Self::Checkboxes)
    }

    /// Is answered by choosing, not by writing.
    pub fn is_chosen(self) -> bool {
        self.chooses() || matches!(self, Self::Yesno | Self::Date | Self::Time | Self::Datetime | Self::Region)
    }
}

/// A field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Field {
    /// Key: snake_case, unique among its neighbours.
    pub key: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Label, also used in messages.
    pub label: String,
    /// Help below the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Unit shown behind the input (㎡, 人, 元).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// An example of a right answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Must be answered when visible. True unless said otherwise.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub required: bool,
    /// FEEL; when given it decides alone whether the field is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_when: Option<String>,
    /// FEEL; the field shows when it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visible_when: Option<String>,
    /// FEEL; the value is its result and nobody can write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compute: Option<String>,
    /// The answers to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// Rules of this field; they may read any field of the form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub validate: Vec<Rule>,
    /// Fewest characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Most characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Least number (fen for money) or earliest date (`YYYY-MM-DD` or `today`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Bound>,
    /// Greatest number or latest date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Bound>,
    /// Most decimals of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    /// Regular expression that the whole text must match (the subset that browsers and servers share).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Columns taken on a wide page: 1 or 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<u8>,
    /// Where the value may come from: `account.name`, `agent.phone`, `enterprise.uscc`, `licence.address`,
    /// `licences.business-licence.address`, `shared.person.address`, `card.address`, `earlier.area`…; several
    /// with `|` between, the first that is known counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// A value that came from `source` cannot be changed by the applicant.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// Shown beside a value that came from `source`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_note: Option<String>,
    /// What the value is compared with (FORM-018), written as `source` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<String>,
    /// Who may do what, by role or step. Who is not named may write.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub permission: IndexMap<String, Permission>,
    /// Nobody changes it but the roles and steps that `permission` names with `write`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// What a new form begins with; `today` for a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Code in the shared field library (FORM-003): the same code is the same field, asked once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<String>,
    /// How many columns stand side by side: 2 to 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<u8>,
    /// Whether a fold begins open; true when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// Lines that an empty place takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<u8>,
    /// Endings a file may have, lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
    /// Most files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_files: Option<usize>,
    /// Megabytes of one file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_size: Option<Number>,
    /// Fields of a group, columns of a table, what a layout holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// Fewest rows of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_rows: Option<usize>,
    /// Most rows of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_rows: Option<usize>,
    /// A column in which no value may stand twice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
}

impl Field {
    /// What the field begins with on a China date, `YYYY-MM-DD`.
    pub(crate) fn begins(&self, today: &str) -> Option<Value> {
        match (&self.default, self.kind) {
            (Some(Value::String(text)), FieldType::Date) if text == "today" => Some(Value::String(today.to_owned())),
            (default, _) => default.clone(),
        }
    }
}

impl Section {
    /// Labels of the fields that ask for personal data (DATASEC-012): by what they hold, or because
    /// they are filled in from a person's account.
    pub fn personal(&self) -> Vec<&str> {
        fn below<'a>(fields: &'a [Field], found: &mut Vec<&'a str>) {
            for field in fields {
                let from_account = field
                    .source
                    .as_deref()
                    .is_some_and(|from| from.starts_with("account.") || from.starts_with("agent."));
                if field.kind.is_personal() || from_account {
                    found.push(&field.label);
                }
                below(&field.fields, found);
            }
        }
        let mut found = Vec::new();
        below(&self.fields, &mut found);
        found
    }
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_yes(flag: &bool) -> bool {
    *flag
}

/// An answer to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// A rule and what to say when it is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// FEEL; false breaks the rule, null (something is not filled in yet) does not.
    pub feel: String,
    /// What to do, in plain words.
    pub message: String,
    /// Whether it stops the form or only warns (FORM-016).
    #[serde(default, skip_serializing_if = "Severity::is_stop")]
    pub severity: Severity,
    /// First China date on which the rule holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last China date on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Only these channels ask for it; all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

impl Rule {
    /// Whether the rule holds on this day and channel; an unknown channel is asked everything.
    pub(crate) fn asked(&self, today: &str, channel: &str) -> bool {
        self.from.as_deref().is_none_or(|from| today >= from)
            && self.until.as_deref().is_none_or(|until| today <= until)
            && (channel.is_empty() || self.channels.is_empty() || self.channels.iter().any(|one| one == channel))
    }
}

/// What a broken rule does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The form does not pass.
    #[default]
    Stop,
    /// The person is told, the form passes.
    Warn,
}

impl Severity {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
    fn is_stop(&self) -> bool {
        *self == Self::Stop
    }
}

/// A least or greatest value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Bound {
    /// Of a number.
    Number(Number),
    /// Of a date, or a number written as a decimal string.
    Text(String),
}

/// The fields of one scope with the layouts opened, in page order, and the layout around each.
pub(crate) fn opened(fields: &[Field]) -> Vec<(&Field, Option<usize>)> {
    fn open<'a>(fields: &'a [Field], holder: Option<usize>, into: &mut Vec<(&'a Field, Option<usize>)>) {
        for field in fields {
            into.push((field, holder));
            if field.kind.arranges() {
                open(&field.fields, Some(into.len() - 1), into);
            }
        }
    }
    let mut all = Vec::new();
    open(fields, None, &mut all);
    all
}

/// What a role may do with a field, the strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Neither see nor send it.
    Hidden,
    /// See it.
    Read,
    /// See and change it.
    Write,
}
