/**
 * What is wrong with a server's certificate, and what to do, by the code that Node gives the refusal.
 * Source: OpenSSL, verify(1), "Diagnostics"; Node, tls, "X509 certificate error codes".
 */
const UNKNOWN_AUTHORITY =
  'its certificate is signed by an authority that this machine does not know; name the certificate of that authority, a PEM file, in NODE_EXTRA_CA_CERTS';
const PROBLEMS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_AUTHORITY,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it, or set the clock of this machine',
  CERT_NOT_YET_VALID:
    'its certificate is not valid yet; set the clock of this machine, or that of the authority',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another host; use a name that is in the certificate, or get a certificate for this name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port; use http://, or another port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS on this port; use http://, or another port',
};

/** The sentence for a failed request, or null when the certificate was not the reason. */
export function certificateProblem(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { readonly code?: unknown };
    if (typeof code === 'string' && Object.hasOwn(PROBLEMS, code)) return PROBLEMS[code] ?? null;
  }
  return null;
}
