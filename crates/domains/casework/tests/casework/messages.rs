//! What people are told, once, also when a job runs twice or the gateway is down.

use crate::world::on_both;

/// One text message per event, although the job runs again.
///
/// req: CASE-010, CASE-012
#[tokio::test]
async fn a_text_is_sent_once_although_the_job_runs_twice() {
    on_both(async |world| {
        let id = world.submitted().await;
        world.settle().await;
        world.accept(id).await.unwrap();
        world.settle().await;
        let sent = world.texts_to("19900000001").await;
        assert_eq!(sent.len(), 2, "{sent:?}");
        assert!(sent[0].contains("申请已提交") && sent[1].contains("已受理"), "{sent:?}");
        assert!(sent.iter().all(|text| !text.contains('{')), "every name is filled in: {sent:?}");
        world.sql("UPDATE jobs SET state = 'ready', attempts = 0".into()).await;
        world.settle().await;
        assert_eq!(world.texts_to("19900000001").await.len(), 2);
        let inbox =
            platform::messages::inbox(&world.casework.platform, &format!("account:{}", world.haiyan.account.id), 10)
                .await
                .unwrap();
        assert_eq!(inbox.len(), 2);
        assert!(inbox.iter().any(|one| one.text.contains("9月29日")), "{inbox:?}");
    })
    .await;
}

/// A gateway that is down delays the text and nothing else; the case goes on meanwhile.
///
/// req: CASE-010
#[tokio::test]
async fn a_gateway_that_is_down_loses_nothing() {
    on_both(async |world| {
        world.gateway_down(true).await;
        let id = world.closed("granted").await;
        assert!(world.texts_to("19900000001").await.is_empty());
        assert_eq!(world.casework.licences.of_case(id).await.unwrap().len(), 1);
        world.gateway_down(false).await;
        for _ in 0..4 {
            world.forward(time::Duration::minutes(10));
            world.settle().await;
        }
        world.no_dead_jobs().await;
        let sent = world.texts_to("19900000001").await;
        assert!(sent.len() >= 3, "{sent:?}");
        let waiting = world.count("messages WHERE state <> 'sent'").await;
        assert_eq!(waiting, 0);
    })
    .await;
}

/// The text follows the result and the way of delivery; each event, person and channel gets one, also when events and
/// jobs run again.
///
/// req: CASE-031
#[tokio::test]
async fn the_text_follows_result_and_delivery_and_is_sent_once() {
    on_both(async |world| {
        world.closed("granted").await;
        let sent = world.texts_to("19900000001").await;
        let last: Vec<_> = sent.iter().filter(|text| text.contains("已办结")).collect();
        assert_eq!(last.len(), 1, "{sent:?}");
        assert!(last[0].contains("请带身份证到办理窗口领取"), "{last:?}");
        world.closed("refused").await;
        let sent = world.texts_to("19900000001").await;
        assert_eq!(
            sent.iter().filter(|text| text.contains("不予批准") && text.contains("救济途径")).count(),
            1,
            "{sent:?}"
        );
        let rows = world.count("messages").await;
        world.sql("UPDATE outbox SET dispatched = FALSE".into()).await;
        world.sql("UPDATE jobs SET state = 'ready', attempts = 0".into()).await;
        world.settle().await;
        assert_eq!(world.texts_to("19900000001").await.len(), sent.len());
        assert_eq!(world.count("messages").await, rows);
    })
    .await;
}

/// What failed stands in the log of its case without its words, and is sent again by hand, once.
///
/// req: CASE-031
#[tokio::test]
async fn a_failed_message_is_logged_and_sent_again() {
    on_both(async |world| {
        use casework::messages::MessageFilter;
        world.gateway_down(true).await;
        let id = world.submitted().await;
        for _ in 0..12 {
            world.forward(time::Duration::hours(3));
            world.settle().await;
        }
        world.gateway_down(false).await;
        let clerk = world.staff("clerk").await;
        let failed = MessageFilter { state: Some("failed".into()), ..MessageFilter::default() };
        let log = world.casework.case_messages(&clerk, id, &failed).await.unwrap();
        assert_eq!((log.total, log.items[0].channel.as_str(), log.items[0].title.as_str()), (1, "sms", "申请已提交"));
        assert!(log.items[0].error.is_some());
        assert!(world.texts_to("19900000001").await.is_empty(), "the job has given up");
        let message = log.items[0].id;
        crate::world::refused(world.casework.resend_message(&world.staff("clerk-fire").await, message).await, 404);
        world.casework.resend_message(&clerk, message).await.unwrap();
        world.settle().await;
        assert_eq!(world.texts_to("19900000001").await.len(), 1);
        let problem = crate::world::refused(world.casework.resend_message(&clerk, message).await, 409);
        assert_eq!(problem.code(), "message_not_failed");
        assert_eq!(world.casework.message_log(&failed).await.unwrap().total, 0);
        let all = world.casework.case_messages(&clerk, id, &MessageFilter::default()).await.unwrap();
        assert!(all.items.iter().all(|one| one.state == "sent" && one.case_id == Some(id)), "{:?}", all.items);
    })
    .await;
}
