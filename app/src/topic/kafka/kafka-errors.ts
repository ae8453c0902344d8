import { GenericError, ResponseError } from '@platformatic/kafka';
import { ContrailError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';

type Reaction = readonly [code: ErrorCode, next: string];

const GRANT = 'Give this client access to the topic (ACLs), or set another KAFKA_USERNAME.';
const AUTHENTICATION: Reaction = [
  'kafka-authentication-failed',
  'Check KAFKA_SASL_MECHANISM, KAFKA_USERNAME and KAFKA_PASSWORD.',
];
const TLS: Reaction = [
  'kafka-tls-failed',
  'Check KAFKA_TLS, and that KAFKA_TLS_CA holds the certificate that signed the brokers’.',
];
const AWAY: Reaction = ['kafka-unreachable', 'Check KAFKA_BOOTSTRAP and that the brokers run.'];

/** Answers of a broker that need a certain reaction. Source: Kafka protocol guide, "Error codes". */
const REACTIONS: Readonly<Record<string, Reaction>> = {
  SASL_AUTHENTICATION_FAILED: AUTHENTICATION,
  UNSUPPORTED_SASL_MECHANISM: AUTHENTICATION,
  ILLEGAL_SASL_STATE: AUTHENTICATION,
  TOPIC_AUTHORIZATION_FAILED: ['kafka-not-authorized', GRANT],
  CLUSTER_AUTHORIZATION_FAILED: ['kafka-not-authorized', GRANT],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ['kafka-not-authorized', GRANT],
  INVALID_TOPIC_EXCEPTION: ['topic-name-invalid', 'Choose another TOPIC_NAME.'],
  INVALID_PARTITIONS: ['topic-partitions-invalid', 'Choose another NUM_PARTITIONS.'],
  INVALID_REPLICATION_FACTOR: [
    'kafka-replication-invalid',
    'Set KAFKA_REPLICATION to at most the number of brokers.',
  ],
  POLICY_VIOLATION: ['kafka-not-allowed', 'The cluster’s policy forbids it: see its message.'],
  INVALID_CONFIG: ['kafka-not-allowed', 'Check TOPIC_RETENTION and TOPIC_RETENTION_BYTES.'],
  MESSAGE_TOO_LARGE: ['topic-message-too-large', 'Send smaller messages, or raise max.message.bytes.'],
  RECORD_LIST_TOO_LARGE: ['topic-message-too-large', 'Raise segment.bytes of the topic.'],
  INVALID_TIMESTAMP: [
    'topic-message-invalid',
    'The clocks of this machine and of the brokers differ: correct them.',
  ],
  UNSUPPORTED_VERSION: ['kafka-version-unsupported', 'Use brokers of version 2.8 or later.'],
  UNKNOWN_TOPIC_OR_PARTITION: ['topic-missing', 'The topic does not exist (not yet, or no longer).'],
  UNKNOWN_TOPIC_ID: ['topic-missing', 'The topic was deleted, or deleted and created again.'],
  NOT_ENOUGH_REPLICAS: ['kafka-replicas-missing', 'Too few brokers are up for min.insync.replicas.'],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [
    'kafka-replicas-missing',
    'Too few brokers are up for min.insync.replicas.',
  ],
};

/** Codes of Node's TLS for a certificate or a handshake that fails for good. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/;

/** Whether the broker gave this answer, by its name in the protocol guide. */
export function hasAnswer(error: unknown, apiId: string): boolean {
  return causes(error).some((cause) => field(cause, 'apiId') === apiId);
}

/** True when the client library says that the topic is not there. */
export function isTopicMissing(error: unknown): boolean {
  return error instanceof GenericError && error.message.startsWith('Unknown topic ');
}

/**
 * Turns what the client library threw into a {@link ContrailError}. Other errors are returned unchanged.
 * @param doing what was being done, to what: `Appending 10 messages to topic "opensky-data" (Kafka at host:9092)`
 */
export function fromKafka(error: unknown, doing: string): unknown {
  const found = causes(error);
  const own = found.find((cause) => cause instanceof ContrailError);
  if (own !== undefined) return own;
  if (!GenericError.isGenericError(error as Error)) return error;
  const [code, next] = isTopicMissing(error)
    ? (REACTIONS['UNKNOWN_TOPIC_OR_PARTITION'] as Reaction)
    : reactionTo(found);
  return new ContrailError(code, `${doing} failed: ${saying(found)}. ${next}`, { cause: error });
}

function reactionTo(found: readonly Error[]): Reaction {
  for (const cause of found) {
    const reaction = REACTIONS[String(field(cause, 'apiId'))];
    if (reaction !== undefined) return reaction;
  }
  for (const cause of found) {
    if (field(cause, 'code') === 'PLT_KFK_AUTHENTICATION') return AUTHENTICATION;
    if (TLS_CODE.test(String(field(cause, 'code'))) || /\bTLS\b/.test(cause.message)) return TLS;
  }
  return AWAY;
}

/** The innermost reason, or the broker's words for it: the outer errors only say that something failed. */
function saying(found: readonly Error[]): string {
  const told = found
    .map((cause) => field(cause, 'serverErrorMessage'))
    .find((text) => typeof text === 'string');
  const text = typeof told === 'string' ? told : (found.at(-1)?.message ?? 'no reason was given');
  return text.replace(/\.$/, '');
}

/** An error, its causes and the errors that it gathers, from the outermost to the innermost. */
function causes(error: unknown): readonly Error[] {
  return error instanceof Error ? [error, ...gathered(error).flatMap(causes), ...causes(error.cause)] : [];
}

/** All errors in one answer of a broker. Of several tries with an error each, only the newest counts. */
function gathered(error: Error): readonly unknown[] {
  if (!(error instanceof AggregateError)) return [];
  const errors = error.errors as readonly unknown[];
  if (error instanceof ResponseError) return errors;
  const newest = errors.findLast((one) => one instanceof Error);
  return newest === undefined ? [] : [newest];
}

const field = (error: Error, name: string): unknown => (error as unknown as Record<string, unknown>)[name];
