//! `form check`, `rule eval`, `flow lint|run`, `calendar due`, `paper render`: the engines on files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use base::calendar::{Calendar, YearCalendar};
use base::deadline::{DeadlineClock, TimeLimit, TimeUnit};
use clap::Subcommand;
use design::FeelExpressions;
use serde_json::{Map, Value, json};

use super::{Outcome, print_json, read};

#[derive(Subcommand)]
pub(super) enum FormCommand {
    /// Check a form definition; with data, judge the data.
    Check {
        /// Form definition (JSON).
        form: PathBuf,
        /// Filled-in data (JSON object).
        #[arg(long)]
        data: Option<PathBuf>,
        /// Handling item key.
        #[arg(long)]
        handle_item: Option<String>,
    },
}

#[derive(Subcommand)]
pub(super) enum RuleCommand {
    /// Evaluate a decision of a DMN file, or a FEEL expression.
    Eval {
        /// DMN file.
        #[arg(long)]
        dmn: Option<PathBuf>,
        /// Decision in it; all of them when absent.
        #[arg(long)]
        decision: Option<String>,
        /// FEEL expression.
        #[arg(long, conflicts_with = "dmn")]
        feel: Option<String>,
        /// Input (JSON object).
        #[arg(long)]
        input: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(super) enum FlowCommand {
    /// Find what would keep a flow from running to its end.
    Lint {
        /// BPMN file.
        flow: PathBuf,
        /// Working days the item allows.
        #[arg(long)]
        days: Option<u32>,
    },
    /// Run a flow on prepared answers and print its path.
    Run {
        /// BPMN file.
        flow: PathBuf,
        /// Variables and answers: {"variables": {…}, "answers": {"review": {"outcome": "pass"}}}.
        #[arg(long)]
        input: Option<PathBuf>,
    },
}

#[derive(Subcommand)]
pub(super) enum CalendarCommand {
    /// When a limit ends, line by line.
    Due {
        /// Day or moment it starts, 2026-09-21 or RFC 3339.
        #[arg(long)]
        start: String,
        /// How many.
        #[arg(long)]
        limit: u32,
        /// working_day, natural_day, hour, minute, month.
        #[arg(long, default_value = "working_day")]
        unit: String,
        /// Folder of calendars.
        #[arg(long, default_value = "packs/platform/calendars")]
        calendars: PathBuf,
    },
}

#[derive(Subcommand)]
pub(super) enum PaperCommand {
    /// Typeset a template with data.
    Render {
        /// Template (.typ).
        template: PathBuf,
        /// Data (JSON).
        data: PathBuf,
        /// Where the PDF goes.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Check the signatures of a PDF.
    Verify {
        /// PDF.
        file: PathBuf,
        /// Trusted certificates (PEM).
        #[arg(long)]
        trust: PathBuf,
    },
}

fn object(path: Option<&Path>) -> anyhow::Result<Map<String, Value>> {
    let Some(path) = path else { return Ok(Map::new()) };
    match serde_json::from_str(&read(path)?).with_context(|| format!("{} 不是 JSON", path.display()))? {
        Value::Object(map) => Ok(map),
        _ => bail!("{} 要是一个 JSON 对象", path.display()),
    }
}

/// 0 when all is well, 1 when something was found.
fn exit(clean: bool) -> ExitCode {
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

pub(super) fn form(command: &FormCommand) -> Outcome {
    let FormCommand::Check { form, data, handle_item } = command;
    let feel = FeelExpressions::new();
    let form = match form::Form::parse(&read(form)?) {
        Ok(form) => form,
        Err(defects) => {
            print_json(&json!({ "defects": defects }))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let defects = form.lint(&feel);
    let Some(data) = data else {
        print_json(&json!({ "defects": defects }))?;
        return Ok(exit(defects.is_empty()));
    };
    let today = base::zone::china_date(base::clock::Clock::now(&platform::system::SystemClock)).to_string();
    let context = form::Context { handle_item: handle_item.clone(), today, ..form::Context::default() };
    let data = object(Some(data))?;
    let outcome = form.evaluate(
        &feel,
        &form::Input { data: &data, context: &context, role: "applicant", step: "", channel: "", locked: &Map::new() },
    );
    let clean = defects.is_empty() && outcome.problems.is_empty();
    print_json(&json!({ "defects": defects, "outcome": outcome }))?;
    Ok(exit(clean))
}

pub(super) fn rule(command: &RuleCommand) -> Outcome {
    let RuleCommand::Eval { dmn, decision, feel, input } = command;
    let input = object(input.as_deref())?;
    if let Some(expression) = feel {
        let value = rule::Feel::new().evaluate(expression, &input)?;
        print_json(&value)?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(dmn) = dmn else { bail!("给出 --dmn 文件，或者 --feel 表达式") };
    let decisions = rule::Decisions::parse(&read(dmn)?)?;
    let names: Vec<String> = match decision {
        Some(one) => vec![one.clone()],
        None => decisions.names().iter().map(|name| (*name).to_owned()).collect(),
    };
    let mut results = Map::new();
    for name in names {
        let decided = decisions.decide(&name, &input)?;
        results.insert(name, json!({ "value": decided.value, "fired": decided.fired }));
    }
    print_json(&results)?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn flow(command: &FlowCommand) -> Outcome {
    let path = match command {
        FlowCommand::Lint { flow, .. } | FlowCommand::Run { flow, .. } => flow,
    };
    let definition = match flow::Definition::parse(&read(path)?) {
        Ok(definition) => definition,
        Err(findings) => {
            print_json(&json!({ "findings": findings }))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let feel = FeelExpressions::new();
    match command {
        FlowCommand::Lint { days, .. } => {
            let context = flow::LintContext {
                roles: identity::roles::all().keys().cloned().collect(),
                services: design::library::SERVICES.iter().map(|service| service.key.to_owned()).collect(),
                limit_days: *days,
                visits: None,
            };
            let findings = flow::lint(&definition, &feel, &context);
            let clean = findings.iter().all(|finding| finding.severity != flow::Severity::Error);
            print_json(&json!({ "findings": findings }))?;
            Ok(exit(clean))
        }
        FlowCommand::Run { input, .. } => {
            let mut input = object(input.as_deref())?;
            let variables = take(&mut input, "variables");
            let answers = take(&mut input, "answers")
                .into_iter()
                .filter_map(|(element, value)| match value {
                    Value::Object(map) => Some((element, map)),
                    _ => None,
                })
                .collect();
            let run = flow::simulate(&definition, variables, &answers, &feel)?;
            print_json(
                &json!({ "path": run.path, "services": run.services, "end": run.end, "variables": run.variables }),
            )?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn take(input: &mut Map<String, Value>, key: &str) -> Map<String, Value> {
    match input.remove(key) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

pub(super) fn calendar(command: &CalendarCommand) -> Outcome {
    let CalendarCommand::Due { start, limit, unit, calendars } = command;
    let years = crate::packs::entries(calendars)
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "yaml"))
        .map(|path| Ok(YearCalendar::from_yaml(&read(path)?)?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let calendar = Calendar::new(&years)?;
    let unit: TimeUnit = serde_json::from_value(Value::String(unit.clone()))
        .context("单位要是 working_day、natural_day、hour、minute 或 month")?;
    let clock = DeadlineClock::started(moment(start)?, "起算", TimeLimit { value: *limit, unit });
    let ledger = base::deadline::ledger(&calendar, &clock, clock.started_at)?;
    print_json(
        &json!({ "due_at": ledger.due_at.map(|at| at.to_string()), "due_date": ledger.due_date.map(|day| day.to_string()), "due_text": ledger.due_text, "lines": ledger.lines }),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn moment(text: &str) -> anyhow::Result<time::OffsetDateTime> {
    use time::format_description::well_known::Rfc3339;
    if let Ok(at) = time::OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(at);
    }
    let day = time::Date::parse(text, time::macros::format_description!("[year]-[month]-[day]"))
        .context("开始时间写成 2026-09-21 或 2026-09-21T09:00:00+08:00")?;
    Ok(base::zone::start_of_day(day))
}

pub(super) fn paper(command: &PaperCommand) -> Outcome {
    match command {
        PaperCommand::Render { template, data, output } => {
            let options = paper::Options {
                fonts: paper::Fonts::built_in(),
                produced_at: base::clock::Clock::now(&platform::system::SystemClock),
                title: template.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
            };
            let data = serde_json::from_str(&read(data)?)?;
            let pdf = paper::render(&read(template)?, &data, &options)?;
            std::fs::write(output, &pdf.bytes)?;
            println!("{} 页，{} 字节", pdf.pages, pdf.bytes.len());
            Ok(ExitCode::SUCCESS)
        }
        PaperCommand::Verify { file, trust } => super::proof::verify_file(file, trust),
    }
}
