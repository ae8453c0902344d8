import { isUuid } from '../clock.ts';
import { SparkConnectError } from '../errors.ts';

const DEFAULT_PORT = 15_002;
const DEFAULT_MAX_MESSAGE_BYTES = 128 * 1024 * 1024;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
/** A key of gRPC metadata whose value is text. */
const HEADER = /^(?!.*-bin$)(?!grpc-)[0-9a-z_.-]+$/;

/** What a connection string says. */
export interface Endpoint {
  /** In gRPC's form: an IPv6 address is in brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether to speak TLS. */
  readonly isSecure: boolean;
  /** Sent as `authorization: Bearer …` with each call. */
  readonly token?: string;
  readonly userId?: string;
  /** Who is calling, for the server's logs; goes into `client_type`. */
  readonly userAgent?: string;
  readonly sessionId?: string;
  /** Largest message that is sent or taken, in bytes. */
  readonly maxMessageBytes: number;
  /** All other parameters, sent as gRPC metadata with each call. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads `sc://host:port/;parameter=value;…` as Spark's own clients do: the port is 15002 when it is not given, a token
 * turns TLS on, unknown parameters become gRPC metadata, names are case sensitive and values percent-encoded. Unlike
 * them it accepts a token without TLS also for 127.0.0.1 and [::1], not only for `localhost`, and refuses what they
 * ignore: user info, query, fragment, repeated parameters.
 *
 *     sc://HOST[:PORT][/[;NAME=VALUE]...]
 *
 * Source: Spark, "Connecting to Spark Connect using Clients" (`sql/connect/docs/client-connection-string.md`).
 * @throws SparkConnectError invalid-argument. The message never holds a value, which may be secret.
 */
export function parseConnectionString(text: string): Endpoint {
  const url = parseUrl(text);
  const parameters = parseParameters(url.pathname);
  const take = (name: string): string | undefined => {
    const value = parameters.get(name);
    parameters.delete(name);
    return value;
  };

  const token = take('token');
  const useSsl = parseBoolean('use_ssl', take('use_ssl'));
  if (token === '') throw refused('the parameter token is empty');
  const isLocal = LOOPBACK.test(url.hostname);
  if (token !== undefined && useSsl === false && !isLocal)
    throw refused(`a token would travel to ${url.hostname} unencrypted; leave out use_ssl=false`);
  const sessionId = take('session_id');
  if (sessionId !== undefined && !isUuid(sessionId)) throw refused('session_id is not a UUID');
  const userId = take('user_id');
  const userAgent = take('user_agent');
  const maxMessageBytes = parseBytes(take('grpc_max_message_size'));
  const odd = [...parameters.keys()].find((name) => !HEADER.test(name));
  if (odd !== undefined) throw refused(`the parameter ${odd} cannot be sent as gRPC metadata`);

  return {
    host: url.hostname,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    isSecure: useSsl ?? (token !== undefined && !isLocal),
    ...(token === undefined ? {} : { token }),
    ...(userId === undefined ? {} : { userId }),
    ...(userAgent === undefined ? {} : { userAgent }),
    ...(sessionId === undefined ? {} : { sessionId }),
    maxMessageBytes,
    headers: Object.fromEntries(parameters),
  };
}

function parseUrl(text: string): URL {
  if (!text.startsWith('sc://')) throw refused('it must start with sc://');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '') throw refused('it has no valid host');
  if (url.port === '0') throw refused('port 0 is not allowed');
  if (url.username !== '' || url.password !== '')
    throw refused('it must not have a user and password; use the parameters user_id and token');
  if (url.search !== '' || url.hash !== '') throw refused('it has a query or a fragment');
  return url;
}

function parseParameters(path: string): Map<string, string> {
  const [prefix, ...parts] = path.split(';');
  if (prefix !== '' && prefix !== '/')
    throw refused('the path must be empty; parameters follow as /;name=value');
  const parameters = new Map<string, string>();
  for (const part of parts.filter((one) => one !== '')) {
    const [name, value, ...rest] = part.split('=');
    if (name === undefined || name === '' || value === undefined || rest.length > 0)
      throw refused(`a parameter${name ? ` (${name})` : ''} is not name=value`);
    if (parameters.has(name)) throw refused(`the parameter ${name} is given twice`);
    parameters.set(name, decode(name, value));
  }
  return parameters;
}

function decode(name: string, value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw refused(`the value of ${name} is not percent-encoded`);
  }
}

function parseBoolean(name: string, value: string | undefined): boolean | undefined {
  const lower = value?.toLowerCase();
  if (lower === undefined) return undefined;
  if (lower !== 'true' && lower !== 'false') throw refused(`${name} is neither true nor false`);
  return lower === 'true';
}

function parseBytes(value: string | undefined): number {
  if (value === undefined) return DEFAULT_MAX_MESSAGE_BYTES;
  const bytes = /^\d+$/.test(value) ? Number(value) : 0;
  if (bytes === 0 || bytes > 2 ** 31 - 1)
    throw refused('grpc_max_message_size is not a number of bytes from 1 to 2147483647');
  return bytes;
}

function refused(found: string): SparkConnectError {
  return new SparkConnectError(
    'invalid-argument',
    `Reading the Spark Connect address: ${found}. The form is sc://host:15002/;token=…;use_ssl=true`,
  );
}
