//! Which page an address belongs to. Addresses that only take forms have no page of their own: whoever reloads one,
//! goes back to it or changes the language there is led to the page of the form.

use axum::Router;
use axum::body::Body;
use axum::http::header::ALLOW;
use axum::http::{Method, Request};
use tower::ServiceExt;

/// Every route, asked what it takes and never run.
#[derive(Clone)]
pub(crate) struct Ways(Router);

impl Ways {
    /// `routes` without anything around them.
    pub(crate) fn of(routes: Router) -> Ways {
        Ways(routes)
    }

    /// Whether there is a page at `path`. No route takes OPTIONS, and what it takes instead is said (RFC 9110
    /// §15.5.6), so nothing of ours runs.
    async fn is_page(&self, path: &str) -> bool {
        let Ok(request) = Request::builder().method(Method::OPTIONS).uri(path).body(Body::empty()) else {
            return false;
        };
        let Ok(answer) = self.0.clone().oneshot(request).await;
        let allowed = answer.headers().get(ALLOW).and_then(|methods| methods.to_str().ok());
        allowed.is_some_and(|methods| methods.split(',').any(|method| method.trim() == "GET"))
    }

    /// The page at `path`, or the nearest above it.
    pub(crate) async fn page_of(&self, path: &str) -> String {
        let mut path = path.trim_end_matches('/');
        while path.len() > "/manager".len() {
            if self.is_page(path).await {
                return path.to_owned();
            }
            path = path.rsplit_once('/').map_or("", |(above, _)| above);
        }
        "/manager/".to_owned()
    }
}
