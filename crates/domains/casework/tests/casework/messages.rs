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
