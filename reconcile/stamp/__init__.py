"""Time stamps (RFC 3161): asked of an authority, and checked without it. The ASN.1 is rfc3161-client's."""
