//! From an element to checked values: nothing passes that the table does not name, in the order of the table.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::fault::{Code, Fault, quoted};
use crate::moment;
use crate::multipart::{Parts, referenced};
use crate::namespaces::{MEDIA_CONTENT, SCHEMA_INSTANCE, XOP};
use crate::schema::{Enumeration, Field, Kind, Operation};
use crate::value::{Value, Values};
use crate::xml::{Element, is_space};

/// The input of an operation.
pub(crate) fn record(
    namespace: &str,
    operation: &Operation,
    element: &Element<'_>,
    parts: Option<&mut Parts>,
) -> Result<Values, Fault> {
    let mut reading = Reading { namespace, parts, path: vec![operation.name.to_owned()] };
    reading.check_attributes(element, None)?;
    reading.fields(operation.input, element)
}

struct Reading<'r> {
    namespace: &'r str,
    parts: Option<&'r mut Parts>,
    path: Vec<String>,
}

impl Reading<'_> {
    fn invalid(&self, reason: impl Into<String>, rule: impl Into<String>) -> Fault {
        Fault::new(Code::Validation, reason).field(self.path.join("/")).rule(rule)
    }

    fn too_large(&self, rule: String) -> Fault {
        Fault::new(Code::TooLarge, "a value is too large").field(self.path.join("/")).rule(rule)
    }

    /// The fields of a sequence (XML Schema part 1 §3.8): each in its place, as often as it may stand.
    fn fields(&mut self, fields: &'static [Field], element: &Element<'_>) -> Result<Values, Fault> {
        if !element.has_only_elements() {
            return Err(self.invalid("text stands between elements", sequence(fields)));
        }
        let mut values = Values::new();
        let mut awaited = fields.iter();
        let mut current = awaited.next();
        let mut count = 0;
        for child in &element.children {
            let name = &*child.name.local;
            if child.name.namespace.as_deref() != Some(self.namespace) {
                let reason = format!("«{}» is not of the service's namespace", quoted(name));
                return Err(self.invalid(reason, format!("elements of {}", self.namespace)));
            }
            while let Some(field) = current.filter(|field| field.name != name) {
                // The rest only if it can come at all: else the missing one is not what is wrong.
                let is_known_later = awaited.clone().any(|later| later.name == name);
                if !is_known_later {
                    return Err(self.misplaced(fields, field, name));
                }
                self.check_enough(field, count)?;
                (current, count) = (awaited.next(), 0);
            }
            let Some(field) = current else {
                let reason = format!("«{}» is unknown, or stands in the wrong place", quoted(name));
                return Err(self.invalid(reason, sequence(fields)));
            };
            count += 1;
            self.path.push(match field.occurs.most {
                1 => field.name.to_owned(),
                _ => format!("{}[{count}]", field.name),
            });
            if count > field.occurs.most {
                return Err(match field.occurs.most {
                    1 => self.invalid("stands twice", "stands once"),
                    most => self.too_large(format!("stands at most {most} times")),
                });
            }
            if let Some(value) = self.value(field, child)? {
                values.push(field.name, value);
            } else {
                count -= 1;
            }
            self.path.pop();
        }
        while let Some(field) = current {
            self.check_enough(field, count)?;
            (current, count) = (awaited.next(), 0);
        }
        Ok(values)
    }

    fn misplaced(&self, fields: &[Field], awaited: &Field, name: &str) -> Fault {
        let reason = match fields.iter().any(|field| field.name == name) {
            true => format!("«{name}» comes too late, or twice; «{}» may stand here", awaited.name),
            false => format!("«{}» is unknown", quoted(name)),
        };
        self.invalid(reason, sequence(fields))
    }

    fn check_enough(&self, field: &Field, count: usize) -> Result<(), Fault> {
        match field.occurs.least {
            least if count >= least => Ok(()),
            1 => {
                let mut path = self.path.clone();
                path.push(field.name.to_owned());
                let fault = Fault::new(Code::Validation, format!("«{}» is missing", field.name));
                Err(fault.field(path.join("/")).rule("has to stand here"))
            }
            least => {
                let reason = format!("«{}» stands {count} times only", field.name);
                Err(self.invalid(reason, format!("stands at least {least} times")))
            }
        }
    }

    /// What may stand at an element of a request, besides the declarations of namespaces.
    fn check_attributes(&self, element: &Element<'_>, field: Option<&Field>) -> Result<(), Fault> {
        for attribute in &element.attributes {
            let name = &attribute.name;
            let is_known = match (name.namespace.as_deref(), &*name.local) {
                // Where somebody's schema lies is nothing that we fetch.
                (Some(SCHEMA_INSTANCE), "nil" | "schemaLocation" | "noNamespaceSchemaLocation") => true,
                // Some stacks say the type of everything; it has to be the one that is declared.
                (Some(SCHEMA_INSTANCE), "type") => {
                    let local = attribute.value.rsplit(':').next();
                    field.is_some_and(|field| local == Some(type_name(&field.kind)))
                }
                (Some(MEDIA_CONTENT), "contentType") => {
                    field.is_some_and(|field| matches!(field.kind, Kind::Bytes { .. }))
                }
                _ => false,
            };
            if !is_known {
                let reason = format!("the attribute «{}» is unknown", quoted(&name.local));
                return Err(self.invalid(reason, "no attributes but xsi:nil and the declared xsi:type"));
            }
        }
        Ok(())
    }

    /// A value; `None` for one that says that it is none.
    fn value(&mut self, field: &'static Field, element: &Element<'_>) -> Result<Option<Value>, Fault> {
        self.check_attributes(element, Some(field))?;
        let nil = element.attribute(Some(SCHEMA_INSTANCE), "nil").map(str::trim);
        if matches!(nil, Some("1" | "true")) {
            let is_nothing = element.children.is_empty() && element.has_only_elements();
            return match field.occurs == crate::Occurs::OPTIONAL && is_nothing {
                true => Ok(None),
                false => Err(self.invalid("xsi:nil, where a value has to stand", describe(&field.kind))),
            };
        }
        if let Kind::Record(record) = field.kind {
            return Ok(Some(Value::Record(self.fields(record.fields, element)?)));
        }
        if let Kind::Bytes { most } = field.kind {
            return Ok(Some(Value::Bytes(self.octets(most, element)?)));
        }
        if !element.children.is_empty() {
            return Err(self.invalid("an element stands within a value", describe(&field.kind)));
        }
        self.check_no_comment(element)?;
        self.simple(&field.kind, &element.text).map(Some)
    }

    /// Whoever reads up to the comment reads another value than we: neither is taken.
    fn check_no_comment(&self, element: &Element<'_>) -> Result<(), Fault> {
        match element.has_comment {
            true => Err(self.invalid("a comment stands within a value", "values have no comments")),
            false => Ok(()),
        }
    }

    fn simple(&self, kind: &Kind, text: &str) -> Result<Value, Fault> {
        // XML Schema part 2 §4.3.6: everything but xs:string is read without white space around it.
        let trimmed = text.trim_matches(is_space);
        let invalid = || self.invalid(format!("«{}»", quoted(trimmed)), describe(kind));
        match kind {
            Kind::Text { least, most, pattern, is_secret } => {
                let text = if pattern.is_some() { trimmed } else { text };
                let said = |what: String, of_secret: &str| {
                    self.invalid(if *is_secret { of_secret.to_owned() } else { what }, describe(kind))
                };
                // No more characters are counted than matter.
                let characters = text.chars().take(most.saturating_add(1)).count();
                let has_form = pattern.is_none_or(|pattern| (pattern.holds)(text));
                if characters > *most {
                    return Err(said(format!("«{}…» is too long", quoted(text)), "it is too long"));
                }
                if characters < *least || !has_form {
                    Err(said(format!("«{}»", quoted(text)), "it is not what may stand here"))
                } else {
                    Ok(Value::Text(text.to_owned()))
                }
            }
            Kind::Enumeration(enumeration) => {
                let known = word(enumeration, trimmed).ok_or_else(invalid)?;
                Ok(Value::Text(known.to_owned()))
            }
            Kind::Integer { least, most } => {
                // XML Schema part 2 §3.3.13: digits with a sign or none; no more of them than a number of ours has.
                let number = (trimmed.len() <= 20).then(|| trimmed.parse().ok()).flatten();
                let number = number.filter(|number| (least..=most).contains(&number));
                Ok(Value::Integer(number.ok_or_else(invalid)?))
            }
            Kind::Boolean => match trimmed {
                "true" | "1" => Ok(Value::Boolean(true)),
                "false" | "0" => Ok(Value::Boolean(false)),
                _ => Err(invalid()),
            },
            Kind::Moment => Ok(Value::Moment(moment::read(trimmed).ok_or_else(invalid)?)),
            Kind::Bytes { .. } | Kind::Record(_) => Err(invalid()),
        }
    }

    /// `xs:base64Binary`, or what an `xop:Include` refers to (XOP §2.1).
    fn octets(&mut self, most: usize, element: &Element<'_>) -> Result<Bytes, Fault> {
        self.check_no_comment(element)?;
        let rule = || describe(&Kind::Bytes { most });
        let octets = match element.children.as_slice() {
            [] => {
                // Three octets for four characters; line ends and padding on top.
                if element.text.len() / 4 > most.saturating_add(2) {
                    return Err(self.too_large(rule()));
                }
                let octets = element.text.as_bytes();
                let has_space = octets.iter().fold(false, |found, &byte| found | is_space(byte.into()));
                let decoded = match has_space {
                    false => STANDARD.decode(octets),
                    true => {
                        let lines = octets.iter().copied().filter(|&byte| !is_space(byte.into()));
                        STANDARD.decode(lines.collect::<Vec<u8>>())
                    }
                };
                decoded.map_err(|_| self.invalid("this is no base64", rule()))?.into()
            }
            [include] if include.name.is(XOP, "Include") && element.has_only_elements() => {
                self.included(include)?
            }
            _ => return Err(self.invalid("an element stands within a value", rule())),
        };
        if octets.len() > most { Err(self.too_large(rule())) } else { Ok(octets) }
    }

    fn included(&mut self, include: &Element<'_>) -> Result<Bytes, Fault> {
        let rule = "xop:Include refers to a part by href=\"cid:…\" (XOP §2.1)";
        let id = include.attribute(None, "href").and_then(referenced);
        let id = id.ok_or_else(|| self.invalid("the Include refers to no part", rule))?;
        let Some(parts) = self.parts.as_deref_mut() else {
            return Err(self.invalid("an Include in a request that has no parts", rule));
        };
        let taken = parts.take(&id);
        taken.map_err(|reason| self.invalid(format!("«{}»: {reason}", quoted(&id)), rule))
    }
}

