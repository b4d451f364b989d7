//! A bucket of an object store that speaks the S3 protocol: the clouds used here, and what a city runs itself.
//!
//! Four requests are needed (GET, HEAD, PUT, DELETE of one object) and one signature, so they are written
//! out here (ADR 0090). The address is that of the bucket, with the bucket in the host or in the path.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base::clock::Clock;
use base::crypto::{hmac_sha256, sha256};
use base::encoding::to_hex;
use bytes::Bytes;
use reqwest::header::{CONTENT_LENGTH, ETAG};
use reqwest::{Client, Method, Response, StatusCode, Url};
use time::OffsetDateTime;
use time::macros::format_description;

use super::place::{FilePlace, Lying};
use crate::config::Config;
use crate::web::problem::{Problem, Result};

/// How long one request may take.
const WITHIN: Duration = Duration::from_secs(30);
/// Pauses before a request is tried again: an object store refuses now and then, and says so.
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_millis(800)];
/// What is written to see whether writing works.
const PROBE: &str = ".tongban-check";

/// Who signs, for which region.
struct Keys {
    id: String,
    secret: String,
    region: String,
}

/// A bucket.
pub(super) struct Bucket {
    client: Client,
    clock: Arc<dyn Clock>,
    /// Address of the bucket, without a slash at the end.
    address: String,
    keys: Keys,
}

/// One request to sign.
struct Call<'a> {
    method: &'a str,
    host: &'a str,
    path: &'a str,
    /// Further headers that are signed, by name.
    headers: &'a [(&'a str, &'a str)],
    /// SHA-256 of the body, hex.
    payload: &'a str,
    at: OffsetDateTime,
}

impl Call<'_> {
    fn moment(&self) -> String {
        let form = format_description!("[year][month][day]T[hour][minute][second]Z");
        self.at.to_offset(time::UtcOffset::UTC).format(&form).unwrap_or_default()
    }

    /// Value of the header `authorization` (AWS Signature Version 4).
    fn authorization(&self, keys: &Keys) -> String {
        let moment = self.moment();
        let day = moment.get(..8).unwrap_or_default();
        let mut headers =
            vec![("host", self.host), ("x-amz-content-sha256", self.payload), ("x-amz-date", moment.as_str())];
        headers.extend(self.headers.iter().copied());
        headers.sort_unstable();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let names = names.join(";");
        let mut lines = String::new();
        for (name, value) in &headers {
            lines.push_str(&format!("{name}:{value}\n"));
        }
        let request = format!("{}\n{}\n\n{lines}\n{names}\n{}", self.method, self.path, self.payload);
        let scope = format!("{day}/{}/s3/aws4_request", keys.region);
        let text = format!("AWS4-HMAC-SHA256\n{moment}\n{scope}\n{}", to_hex(&sha256(request.as_bytes())));
        let first = hmac_sha256(format!("AWS4{}", keys.secret).as_bytes(), day.as_bytes());
        let key = [keys.region.as_str(), "s3", "aws4_request"]
            .iter()
            .fold(first, |key, part| hmac_sha256(&key, part.as_bytes()));
        let signature = to_hex(&hmac_sha256(&key, text.as_bytes()));
        format!("AWS4-HMAC-SHA256 Credential={}/{scope},SignedHeaders={names},Signature={signature}", keys.id)
    }
}

impl Bucket {
    /// The bucket of the settings.
    ///
    /// # Errors
    /// Names the file of the secret when it can't be read.
    pub(super) fn new(config: &Config, clock: Arc<dyn Clock>) -> Result<Self> {
        let file = &config.objects_secret_file;
        let secret = std::fs::read_to_string(file)
            .map_err(|error| Problem::internal(format!("objects_secret_file {}: {error}", file.display())))?;
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(WITHIN)
            .build()
            .map_err(Problem::internal)?;
        Ok(Self {
            client,
            clock,
            address: config.objects_url.trim_end_matches('/').to_owned(),
            keys: Keys {
                id: config.objects_key_id.clone(),
                secret: secret.trim().to_owned(),
                region: config.objects_region.clone(),
            },
        })
    }

