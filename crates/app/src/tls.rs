//! TLS served by the program itself (DATASEC-005), for installations without a proxy in front.
//!
//! Handshakes run beside each other and have a time limit: a client that says nothing keeps nobody
//! waiting. The national suite (TLCP, SM2 certificates) is not in this library; a proxy that speaks it
//! stands in front then, see docs/operations/tls.md.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use platform::{Problem, Result};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Time a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes at once.
const AT_ONCE: usize = 512;

/// A connection with its caller.
type Ready = (TlsStream<TcpStream>, SocketAddr);

/// Accepts connections whose handshake is done.
pub struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<Ready>,
}

/// Reads certificate chain and key.
///
/// # Errors
/// Names the file that is missing or wrong.
pub fn settings(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>> {
    let named = |path: &Path, error: &dyn std::fmt::Display| Problem::internal(format!("{}: {error}", path.display()));
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|error| named(certificates, &error))?;
    if chain.is_empty() {
        return Err(named(certificates, &"holds no certificate"));
    }
    let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| named(key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(Problem::internal)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|error| named(certificates, &error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// When the first certificate of a file ends.
///
/// # Errors
/// Names the file that is missing or holds none.
pub fn ends_at(certificates: &Path) -> Result<time::OffsetDateTime> {
    let named = |error: &dyn std::fmt::Display| Problem::internal(format!("{}: {error}", certificates.display()));
    let first = CertificateDer::from_pem_file(certificates).map_err(|error| named(&error))?;
    not_after(&first).ok_or_else(|| named(&"its end can't be read"))
}

/// One DER value: tag, content, rest.
fn value(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(*length & 0x7f))?;
        (bytes.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))?, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// `notAfter` of a certificate (RFC 5280 §4.1): the second time of the fifth part, or of the fourth when the
/// version is left out.
fn not_after(certificate: &[u8]) -> Option<time::OffsetDateTime> {
    let (_, certificate, _) = value(certificate)?;
    let (_, mut rest, _) = value(certificate)?;
    if value(rest)?.0 == 0xa0 {
        rest = value(rest)?.2;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        rest = value(rest)?.2;
    }
    let (_, validity, _) = value(rest)?;
    let (_, _, after) = value(validity)?;
    let (tag, text, _) = value(after)?;
    let text = std::str::from_utf8(text).ok()?;
    // UTCTime has two digits of the year; from 50 on they are of the last century.
    let text = match (tag, text.get(..2)?.parse::<u8>().ok()?) {
        (0x17, 50..) => format!("19{text}"),
        (0x17, _) => format!("20{text}"),
        _ => text.to_owned(),
    };
    let format = time::macros::format_description!("[year][month][day][hour][minute][second]Z");
    time::PrimitiveDateTime::parse(&text, format).ok().map(time::PrimitiveDateTime::assume_utc)
}

impl TlsListener {
    /// Serves TLS on a bound listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn new(listener: TcpListener, config: Arc<ServerConfig>) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let (done, ready) = mpsc::channel(AT_ONCE);
        tokio::spawn(handshakes(listener, TlsAcceptor::from(config), done));
        Ok(Self { address, ready })
    }
}

/// Takes connections and shakes hands with each on a task of its own, until nobody wants them.
async fn handshakes(mut listener: TcpListener, acceptor: TlsAcceptor, done: mpsc::Sender<Ready>) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = done.closed() => return,
        };
        let (acceptor, done) = (acceptor.clone(), done.clone());
        tokio::spawn(async move {
            let _place = place;
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    // Nobody listens any more: the server stops.
                    let _ = done.send((stream, peer)).await;
                }
                Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS handshake"),
                Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The task ends only with this listener.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use axum::Router;
    use axum::extract::ConnectInfo;
    use axum::routing::get;
    use axum::serve::ListenerExt;

    use super::*;

    fn openssl(folder: &Path, words: &str) {
        let done = Command::new("openssl").current_dir(folder).args(words.split(' ')).output().unwrap();
        assert!(done.status.success(), "{words}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// An authority and a certificate of this machine from it.
    fn certificates() -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(testkit::unique("tongban_tls"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("san"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
        let new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        openssl(&folder, &format!("req -x509 {new} -keyout ca.key -out ca.pem -subj /CN=test-authority -days 2"));
        openssl(&folder, &format!("req {new} -keyout key.pem -out request.pem -subj /CN=127.0.0.1"));
        openssl(
            &folder,
            "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out cert.pem",
        );
        folder
    }

    /// req: DATASEC-005
    #[tokio::test(flavor = "multi_thread")]
    async fn the_server_speaks_tls_itself_and_a_silent_client_keeps_nobody_waiting() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = certificates();
        let config = settings(&folder.join("cert.pem"), &folder.join("key.pem")).unwrap();
        let listener = TlsListener::new(TcpListener::bind("127.0.0.1:0").await.unwrap(), config).unwrap();
        let address = listener.local_addr().unwrap();
        let who = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
        let router = Router::new().route("/", get(who)).into_make_service_with_connect_info::<SocketAddr>();
        let server = tokio::spawn(async move { axum::serve(listener.tap_io(|_| ()), router).await });
        // Connects and says nothing.
        let _silent = TcpStream::connect(address).await.unwrap();
        let authority = std::fs::read(folder.join("ca.pem")).unwrap();
        let authority = reqwest::Certificate::from_pem(&authority).unwrap();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([authority]).build().unwrap();
        let answer = client.get(format!("https://{address}/")).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "127.0.0.1", "the caller's address comes through");
        assert!(client.get(format!("http://{address}/")).send().await.is_err(), "nothing in clear on this port");
        let other = certificates();
        let elsewhere = reqwest::Certificate::from_pem(&std::fs::read(other.join("ca.pem")).unwrap()).unwrap();
        let stranger = reqwest::Client::builder().no_proxy().tls_certs_only([elsewhere]).build().unwrap();
        assert!(
            stranger.get(format!("https://{address}/")).send().await.is_err(),
            "an unknown authority is not trusted"
        );
        server.abort();
        let wrong = settings(&folder.join("key.pem"), &folder.join("key.pem")).unwrap_err();
        assert!(wrong.to_string().contains("key.pem"), "{wrong}");
        for made in [folder, other] {
            std::fs::remove_dir_all(made).unwrap();
        }
    }

    /// req: OPS-033
    #[test]
    fn the_end_of_a_certificate_is_read() {
        let folder = certificates();
        let end = ends_at(&folder.join("cert.pem")).unwrap();
        let words = "x509 -in cert.pem -noout -enddate -dateopt iso_8601";
        let told = Command::new("openssl").current_dir(&folder).args(words.split(' ')).output().unwrap();
        let said = String::from_utf8(told.stdout).unwrap();
        assert!(said.contains(&end.date().to_string()), "{said} {end}");
        assert!(ends_at(&folder.join("key.pem")).is_err());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
