//! The namespaces that are not ours.

/// SOAP 1.1 §3.
pub(crate) const ENVELOPE_1_1: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// SOAP 1.2 part 1 §1.1.
pub(crate) const ENVELOPE_1_2: &str = "http://www.w3.org/2003/05/soap-envelope";
/// XML itself: bound to `xml` without a declaration (Namespaces in XML 1.0 §3).
pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Namespaces in XML 1.0 §3: must not be declared.
pub(crate) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// XML Schema part 1 §2.6.
pub(crate) const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// XML Schema part 1 §1.3.
pub(crate) const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";
/// XOP §3: `Include`.
pub(crate) const XOP: &str = "http://www.w3.org/2004/08/xop/include";
/// Describing Media Content of Binary Data in XML §3.
pub(crate) const MEDIA_CONTENT: &str = "http://www.w3.org/2005/05/xmlmime";
/// WS-Security 1.1 §3: `Security`, `UsernameToken`.
pub(crate) const SECURITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// WS-Security 1.1 §3: `Timestamp`, `Id`.
pub(crate) const SECURITY_UTILITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
/// WSDL 1.1 §1.2.
pub(crate) const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
/// WSDL 1.1 §3: the binding for SOAP 1.1.
pub(crate) const WSDL_SOAP_1_1: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
/// WSDL 1.1 Binding Extension for SOAP 1.2 §1.
pub(crate) const WSDL_SOAP_1_2: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
/// WSDL 1.1 §3.3 and SOAP 1.1 §6: carried by HTTP.
pub(crate) const HTTP_TRANSPORT: &str = "http://schemas.xmlsoap.org/soap/http";
