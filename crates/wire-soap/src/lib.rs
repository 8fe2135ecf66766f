//! SOAP 1.1 and 1.2 with attachments: bytes to values and back, WSDL. No IO, no clock.
