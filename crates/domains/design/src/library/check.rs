//! What is wrong with a content, each remark with its place (FORM-016, FORM-028).

use platform::Result;
use platform::web::problem::FieldProblem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Library, SERVICES};
use crate::Kind;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DefinitionSeverity)]
pub enum Severity {
    /// Forbids publishing.
    Error,
    /// Probably not meant.
    Warning,
}

/// One remark about one place of a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DefinitionFinding)]
pub struct Finding {
    /// Weight.
    pub severity: Severity,
    /// Stable code.
    pub code: String,
    /// Where: JSON pointer of a form, element id of a flow, line of a paper.
    pub at: String,
    /// Plain Chinese: what is wrong and the way out.
    pub message: String,
}

impl Finding {
    pub(crate) fn error(code: &str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code: code.to_owned(), at: at.into(), message: message.into() }
    }

    pub(crate) fn of_flow(finding: flow::Finding) -> Self {
        Self {
            severity: if finding.is_error() { Severity::Error } else { Severity::Warning },
            code: finding.code.to_owned(),
            at: finding.element,
            message: finding.message,
        }
    }

    pub(crate) fn of(remark: crate::prints::Remark) -> Self {
        let severity = if remark.error { Severity::Error } else { Severity::Warning };
        Self { severity, code: remark.code.to_owned(), at: remark.at, message: remark.message }
    }

    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    pub(crate) fn field_problem(self) -> FieldProblem {
        FieldProblem::new(format!("/content{}", place(&self.at)), self.code, self.message)
    }
}

fn place(at: &str) -> String {
    if at.is_empty() || at.starts_with('/') { at.to_owned() } else { format!("/{at}") }
}

impl Library {
    /// Everything wrong with a content. `item` names the item whose limit a flow must keep, `key` the definition itself,
    /// that no flow calls itself by others.
    ///
    /// # Errors
    /// When the database refuses; what is wrong with the content is the answer.
    pub async fn findings(
        &self,
        kind: Kind,
        content: &str,
        key: Option<&str>,
        item: Option<&str>,
    ) -> Result<Vec<Finding>> {
        Ok(match kind {
            Kind::Form => self.form_findings(content),
            Kind::Flow => {
                let limit_days = match item {
                    Some(item) => self.users.limit_days(item).await?,
                    None => None,
                };
                self.flow_findings(content, key, limit_days).await?
            }
            Kind::Rules => match rule::Decisions::parse(content) {
                Ok(rules) => rules
                    .bindings()
                    .iter()
                    .flat_map(|binding| binding.defects(&rules))
                    .map(|defect| Finding::error("binding", "", defect))
                    .collect(),
                Err(error) => vec![Finding::error("rules", "", error.to_string())],
            },
            Kind::Paper => self.paper_findings(content),
            Kind::Print => self.print_findings(content).await?,
            Kind::Mapping => self.mapping_findings(content).await?,
            Kind::Sheet | Kind::File => Vec::new(),
        })
    }

    fn form_findings(&self, content: &str) -> Vec<Finding> {
        let defects = match form::Form::parse(content) {
            Ok(form) => form.lint(self.design.expressions()),
            Err(defects) => defects,
        };
        defects.into_iter().map(|defect| Finding::error("form", defect.pointer, defect.message)).collect()
    }

    async fn flow_findings(&self, content: &str, key: Option<&str>, limit_days: Option<u32>) -> Result<Vec<Finding>> {
        let context = flow::LintContext {
            roles: identity::roles::all().keys().cloned().collect(),
            services: SERVICES.iter().map(|service| service.key.to_owned()).collect(),
            limit_days,
            visits: None,
        };
        let callable = self.design.callable(content).await?;
        let found = match flow::Definition::parse_with(content, key, &callable) {
            Ok(definition) => flow::lint(&definition, self.design.expressions(), &context),
            Err(found) => found,
        };
        let found = found.into_iter().map(Finding::of_flow).collect();
        Ok(found)
    }

    /// A template is only drawn with data; without any, what is missing is no mistake of the template.
    fn paper_findings(&self, content: &str) -> Vec<Finding> {
        match paper::Template::new(content) {
            Ok(_) => Vec::new(),
            Err(error) => {
                let line = error.line.map(|line| line.to_string()).unwrap_or_default();
                vec![Finding::error("paper", line, error.message)]
            }
        }
    }
}
