//! 办件申请 from outside: judged like an application at the counter, the paper being over there.

use platform::web::problem::FieldProblem;
use platform::{Problem, Result};
use serde_json::{Map, Value, json};

use super::message::{Message, shape};
use super::records;
use crate::cases::model::Channel;
use crate::cases::service::Casework;
use crate::cases::service::counter::CounterApplication;
use crate::cases::service::submit::Receipt;
use crate::cases::service::taking::Taking;

/// The content as an application; materials named by reference count as handed in over there.
fn application(data: &Map<String, Value>) -> Result<CounterApplication> {
    let mut data = data.clone();
    let mut problems = Vec::new();
    let mut materials = Map::new();
    if let Some(given) = data.get("materials").and_then(Value::as_object) {
        for (key, one) in given {
            if let Some(files) = one.get("files") {
                records::file_problems(&format!("/materials/{key}/files"), files, &mut problems);
            }
            let handing = match one.get("handing").and_then(Value::as_str) {
                None | Some("paper" | "upload" | "scan") => "paper",
                Some("licence") => "licence",
                Some("later") => "later",
                Some(_) => {
                    let pointer = format!("/materials/{key}/handing");
                    problems.push(FieldProblem::new(pointer, "option", "材料的交法填 upload、paper、licence 或 later"));
                    "paper"
                }
            };
            materials.insert(key.clone(), json!({ "handing": handing }));
        }
    }
    if !problems.is_empty() {
        return Err(Problem::invalid(problems));
    }
    data.insert("materials".to_owned(), Value::Object(materials));
    serde_json::from_value(Value::Object(data)).map_err(|error| shape(&error))
}

impl Casework {
    pub(super) async fn apply_from_outside(&self, message: &Message) -> Result<Receipt> {
        let application = application(&message.data)?;
        let item = self.catalogue.published(&application.item_slug).await?;
        let caller = message.caller(item.org_id, None);
        let taking = Taking {
            channel: message.channel,
            seen: None,
            text: match message.channel {
                Channel::Exchange => "通过对接系统提交了申请".to_owned(),
                channel => format!("通过{}提交了申请（{}）", message.system_name, Channel::label_of(channel.as_str())),
            },
            permission: "case.exchange",
        };
        // A message is told apart by its own number, so it needs no key.
        self.take_whole(&caller, application, taking, None).await
    }
}
