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
    default:
      return null;
  }
}
