//! A server on the loopback address that answers exactly as badly as a test wants.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What a client asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// As in the request line: `GET`, or `CONNECT` to a proxy.
    pub(crate) method: String,
    /// As in the request line.
    pub(crate) path: String,
    /// Start of the range, where one was asked for.
    pub(crate) from: Option<usize>,
}

/// One thing the server does after the headers.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    /// Sends these bytes one by one, with a pause before each.
    Drip(Vec<u8>, Duration),
    /// Sends nothing more until the client or the test ends.
    Hold,
}

/// An answer: a head, byte for byte, and what follows.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) head: String,
    pub(crate) steps: Vec<Step>,
}

impl Reply {
    pub(crate) fn new(status: &str, headers: &[(&str, &str)]) -> Self {
        let mut head = format!("HTTP/1.1 {status}\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Self {
            head: head + "\r\n",
            steps: Vec::new(),
        }
    }

    pub(crate) fn status(status: &str) -> Self {
        Self::new(status, &[("Content-Length", "0")])
    }

    pub(crate) fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    pub(crate) fn send(self, bytes: &[u8]) -> Self {
        self.then(Step::Send(bytes.to_vec()))
    }

    /// The head of an answer with all of `body`, announced as it should be.
    pub(crate) fn announcing(length: usize) -> Self {
        Self::new("200 OK", &[("Content-Length", &length.to_string())])
    }

    /// All of `body`, whatever range was asked for.
    pub(crate) fn whole(body: &[u8]) -> Self {
        Self::announcing(body.len()).send(body)
    }

    /// The head of a proper answer to `request`, and the part of `body` that belongs under it.
    pub(crate) fn range<'a>(body: &'a [u8], request: &Request) -> (Self, &'a [u8]) {
        match request.from {
            Some(from) if from < body.len() => {
                let range = format!("bytes {from}-{}/{}", body.len() - 1, body.len());
                let length = (body.len() - from).to_string();
                let headers = [("Content-Range", &*range), ("Content-Length", &*length)];
                (Self::new("206 Partial Content", &headers), &body[from..])
            }
            Some(_) => (Self::status("416 Range Not Satisfiable"), &[]),
            None => (Self::announcing(body.len()), body),
        }
    }

    /// What a good server answers.
    pub(crate) fn proper(body: &[u8], request: &Request) -> Self {
        let (reply, body) = Self::range(body, request);
        reply.send(body)
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new("302 Found", &[("Location", to), ("Content-Length", "0")])
    }
}

/// Answers until dropped. Each request is written down before it is answered.
pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// `answer` is given the number of the request, counted from 0, and the request.
    pub(crate) fn start(answer: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (written, stopped, answer) = (requests.clone(), stop.clone(), Arc::new(answer));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (written, stopped) = (written.clone(), stopped.clone());
                let (stream, answer) = (stream.unwrap(), answer.clone());
                thread::spawn(move || serve(stream, &*answer, &written, &stopped));
            }
        });
        Self {
            address,
            requests,
            stop,
            thread: Some(thread),
        }
    }

    /// The address to fetch from.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Where each request so far wanted to begin.
    pub(crate) fn starts(&self) -> Vec<Option<usize>> {
        self.requests()
            .into_iter()
            .map(|request| request.from)
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Answers one request. Errors only mean that the client has gone.
fn serve(
    mut stream: TcpStream,
    answer: &(dyn Fn(usize, &Request) -> Reply + Send + Sync),
    written: &Mutex<Vec<Request>>,
    stopped: &AtomicBool,
) {
    let Some(mut request) = read_request(&stream) else {
        return;
    };
    if request.method == "CONNECT" {
        // As a proxy would, but the other side of the tunnel is here too.
        written.lock().unwrap().push(request);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        match read_request(&stream) {
            Some(inner) => request = inner,
            None => return,
        }
    }
    let number = {
        let mut written = written.lock().unwrap();
        written.push(request.clone());
        written.len() - 1
    };
    let reply = answer(number, &request);
    let mut steps = vec![Step::Send(reply.head.into_bytes())];
    steps.extend(reply.steps);
    for step in steps {
        let sent = match step {
            Step::Send(bytes) => stream.write_all(&bytes),
            Step::Drip(bytes, pause) => bytes.iter().try_for_each(|byte| {
                if !stopped.load(Ordering::SeqCst) {
                    thread::sleep(pause);
                }
                stream.write_all(&[*byte])
            }),
            Step::Hold => {
                let since = Instant::now();
                while !stopped.load(Ordering::SeqCst) && since.elapsed() < Duration::from_secs(60) {
                    thread::sleep(Duration::from_millis(5));
                }
                Ok(())
            }
        };
        if sent.is_err() {
            return;
        }
    }
    // Lets the client read what was sent before it sees the end.
    let _ = stream.shutdown(Shutdown::Write);
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut words = first.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut from = None;
    for line in lines {
        let line = line.ok()?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            from = Some(range.strip_suffix('-')?.parse().ok()?);
        }
    }
    Some(Request { method, path, from })
}
