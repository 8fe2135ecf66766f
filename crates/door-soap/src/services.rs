//! The three services: each a table, types, and a trait with a method for each of its operations.

use wire_soap::{Fault, Service, Values};

/// Declares a service: its table, its trait, and which method does which operation.
macro_rules! service {
    (
        $(#[doc = $about:literal])*
        pub trait $trait:ident: $name:literal in $namespace:literal at $path:literal;
        $(
            $(#[doc = $does:literal])*
            $method:ident $operation:literal: $request:ident => $response:ident, [$($fault:ident),* $(,)?];
        )*
    ) => {
        /// The table of the service.
        pub static SERVICE: wire_soap::Service = wire_soap::Service {
            name: $name,
            namespace: $namespace,
            path: $path,
            documentation: concat!($($about),*),
            operations: &[$(
                wire_soap::Operation {
                    name: $operation,
                    documentation: concat!($($does),*),
                    input: <$request as wire_soap::Shape>::FIELDS,
                    output: <$response as wire_soap::Shape>::FIELDS,
                    faults: &[$(wire_soap::Code::$fault),*],
                },
            )*],
        };

        $(#[doc = $about])*
        pub trait $trait<C>: Send + Sync + 'static {
            $(
                $(#[doc = $does])*
                fn $method(
                    &self,
                    caller: &C,
                    request: $request,
                ) -> impl Future<Output = Result<$response, wire_soap::Fault>> + Send;
            )*
        }

        /// Does the operation of this name.
        pub(super) async fn perform<C>(
            operations: &impl $trait<C>,
            caller: &C,
            operation: &str,
            values: wire_soap::Values,
        ) -> Result<wire_soap::Values, wire_soap::Fault> {
            use wire_soap::{Fault, Shape};
            match operation {
                $(
                    $operation => {
                        let request = $request::from_values(values).ok_or_else(Fault::internal)?;
                        operations.$method(caller, request).await.map(Shape::into_values)
                    }
                )*
                _ => Err(Fault::internal()),
            }
        }
    };
}

pub mod administration;
pub mod common;
pub mod read;
pub mod send;

/// Everything that can be asked, of one thing: whoever has the three has it.
pub trait Operations<C>: send::Sending<C> + read::Reading<C> + administration::Administering<C> {}

impl<C, T> Operations<C> for T where T: send::Sending<C> + read::Reading<C> + administration::Administering<C> {}

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Send,
    Read,
    Administration,
}

impl Which {
    pub(crate) const ALL: [Which; 3] = [Which::Send, Which::Read, Which::Administration];

    pub(crate) fn table(self) -> &'static Service {
        match self {
            Which::Send => &send::SERVICE,
            Which::Read => &read::SERVICE,
            Which::Administration => &administration::SERVICE,
        }
    }

    /// Does an operation of this service.
    pub(crate) async fn perform<C>(
        self,
        operations: &impl Operations<C>,
        caller: &C,
        operation: &str,
        values: Values,
    ) -> Result<Values, Fault> {
        match self {
            Which::Send => send::perform(operations, caller, operation, values).await,
            Which::Read => read::perform(operations, caller, operation, values).await,
            Which::Administration => administration::perform(operations, caller, operation, values).await,
        }
    }
}
