//! Messages: their texts name people and carry codes.

use platform::messages::{self, Channel, Message};
use sea_orm::{ConnectionTrait, Statement};
use testkit::{TestPlatform, backends};

use super::{fresh, number};

async fn everything(test: &TestPlatform) -> String {
    let sql = "SELECT body || ' ' || body_sealed AS t FROM messages";
    let statement = Statement::from_string(test.platform.db.backend(), sql);
    let rows = test.platform.db.read().query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get::<String>("", "t").unwrap()).collect()
}

/// req: DATASEC-005
/// req: IDENT-033
#[tokio::test]
async fn the_text_of_a_message_is_sealed_and_an_old_one_is_sealed_by_the_upkeep() {
    for backend in backends() {
        let test = fresh(backend).await;
        let message = Message {
            event_key: "case.submitted:1:1".to_owned(),
            recipient: "account:1".to_owned(),
            phone: None,
            account: None,
            channel: Channel::InApp,
            template: "submitted".to_owned(),
            body: "王海燕，您的查询密码是 480211。".to_owned(),
        };
        messages::send(&test.platform, message.clone()).await.unwrap();
        messages::send(&test.platform, message).await.unwrap();
        assert!(!everything(&test).await.contains("480211"));
        let id = "01a00000-0000-7000-8000-000000000001";
        let id = if test.platform.db.backend() == sea_orm::DbBackend::Postgres {
            format!("'{id}'")
        } else {
            format!("X'{}'", id.replace('-', ""))
        };
        let old = format!(
            "INSERT INTO messages (id, event_key, recipient, channel, template, body, state, created_at) \
             VALUES ({id}, 'old', 'account:1', 'in_app', 'x', '旧短信 551907', 'sent', '2026-09-01 00:00:00+00:00')"
        );
        test.platform.db.execute_batch(test.platform.now(), vec![old]).await.unwrap();
        for _ in 0..2 {
            let inbox = messages::inbox(&test.platform, "account:1", 10).await.unwrap();
            let texts: Vec<&str> = inbox.iter().map(|item| item.text.as_str()).collect();
            assert_eq!(texts.len(), 2, "sent twice, there once");
            assert!(texts.contains(&"王海燕，您的查询密码是 480211。") && texts.contains(&"旧短信 551907"));
            messages::seal_old(&test.platform).await.unwrap();
        }
        assert!(!everything(&test).await.contains("551907"));
        assert_eq!(messages::seal_old(&test.platform).await.unwrap(), 0);
        assert_eq!(number(&test.platform, "SELECT count(*) AS n FROM messages WHERE body_sealed LIKE 's1.%'").await, 2);
        test.close().await;
    }
}
