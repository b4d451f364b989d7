//! Lists of the administration as files to take away.

use testkit::backends;

use super::*;

async fn lines(city: &City, path: &str, cookie: &str) -> Vec<String> {
    let answer = city.get(&format!("/api/v1{path}"), cookie).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.text.trim_start_matches('\u{feff}').lines().map(str::to_owned).collect()
}

/// A file has what the list has, by the same conditions and within the same reach; telephones stay masked.
///
/// req: OPS-036
#[tokio::test]
async fn staff_organisations_and_windows_leave_as_files_within_ones_reach() {
    for backend in backends() {
        let city = administered(backend).await;
        let admin = city.desk("sysadmin").await;
        for (list, head) in [("staff", "登录名"), ("orgs", "标识"), ("windows", "标识")] {
            let shown = city.shown(&format!("/admin/{list}?limit=1"), &admin).await;
            let file = lines(&city, &format!("/admin/{list}/export"), &admin).await;
            assert!(file[0].starts_with(head), "{}", file[0]);
            assert_eq!(file.len() as u64 - 1, shown["total"].as_u64().unwrap(), "{list}");
        }
        let found = lines(&city, "/admin/staff/export?q=clerk", &admin).await;
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].contains("陈志远") && found[1].contains("在用") && !found[1].contains("19900000101"));
        // A department sees its own part and no more.
        let own = city.desk("section").await;
        let part = lines(&city, "/admin/staff/export", &own).await;
        assert!(part.iter().any(|line| line.contains("陈志远")) && !part.iter().any(|line| line.contains("林远")));
        // Nobody takes away what they may not see.
        let clerk = city.desk("clerk").await;
        for list in ["staff", "orgs", "windows"] {
            let path = format!("/api/v1/admin/{list}/export");
            assert_eq!(city.get(&path, &clerk).await.status, StatusCode::FORBIDDEN, "{list}");
            assert_eq!(city.get(&path, "").await.status, StatusCode::UNAUTHORIZED, "{list}");
        }
        city.test.close().await;
    }
}
