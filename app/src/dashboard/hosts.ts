/**
 * Decides which requests are answered. A page that is bound to this machine is not open to the network, but every site
 * that a browser on this machine visits can reach it: by a name that resolves to 127.0.0.1 (DNS rebinding), or by a
 * WebSocket, which browsers let any site open (RFC 6455, section 10.2). The Host header protects against the first,
 * Origin against the second.
 */
export interface HostPolicy {
  /** Names and addresses to which the server answers, lower case, without a port; null: all. */
  readonly names: readonly string[] | null;
  /** Whether the server answers to numeric addresses. This is safe, because a site cannot use one as its name. */
  readonly addresses: boolean;
  /** Names that the settings allow beyond this machine, lower case. */
  readonly allowed: readonly string[];
}

const LOOPBACK_NAMES = ['localhost', '::1'] as const;

/** The rule for a server that is bound to `bound`, with the names `allowed` from reverse proxies. */
export function hostPolicy(bound: string, allowed: readonly string[]): HostPolicy {
  const own = bound.toLowerCase();
  const names = allowed.map((name) => name.toLowerCase());
  if (isLoopback(own)) return { names: [own, ...names], addresses: false, allowed: names };
  return { names: names.length === 0 ? null : [own, ...names], addresses: true, allowed: names };
}

/** Whether a request with this Host header is answered. A request without one is not from a browser. */
export function isAllowedHost(policy: HostPolicy, host: string | undefined): boolean {
  if (policy.names === null || host === undefined) return true;
  const name = nameOf(host);
  if (name === null) return false;
  const isAddress = /^[\d.]+$/.test(name) || name.includes(':');
  return isLoopback(name) || policy.names.includes(name) || (policy.addresses && isAddress);
}

/** The headers of a WebSocket handshake that matter. */
export interface Handshake {
  readonly origin: string | undefined;
  readonly host: string | undefined;
  /** The `key` of its address. */
  readonly key: string | null;
}

/**
 * Whether a handshake comes from our own page: its Origin is the Host, or a name that the settings allow, or it has the
 * key of this server, which only a page of the same origin can read. The key makes it work behind a proxy that does not
 * keep Host. Programs other than browsers send no Origin.
 */
export function isOwnPage(policy: HostPolicy, { origin, host, key }: Handshake, ownKey: string): boolean {
  if (origin === undefined || key === ownKey) return true;
  if (!URL.canParse(origin)) return false;
  const from = new URL(origin);
  return from.host === host?.toLowerCase() || policy.allowed.includes(from.hostname);
}

/** The answer to a request under a name that is not allowed. */
export function foreignHost(policy: HostPolicy, host: string): string {
  const name = nameOf(host) ?? host.slice(0, 100);
  const known = policy.names?.[0] ?? 'localhost';
  return `This dashboard answers to ${known} and localhost, not to "${name.slice(0, 100)}". If a reverse proxy passes that name on, set DASHBOARD_ALLOWED_HOSTS=${name.slice(0, 100)}.`;
}

/** 127.0.0.0/8 (RFC 1122), ::1, and localhost with all names below it (RFC 6761). */
function isLoopback(name: string): boolean {
  return (
    LOOPBACK_NAMES.some((one) => one === name) ||
    name.endsWith('.localhost') ||
    /^127(\.\d{1,3}){3}$/.test(name)
  );
}

/** The name in a Host header, lower case, without port, brackets and the dot at the end; null when it has none. */
function nameOf(host: string): string | null {
  const match = /^(?:\[([\da-f:.]+)\]|([^\s:/?#@[\]]+))(?::\d{1,5})?$/i.exec(host);
  const name = match?.[1] ?? match?.[2];
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, '');
}
