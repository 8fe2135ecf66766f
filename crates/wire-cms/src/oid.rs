//! Object identifiers, by the name that their standard gives them. As contents octets: what stands after tag and length.

/// id-data (RFC 5652 §4).
pub(crate) const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 1];
/// id-signedData (RFC 5652 §5.1).
pub(crate) const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 7, 2];
/// id-ct-TSTInfo (RFC 3161 §2.4.2).
pub(crate) const TST_INFO: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 1, 4];

/// id-contentType (RFC 5652 §11.1).
pub(crate) const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 3];
/// id-messageDigest (RFC 5652 §11.2).
pub(crate) const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 4];
/// id-signingTime (RFC 5652 §11.3).
pub(crate) const SIGNING_TIME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 5];
/// id-aa-signingCertificate (RFC 2634 §5.4).
pub(crate) const SIGNING_CERTIFICATE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 2, 12];
/// id-aa-timeStampToken (RFC 3161 appendix A).
pub(crate) const TIME_STAMP_TOKEN: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 2, 14];
/// id-aa-signingCertificateV2 (RFC 5035 §3).
pub(crate) const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 16, 2, 47];

/// id-sha256 (RFC 5754 §2.2).
pub(crate) const SHA256: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1];
/// id-sha384 (RFC 5754 §2.3).
pub(crate) const SHA384: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2];
/// id-sha512 (RFC 5754 §2.4).
pub(crate) const SHA512: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 3];

/// rsaEncryption (RFC 8017 appendix A.1).
pub(crate) const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
/// id-mgf1 (RFC 8017 appendix A.2.1).
pub(crate) const MGF1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 8];
/// id-RSASSA-PSS (RFC 8017 appendix A.2.3).
pub(crate) const RSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];
/// sha256WithRSAEncryption (RFC 8017 appendix A.2.4).
pub(crate) const RSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
/// sha384WithRSAEncryption (RFC 8017 appendix A.2.4).
pub(crate) const RSA_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 12];
/// sha512WithRSAEncryption (RFC 8017 appendix A.2.4).
pub(crate) const RSA_SHA512: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 13];
/// id-ecPublicKey (RFC 5480 §2.1.1).
pub(crate) const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
/// secp256r1 (RFC 5480 §2.1.1.1).
pub(crate) const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
/// secp384r1 (RFC 5480 §2.1.1.1).
pub(crate) const P384: &[u8] = &[0x2B, 0x81, 4, 0, 0x22];
/// ecdsa-with-SHA256 (RFC 5758 §3.2).
pub(crate) const ECDSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2];
/// ecdsa-with-SHA384 (RFC 5758 §3.2).
pub(crate) const ECDSA_SHA384: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3];
/// ecdsa-with-SHA512 (RFC 5758 §3.2).
pub(crate) const ECDSA_SHA512: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 4];
/// id-Ed25519 (RFC 8410 §3).
pub(crate) const ED25519: &[u8] = &[0x2B, 0x65, 0x70];

/// id-kp-serverAuth (RFC 5280 §4.2.1.12).
pub(crate) const KP_SERVER: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 1];
/// id-kp-clientAuth (RFC 5280 §4.2.1.12).
pub(crate) const KP_CLIENT: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 2];
/// id-kp-emailProtection (RFC 5280 §4.2.1.12).
pub(crate) const KP_EMAIL: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 4];
/// id-kp-timeStamping (RFC 5280 §4.2.1.12).
pub(crate) const KP_TIME_STAMPING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 8];
/// anyExtendedKeyUsage (RFC 5280 §4.2.1.12).
pub(crate) const KP_ANY: &[u8] = &[0x55, 0x1D, 0x25, 0];

/// id-ce-subjectKeyIdentifier (RFC 5280 §4.2.1.2).
pub(crate) const CE_SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1D, 0x0E];
/// id-ce-keyUsage (RFC 5280 §4.2.1.3).
pub(crate) const CE_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x0F];
/// id-ce-subjectAltName (RFC 5280 §4.2.1.6).
pub(crate) const CE_SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 0x11];
/// id-ce-basicConstraints (RFC 5280 §4.2.1.9).
pub(crate) const CE_BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x13];
/// id-ce-nameConstraints (RFC 5280 §4.2.1.10).
pub(crate) const CE_NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x1E];
/// id-ce-certificatePolicies (RFC 5280 §4.2.1.4).
pub(crate) const CE_CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1D, 0x20];
/// id-ce-policyConstraints (RFC 5280 §4.2.1.11).
pub(crate) const CE_POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 0x24];
/// id-ce-extKeyUsage (RFC 5280 §4.2.1.12).
pub(crate) const CE_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 0x25];
/// id-ce-inhibitAnyPolicy (RFC 5280 §4.2.1.14).
pub(crate) const CE_INHIBIT_ANY_POLICY: &[u8] = &[0x55, 0x1D, 0x36];

/// id-at-commonName (RFC 5280 appendix A.1).
pub(crate) const COMMON_NAME: &[u8] = &[0x55, 4, 3];