    /// Sends a request, again when the store is busy; an answer that is neither success nor 404 is a problem.
    async fn send(&self, method: Method, path: &str, range: Option<u64>, body: Bytes) -> Result<Option<Response>> {
        let url: Url = format!("{}/{path}", self.address).parse().map_err(Problem::internal)?;
        let payload = to_hex(&sha256(&body));
        let mut pauses = PAUSES.iter();
        loop {
            let answer = self.once(&method, &url, range, &payload, body.clone()).await;
            let trouble = match answer {
                Ok(answer) if answer.status().is_success() => return Ok(Some(answer)),
                Ok(answer) if answer.status() == StatusCode::NOT_FOUND => return Ok(None),
                Ok(answer) => {
                    let status = answer.status();
                    let said: String = answer.text().await.unwrap_or_default().chars().take(300).collect();
                    let told = format!("object store: {method} {path}: {status} {said}");
                    if !(status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS) {
                        return Err(Problem::internal(told));
                    }
                    told
                }
                Err(error) => format!("object store: {method} {path}: {error}"),
            };
            match pauses.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => {
                    return Err(Problem::unavailable("存放文件的地方暂时连不上，请稍后再试。", trouble).retry_after(10));
                }
            }
        }
    }

    async fn once(
        &self,
        method: &Method,
        url: &Url,
        range: Option<u64>,
        payload: &str,
        body: Bytes,
    ) -> reqwest::Result<Response> {
        let host = match (url.host_str().unwrap_or_default(), url.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        let call = Call {
            method: method.as_str(),
            host: &host,
            path: url.path(),
            headers: &[],
            payload,
            at: self.clock.now(),
        };
        let mut request = self
            .client
            .request(method.clone(), url.clone())
            .header("x-amz-date", call.moment())
            .header("x-amz-content-sha256", payload)
            .header("authorization", call.authorization(&self.keys));
        if let Some(most) = range {
            request = request.header("range", format!("bytes=0-{}", most.saturating_sub(1)));
        }
        if *method == Method::PUT {
            request = request.body(body);
        }
        request.send().await
    }
}

#[async_trait]
impl FilePlace for Bucket {
    async fn read(&self, path: &str) -> Result<Option<Bytes>> {
        match self.send(Method::GET, path, None, Bytes::new()).await? {
            Some(answer) => Ok(Some(answer.bytes().await.map_err(cut_off)?)),
            None => Ok(None),
        }
    }

    async fn head(&self, path: &str, most: u64) -> Result<Option<Bytes>> {
        match self.send(Method::GET, path, Some(most), Bytes::new()).await? {
            Some(answer) => Ok(Some(answer.bytes().await.map_err(cut_off)?)),
            None => Ok(None),
        }
    }

    async fn about(&self, path: &str) -> Result<Option<Lying>> {
        let Some(answer) = self.send(Method::HEAD, path, None, Bytes::new()).await? else { return Ok(None) };
        let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let size = text(CONTENT_LENGTH).and_then(|text| text.parse().ok());
        let size = size.ok_or_else(|| Problem::internal(format!("object store: {path} has no size")))?;
        Ok(Some(Lying { size, mark: text(ETAG).map(str::to_owned) }))
    }

    async fn write(&self, path: &str, bytes: Bytes) -> Result<()> {
        match self.send(Method::PUT, path, None, bytes).await? {
            Some(_) => Ok(()),
            None => Err(Problem::internal("object store: there is no such bucket")),
        }
    }

    async fn remove(&self, path: &str) -> Result<()> {
        self.send(Method::DELETE, path, None, Bytes::new()).await.map(|_| ())
    }

    async fn check(&self) -> std::result::Result<String, String> {
        match self.write(PROBE, Bytes::from_static(b"tongban")).await {
            Ok(()) => Ok("对象存储".to_owned()),
            Err(problem) => Err(format!("对象存储用不了：{problem}")),
        }
    }
}

/// The answer broke off.
fn cut_off(error: reqwest::Error) -> Problem {
    Problem::unavailable("存放文件的地方暂时连不上，请稍后再试。", error).retry_after(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that the protocol's own description gives for GET of an object with a range.
    ///
    /// req: OPS-017
    #[test]
    fn a_request_is_signed_as_the_protocol_describes() {
        let keys = Keys {
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
        };
        let call = Call {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            headers: &[("range", "bytes=0-9")],
            payload: &to_hex(&sha256(b"")),
            at: time::macros::datetime!(2013-05-24 00:00:00 UTC),
        };
        assert_eq!(
            call.authorization(&keys),
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,\
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
    }
}
