//! A table as WSDL 1.1 with its schema inside: one port type, a binding and a port for each version of SOAP.

use std::collections::BTreeMap;

use crate::namespaces::{HTTP_TRANSPORT, MEDIA_CONTENT, SCHEMA, WSDL, WSDL_SOAP_1_1, WSDL_SOAP_1_2};
use crate::schema::{Enumeration, Field, Kind, Record, Service};
use crate::xml::Writer;

/// The description of a service that is reached at `address` (its whole URL).
pub fn wsdl(service: &Service, address: &str) -> String {
    let mut writer = Writer::indented();
    writer.open("wsdl:definitions").with("name", service.name).with("targetNamespace", service.namespace);
    for (prefix, namespace) in [
        ("xmlns:tns", service.namespace),
        ("xmlns:wsdl", WSDL),
        ("xmlns:soap", WSDL_SOAP_1_1),
        ("xmlns:soap12", WSDL_SOAP_1_2),
        ("xmlns:xs", SCHEMA),
        ("xmlns:xmime", MEDIA_CONTENT),
    ] {
        writer.with(prefix, namespace);
    }
    documentation(&mut writer, "wsdl:documentation", service.documentation);
    writer.open("wsdl:types");
    schema(&mut writer, service);
    writer.close();
    messages(&mut writer, service);
    port_type(&mut writer, service);
    binding(&mut writer, service, "soap", "Soap11");
    binding(&mut writer, service, "soap12", "Soap12");
    writer.open("wsdl:service").with("name", service.name);
    for (prefix, suffix) in [("soap", "Soap11"), ("soap12", "Soap12")] {
        writer.open("wsdl:port").with("name", &format!("{}Port{suffix}", service.name));
        writer.with("binding", &format!("tns:{}{suffix}", service.name));
        writer.open(&format!("{prefix}:address")).with("location", address).close().close();
    }
    writer.finish() + "\n"
}

fn documentation(writer: &mut Writer, element: &str, text: &str) {
    writer.leaf(element, text.trim());
}

fn annotation(writer: &mut Writer, text: &str) {
    if !text.trim().is_empty() {
        writer.open("xs:annotation");
        documentation(writer, "xs:documentation", text);
        writer.close();
    }
}

/// The schema (XML Schema part 1): an element for each request and answer, and the types they are made of.
fn schema(writer: &mut Writer, service: &Service) {
    writer
        .open("xs:schema")
        .with("targetNamespace", service.namespace)
        .with("elementFormDefault", "qualified");
    let mut types = Types::default();
    for operation in service.operations {
        let response = format!("{}Response", operation.name);
        for (name, fields) in [(operation.name, operation.input), (response.as_str(), operation.output)] {
            writer.open("xs:element").with("name", name).open("xs:complexType");
            sequence(writer, fields);
            writer.close().close();
            types.collect(fields);
        }
    }
    for record in types.records.values() {
        writer.open("xs:complexType").with("name", record.name);
        annotation(writer, record.documentation);
        sequence(writer, record.fields);
        writer.close();
    }
    for enumeration in types.enumerations.values() {
        writer.open("xs:simpleType").with("name", enumeration.name);
        annotation(writer, enumeration.documentation);
        writer.open("xs:restriction").with("base", "xs:string");
        for (word, meaning) in enumeration.words {
            writer.open("xs:enumeration").with("value", word);
            annotation(writer, meaning);
            writer.close();
        }
        writer.close().close();
    }
    writer.open("xs:element").with("name", "ServiceFault").open("xs:complexType").open("xs:sequence");
    for (name, kind, is_optional) in [
        ("code", "xs:string", false),
        ("message", "xs:string", false),
        ("field", "xs:string", true),
        ("rule", "xs:string", true),
        ("retryAfter", "xs:unsignedInt", true),
    ] {
        writer.open("xs:element").with("name", name).with("type", kind);
        if is_optional {
            writer.with("minOccurs", "0");
        }
        writer.close();
    }
    writer.close().close().close().close();
}

/// The types with a name, each once.
#[derive(Default)]
struct Types {
    records: BTreeMap<&'static str, &'static Record>,
    enumerations: BTreeMap<&'static str, &'static Enumeration>,
}

impl Types {
    fn collect(&mut self, fields: &'static [Field]) {
        for field in fields {
            match field.kind {
                Kind::Record(record) => {
                    if self.records.insert(record.name, record).is_none() {
                        self.collect(record.fields);
                    }
                }
                Kind::Enumeration(enumeration) => {
                    self.enumerations.insert(enumeration.name, enumeration);
                }
                Kind::Text { .. }
                | Kind::Integer { .. }
                | Kind::Boolean
                | Kind::Moment
                | Kind::Bytes { .. } => {}
            }
        }
    }
}

