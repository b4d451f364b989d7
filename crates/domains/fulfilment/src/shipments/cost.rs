//! What a parcel costs and who pays: rules of the courier contract as data, `packs/platform/courier.yaml`.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::fees::compute::Feel;

/// The contract.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourierRules {
    /// Format.
    pub schema: String,
    /// Company people read.
    pub company: String,
    /// Rules; the first that holds counts.
    pub rules: Vec<CostRule>,
}

/// One rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostRule {
    /// Name people read.
    pub name: String,
    /// FEEL over `kind` (`result`, `archive`), `weight_g`, `from_region`, `to_region` (codes, empty when unknown).
    #[serde(default)]
    pub when: Option<String>,
    /// Weight the first price is for, grams.
    pub first_g: i64,
    /// First price, fen.
    pub first_fen: i64,
    /// Each further step, grams.
    pub step_g: i64,
    /// Its price, fen.
    pub step_fen: i64,
    /// `office` or `receiver`.
    pub payer: String,
}

/// What a parcel costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// Fen.
    pub fen: i64,
    /// Rule by which.
    pub rule: String,
    /// `office` or `receiver`.
    pub payer: String,
}

/// A parcel as rules see it.
pub fn facts(kind: &str, weight_g: i64, from: &str, to: &str) -> Map<String, Value> {
    let all = json!({ "kind": kind, "weight_g": weight_g, "from_region": from, "to_region": to });
    all.as_object().cloned().unwrap_or_default()
}

impl CourierRules {
    /// Reads the file.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rules: Self = serde_yaml_ng::from_str(text).map_err(|error| error.to_string())?;
        let bad = rules.rules.iter().find(|one| {
            one.step_g <= 0
                || one.first_g < 0
                || one.first_fen < 0
                || one.step_fen < 0
                || !["office", "receiver"].contains(&one.payer.as_str())
        });
        match bad {
            Some(one) => Err(format!("the rule {} has a weight, price or payer that can't be", one.name)),
            None if rules.rules.iter().all(|one| one.when.is_some()) => {
                Err("the last rule must hold for everything".to_owned())
            }
            None => Ok(rules),
        }
    }

    /// The cost of a parcel.
    pub fn cost(&self, weight_g: i64, feel: Feel<'_>) -> Cost {
        let holds = |one: &&CostRule| one.when.as_deref().is_none_or(|when| feel(when) == Value::Bool(true));
        let Some(rule) = self.rules.iter().find(holds) else {
            return Cost { fen: 0, rule: String::new(), payer: "office".to_owned() };
        };
        let over = (weight_g - rule.first_g).max(0);
        // A step begun is a step.
        let steps = (over + rule.step_g - 1) / rule.step_g;
        Cost { fen: rule.first_fen + steps * rule.step_fen, rule: rule.name.clone(), payer: rule.payer.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// req: CASE-030
    #[test]
    fn a_parcel_costs_what_the_first_rule_that_holds_says() {
        let rules = CourierRules::parse(
            "schema: tongban-courier/1\ncompany: 邮政\nrules:\n\
             - {name: 同城, when: same, first_g: 1000, first_fen: 1200, step_g: 1000, step_fen: 200, payer: receiver}\n\
             - {name: 其他, first_g: 1000, first_fen: 2000, step_g: 1000, step_fen: 800, payer: receiver}\n",
        )
        .unwrap();
        let same = |when: &str| Value::Bool(when == "same");
        assert_eq!(rules.cost(200, &same).fen, 1200);
        assert_eq!(rules.cost(1001, &same).fen, 1400, "a step begun is a step");
        let elsewhere = rules.cost(3000, &|_: &str| Value::Null);
        assert_eq!((elsewhere.fen, elsewhere.rule.as_str()), (3600, "其他"));
        assert!(CourierRules::parse("schema: a\ncompany: b\nrules: [{name: x, when: y, first_g: 1, first_fen: 1, step_g: 1, step_fen: 1, payer: office}]").is_err());
    }
}
