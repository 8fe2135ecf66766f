//! The OpenAPI document, made from the handlers, and what holds for all of them.

use std::sync::Arc;

use axum::Router;
use serde::Serialize;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, Ref, RefOr,
    ResponseBuilder, Type,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;

use crate::{Shared, resource};

/// A problem (RFC 9457): what a request that was not done is answered.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
struct ProblemView {
    /// The kind of problem: `urn:relais:problem:not-found`.
    r#type: String,
    /// The same words for every problem of this kind.
    title: String,
    /// The status code.
    status: u16,
    /// What is wrong this time.
    #[schema(nullable = false)]
    detail: Option<String>,
    /// The field that is wrong.
    #[schema(nullable = false)]
    field: Option<String>,
    /// What holds.
    #[schema(nullable = false)]
    rule: Option<String>,
}

/// What any request may be answered, besides what its handler says.
const REFUSALS: [(&str, &str); 11] = [
    ("400", "The request cannot be read"),
    ("401", "No valid token"),
    ("403", "The token may only read, or the address is banned"),
    ("404", "There is no such thing within the token's reach"),
    ("409", "The name is taken, or other things depend on it"),
    ("412", "It was changed since it was read (If-Match)"),
    ("413", "The body is too large"),
    ("415", "The body is no application/json"),
    ("422", "A value breaks a rule"),
    ("429", "The token asks too often, or has used too many keys"),
    ("503", "It does not work now"),
];

const ABOUT: &str = "Everything an administrator does with Relais, for programs. \
    Show a token with each request: `Authorization: Bearer relais_…`; it reaches one organisation or the whole \
    installation. Identifiers are strings of digits; domains and zones are named by their name as well. \
    Lists come a page at a time: give `next` as `after`. \
    A POST with an `Idempotency-Key` can be sent again within a day without doing anything twice. \
    What is not done is answered with a problem (RFC 9457).";

/// The OpenAPI 3.1 document.
pub fn document() -> OpenApi {
    routes_and_document().1
}

pub(crate) fn routes_and_document() -> (Router<Arc<Shared>>, OpenApi) {
    let info = InfoBuilder::new()
        .title("Relais")
        .version("1")
        .description(Some(ABOUT))
        .license(Some(
            LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build(),
        ))
        .build();
    let empty = OpenApiBuilder::new().info(info).build();
    let router = OpenApiRouter::with_openapi(empty).nest("/api/v1", resource::routes());
    let (router, mut document) = router.split_for_parts();
    complete(&mut document);
    (router, document)
}

/// Adds what holds for all operations.
fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    components.schemas.insert("Problem".to_owned(), ProblemView::schema());
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token, made with `relais token create`"))
        .build();
    components.security_schemes.insert("token".to_owned(), RefOr::T(SecurityScheme::Http(bearer)));
    document.security = Some(vec![SecurityRequirement::new("token", Vec::<String>::new())]);
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.put, &mut item.delete, &mut item.patch, &mut item.post];
        for operation in operations.into_iter().flatten() {
            refusals(operation);
            names(operation);
        }
        if let Some(post) = &mut item.post {
            let key = ParameterBuilder::new()
                .name("Idempotency-Key")
                .parameter_in(ParameterIn::Header)
                .description(Some("Any text that names this request: sent again, it does nothing twice"))
                .schema(Some(
                    ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255)),
                ))
                .build();
            post.parameters.get_or_insert_default().push(RefOr::T(key));
        }
    }
}

/// Says of the paths that take a name as well as an identifier that they do.
fn names(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let named = ["domain", "zone"].contains(&parameter.name.as_str());
        if named && parameter.parameter_in == ParameterIn::Path {
            parameter.description = Some("Its identifier or its name".to_owned());
        }
    }
}

fn refusals(operation: &mut Operation) {
    for (status, description) in REFUSALS {
        let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new()
            .description(description)
            .content(doorway_http::PROBLEM_JSON, problem)
            .build();
        operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
    }
}
