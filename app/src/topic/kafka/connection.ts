import { isIP } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { BaseOptions, SASLOptions } from '@platformatic/kafka';

/** How the brokers are reached. */
export interface KafkaConnection {
  /** `host:port` of some of the brokers; they name the others. */
  readonly bootstrap: readonly string[];
  /** TLS, with certificates and key as PEM text; null: plain TCP. */
  readonly tls: {
    /** Certificates to trust instead of the public ones. */
    readonly ca: string | null;
    /** Certificate and key that this client shows. */
    readonly cert: string | null;
    readonly key: string | null;
  } | null;
  readonly sasl: KafkaSasl | null;
}

/** How this client logs in. Source: KIP-43 (SASL), RFC 4616 (PLAIN), RFC 5802 (SCRAM), KIP-255 (OAUTHBEARER). */
export type KafkaSasl =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: { reveal(): string };
    }
  /** Called for a token at each connection, and again before the broker ends the session. */
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: () => Promise<string> };

/** How brokers see this program in their logs and quotas. */
const CLIENT_ID = 'contrail';
const CONNECT_TIMEOUT_MS = 5_000;
/** Longer than a broker may take for a produce request with acks=all. */
const REQUEST_TIMEOUT_MS = 15_000;

/** The options for every client of one topic. */
export function clientOptions(connection: KafkaConnection): BaseOptions {
  const { bootstrap, tls, sasl } = connection;
  return {
    clientId: CLIENT_ID,
    bootstrapBrokers: [...bootstrap],
    connectTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    autocreateTopics: false,
    ...(tls === null ? {} : { tls: tlsOptions(tls), tlsServerName: !bootstrap.some(isAddress) }),
    ...(sasl === null ? {} : { sasl: saslOptions(sasl) }),
  };
}

/**
 * Whether a broker is given by its IP address, which must not be sent as a server name in the handshake. Source: RFC
 * 6066, section 3.
 */
const isAddress = (broker: string): boolean => isIP(broker.slice(0, broker.lastIndexOf(':'))) !== 0;

function tlsOptions({ ca, cert, key }: NonNullable<KafkaConnection['tls']>): TlsOptions {
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
}

function saslOptions(sasl: KafkaSasl): SASLOptions {
  if (sasl.mechanism === 'OAUTHBEARER') return { mechanism: sasl.mechanism, token: sasl.token };
  const { mechanism, username, password } = sasl;
  // A function, so that the secret is not in an object that a debugger or a log would print.
  return { mechanism, username, password: () => password.reveal() };
}
