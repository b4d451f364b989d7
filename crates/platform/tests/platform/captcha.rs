//! The sum asked before a public query.

use platform::captcha::{self, Answer, Captcha};
use testkit::backends;
use time::Duration;

use crate::fresh;

/// Solves `七加二等于几？` as a reader does.
fn solved(asked: &Captcha) -> Answer {
    let digits: Vec<i64> = asked
        .question
        .chars()
        .filter_map(|c| "零一二三四五六七八九".chars().position(|d| d == c))
        .map(|d| i64::try_from(d).unwrap())
        .collect();
    let [a, b] = digits[..] else { panic!("{}", asked.question) };
    let answer = if asked.question.contains('加') { a + b } else { a - b };
    Answer { captcha_id: asked.id, captcha_answer: format!(" {answer} ") }
}

#[tokio::test]
async fn an_answer_serves_once_also_when_sent_twice_at_the_same_moment() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        for _ in 0..10 {
            let answer = solved(&captcha::ask(platform).await.unwrap());
            let (first, second) = tokio::join!(captcha::check(platform, &answer), captcha::check(platform, &answer));
            assert_eq!([first.is_ok(), second.is_ok()].iter().filter(|good| **good).count(), 1, "{backend:?}");
            assert!(captcha::check(platform, &answer).await.is_err());
        }
        test.close().await;
    }
}

#[tokio::test]
async fn a_wrong_answer_uses_the_question_up_and_an_old_one_does_not_count() {
    for backend in backends() {
        let test = fresh(backend).await;
        let platform = &test.platform;
        let right = solved(&captcha::ask(platform).await.unwrap());
        let wrong = Answer { captcha_answer: "99".into(), ..right.clone() };
        assert_eq!(captcha::check(platform, &wrong).await.unwrap_err().code(), "invalid");
        assert!(captcha::check(platform, &right).await.is_err(), "{backend:?} one try a question");

        let late = solved(&captcha::ask(platform).await.unwrap());
        test.clock.advance(Duration::minutes(10));
        assert!(captcha::check(platform, &late).await.is_err(), "{backend:?}");
        test.close().await;
    }
}
