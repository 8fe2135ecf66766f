//! The object store against an S3 server that nobody here wrote, in this process.

use hyper_util::rt::{TokioExecutor, TokioIo};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;

use super::*;

/// A server on loopback with a thread of its own, and the URL of its bucket.
struct Server {
    url: String,
    directory: tempfile::TempDir,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Server {
    fn start() -> Server {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir(directory.path().join("bucket")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(directory.path()).unwrap());
        service.set_auth(SimpleAuth::from_single("key", "secret"));
        let service = service.build();
        let (told, port) = std::sync::mpsc::channel();
        let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                told.send(listener.local_addr().unwrap().port()).unwrap();
                loop {
                    let socket = tokio::select! {
                        accepted = listener.accept() => accepted.unwrap().0,
                        _ = &mut stopped => return,
                    };
                    // Without this every answer waits 40 ms for an acknowledgement.
                    socket.set_nodelay(true).unwrap();
                    let service = service.clone();
                    tokio::spawn(async move {
                        let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                        drop(server.serve_connection(TokioIo::new(socket), service).await);
                    });
                }
            });
        });
        let url = format!(
            "s3://bucket/some/prefix?endpoint=http://127.0.0.1:{}&region=test&access_key_id=key\
             &secret_access_key=secret&allow_http=true",
            port.recv().unwrap()
        );
        Server { url, directory, stop: Some(stop) }
    }

    fn objects(&self) -> Vec<String> {
        let root = self.directory.path().join("bucket");
        files_in(&root)
            .iter()
            .filter_map(|path| path.strip_prefix(&root).ok()?.to_str().map(str::to_owned))
            .filter(|name| name.ends_with(".seg") || name.ends_with(".big"))
            .collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

#[tokio::test]
async fn blobs_are_kept_packed_and_read_from_s3() {
    let server = Server::start();
    let blobs = Blobs::open(&server.url, without_cache()).unwrap();
    let tasks: Vec<_> = (0..50)
        .map(|seed| {
            let blobs = blobs.clone();
            tokio::spawn(async move { blobs.put(body(seed, 900)).await.unwrap() })
        })
        .collect();
    let mut refs = Vec::new();
    for task in tasks {
        refs.push(task.await.unwrap());
    }
    let packs = server.objects();
    assert!(packs.len() < 20, "{packs:?}");
    assert!(packs.iter().all(|name| name.starts_with("some/prefix/segments/")), "{packs:?}");
    for (seed, blob) in refs.iter().enumerate() {
        let bytes = body(seed as u64, 900);
        assert_eq!(blobs.get(blob).await.unwrap(), bytes);
        assert_eq!(blobs.get_range(blob, 100..101).await.unwrap(), bytes.slice(100..101));
    }
    // Below and above the least part of a multipart upload.
    for length in [400_000, 11 << 20] {
        let bytes = body(7, length);
        let blob = written(&blobs, &bytes, 64 << 10).await.unwrap();
        assert_eq!(blobs.get(&blob).await.unwrap(), bytes);
        assert_eq!(blobs.get_range(&blob, 300_000..300_100).await.unwrap(), bytes.slice(300_000..300_100));
        refs.push(blob);
    }
    let check = blobs.fsck(refs.iter().copied()).await.unwrap();
    assert!(check.is_clean() && check.blobs == 52, "{check:?}");
    let nowhere = BlobRef { segment: 1, ..refs[0] };
    assert!(matches!(blobs.get(&nowhere).await, Err(BlobError::Missing { .. })));
}

#[tokio::test]
async fn packs_on_s3_are_compacted_under_a_reader() {
    let server = Server::start();
    let blobs = Blobs::open(&server.url, shrinking()).unwrap();
    let reader = Blobs::open(&server.url, shrinking()).unwrap();
    let tasks: Vec<_> = (0..40)
        .map(|seed| {
            let blobs = blobs.clone();
            tokio::spawn(async move { (seed, blobs.put(body(seed, 900)).await.unwrap()) })
        })
        .collect();
    let mut kept = Vec::new();
    for task in tasks {
        let (seed, blob) = task.await.unwrap();
        assert_eq!(reader.get(&blob).await.unwrap(), body(seed, 900));
        if seed % 8 == 0 {
            kept.push((seed, blob));
        }
    }
    let live: Vec<BlobRef> = kept.iter().map(|(_, blob)| *blob).collect();
    let done = blobs.compact(live.clone(), Compaction::default()).await.unwrap();
    assert!(done.freed_bytes > 20_000, "{done:?}");
    for (seed, blob) in &kept {
        assert_eq!(reader.get(blob).await.unwrap(), body(*seed, 900));
    }
    assert!(blobs.fsck(live).await.unwrap().is_clean());
}

#[tokio::test]
async fn an_s3_that_is_gone_is_a_passing_trouble() {
    let server = Server::start();
    let url = server.url.clone();
    drop(server);
    let blobs = Blobs::open(&url, without_cache()).unwrap();
    let error = blobs.put(body(1, 10)).await.unwrap_err();
    assert!(error.is_temporary(), "{error:?}");
}
