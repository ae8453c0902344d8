/** Why there is no connection, by the code of the system's error, as the end of a sentence; null for other codes. */
export function networkReason(code: unknown): string | null {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name could not be looked up, so there may be no network';
    case 'ECONNREFUSED':
      return 'the connection was refused';
    case 'ETIMEDOUT':
      return 'no connection came about in time';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no way leads to it from this network';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the connection broke off';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return "its certificate is signed by an authority that this machine does not know: name that authority's certificate, a PEM file, in CA_FILE";
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid at this time: look at the clock of this machine';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another host';
    default:
      return null;
  }
}