/// The word of an enumeration that a text is.
fn word(enumeration: &Enumeration, text: &str) -> Option<&'static str> {
    enumeration.words.iter().map(|(word, _)| *word).find(|word| *word == text)
}

/// The name of a type as `xsi:type` has it, without its prefix.
fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text { .. } => "string",
        Kind::Enumeration(enumeration) => enumeration.name,
        Kind::Integer { .. } => "long",
        Kind::Boolean => "boolean",
        Kind::Moment => "dateTime",
        Kind::Bytes { .. } => "base64Binary",
        Kind::Record(record) => record.name,
    }
}

/// What holds for a value, as a fault says it.
pub(crate) fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Text { least, most, pattern: None, .. } => format!("{least} to {most} characters"),
        Kind::Text { most, pattern: Some(pattern), .. } => {
            format!("{}, at most {most} characters", pattern.rule)
        }
        Kind::Enumeration(enumeration) => {
            let words: Vec<&str> = enumeration.words.iter().map(|(word, _)| *word).collect();
            format!("one of {}", words.join(", "))
        }
        Kind::Integer { least, most } => format!("a whole number from {least} to {most}"),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Moment => "a moment with its offset: 2026-11-21T20:05:00Z".to_owned(),
        Kind::Bytes { most } => format!("base64 or xop:Include, at most {most} octets"),
        Kind::Record(record) => format!("a {}", record.name),
    }
}

fn sequence(fields: &[Field]) -> String {
    let names: Vec<String> = fields
        .iter()
        .map(|field| match field.occurs {
            crate::Occurs { least: 0, most: 1 } => format!("{}?", field.name),
            crate::Occurs { most: 1, .. } => field.name.to_owned(),
            crate::Occurs { least: 0, .. } => format!("{}*", field.name),
            _ => format!("{}+", field.name),
        })
        .collect();
    format!("in this order: {}", names.join(", "))
}