fn sequence(writer: &mut Writer, fields: &[Field]) {
    writer.open("xs:sequence");
    for field in fields {
        writer.open("xs:element").with("name", field.name);
        if field.occurs.least != 1 {
            writer.with("minOccurs", &field.occurs.least.to_string());
        }
        if field.occurs.most != 1 {
            writer.with("maxOccurs", &field.occurs.most.to_string());
        }
        kind(writer, field);
        writer.close();
    }
    writer.close();
}

/// The type of an element: by name where it has one or no limits, else within it.
fn kind(writer: &mut Writer, field: &Field) {
    let named = match &field.kind {
        Kind::Record(record) => format!("tns:{}", record.name),
        Kind::Enumeration(enumeration) => format!("tns:{}", enumeration.name),
        Kind::Boolean => "xs:boolean".to_owned(),
        Kind::Moment => "xs:dateTime".to_owned(),
        Kind::Bytes { .. } => "xs:base64Binary".to_owned(),
        Kind::Text { .. } | Kind::Integer { .. } => String::new(),
    };
    if !named.is_empty() {
        writer.with("type", &named);
    }
    if let Kind::Bytes { .. } = field.kind {
        // Describing Media Content of Binary Data in XML §3.2: what makes a stack send it by MTOM.
        writer.with("xmime:expectedContentTypes", "application/octet-stream");
    }
    annotation(writer, field.documentation);
    match &field.kind {
        Kind::Text { least, most, pattern, .. } => {
            let base = if pattern.is_some() { "xs:token" } else { "xs:string" };
            writer.open("xs:simpleType").open("xs:restriction").with("base", base);
            if *least > 0 {
                facet(writer, "xs:minLength", &least.to_string());
            }
            facet(writer, "xs:maxLength", &most.to_string());
            if let Some(pattern) = pattern {
                facet(writer, "xs:pattern", pattern.schema);
            }
            writer.close().close();
        }
        Kind::Integer { least, most } => {
            writer.open("xs:simpleType").open("xs:restriction").with("base", "xs:long");
            facet(writer, "xs:minInclusive", &least.to_string());
            facet(writer, "xs:maxInclusive", &most.to_string());
            writer.close().close();
        }
        Kind::Record(_) | Kind::Enumeration(_) | Kind::Boolean | Kind::Moment | Kind::Bytes { .. } => {}
    }
}

fn facet(writer: &mut Writer, name: &str, value: &str) {
    writer.open(name).with("value", value).close();
}

/// WSDL 1.1 §2.3: each message is one element (document/literal wrapped: its part is called `parameters`).
fn messages(writer: &mut Writer, service: &Service) {
    let mut message = |name: &str, part: &str, element: &str| {
        writer.open("wsdl:message").with("name", name).open("wsdl:part").with("name", part);
        writer.with("element", &format!("tns:{element}")).close().close();
    };
    for operation in service.operations {
        let response = format!("{}Response", operation.name);
        message(&format!("{}Request", operation.name), "parameters", operation.name);
        message(&response, "parameters", &response);
    }
    message("ServiceFault", "fault", "ServiceFault");
}

/// WSDL 1.1 §2.4.
fn port_type(writer: &mut Writer, service: &Service) {
    writer.open("wsdl:portType").with("name", service.name);
    for operation in service.operations {
        let name = operation.name;
        writer.open("wsdl:operation").with("name", name);
        let mut faults: Vec<&str> = operation.faults.iter().map(|code| code.as_str()).collect();
        faults.sort_unstable();
        let faults =
            if faults.is_empty() { String::new() } else { format!(" Faults: {}.", faults.join(", ")) };
        documentation(writer, "wsdl:documentation", &format!("{}{faults}", operation.documentation.trim()));
        writer.open("wsdl:input").with("message", &format!("tns:{name}Request")).close();
        writer.open("wsdl:output").with("message", &format!("tns:{name}Response")).close();
        writer.open("wsdl:fault").with("name", "ServiceFault").with("message", "tns:ServiceFault").close();
        writer.close();
    }
    writer.close();
}

/// WSDL 1.1 §3, WSDL 1.1 Binding Extension for SOAP 1.2: `prefix` is of the version.
fn binding(writer: &mut Writer, service: &Service, prefix: &str, suffix: &str) {
    writer.open("wsdl:binding").with("name", &format!("{}{suffix}", service.name));
    writer.with("type", &format!("tns:{}", service.name));
    writer
        .open(&format!("{prefix}:binding"))
        .with("style", "document")
        .with("transport", HTTP_TRANSPORT)
        .close();
    for operation in service.operations {
        writer.open("wsdl:operation").with("name", operation.name);
        writer.open(&format!("{prefix}:operation")).with("soapAction", &service.action(operation));
        writer.with("style", "document").close();
        for way in ["wsdl:input", "wsdl:output"] {
            writer.open(way).open(&format!("{prefix}:body")).with("use", "literal").close().close();
        }
        writer.open("wsdl:fault").with("name", "ServiceFault");
        writer.open(&format!("{prefix}:fault")).with("name", "ServiceFault").with("use", "literal");
        writer.close().close().close();
    }
    writer.close();
}
