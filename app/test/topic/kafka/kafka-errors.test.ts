import {
  AuthenticationError,
  MultipleErrors,
  NetworkError,
  ResponseError,
  UserError,
} from '@platformatic/kafka';
import { describe, expect, it } from 'vitest';
import { ContrailError } from '../../../src/errors.ts';
import { fromKafka, hasAnswer, isTopicMissing } from '../../../src/topic/kafka/kafka-errors.ts';

const DOING = 'Appending 1 message to topic "t" (Kafka at a:9092)';
const PRODUCE = 0;

/** A broker's answer to a produce request, one code per partition. Source: Kafka protocol guide, "Error codes". */
const answer = (...codes: readonly number[]): ResponseError =>
  new ResponseError(PRODUCE, 11, Object.fromEntries(codes.map((code, i) => [`/${i}`, [code, null]])), {});

const refusedConnection = (): NetworkError =>
  new NetworkError('Connection to a:9092 failed.', { cause: new Error('connect ECONNREFUSED a:9092') });

describe('errors of the client', () => {
  it.each([
    ['nobody listens', refusedConnection(), 'unavailable', 'kafka-unreachable'],
    ['a leader moved', answer(6), 'unavailable', 'kafka-unreachable'],
    ['too few replicas', answer(19), 'unavailable', 'kafka-replicas-missing'],
    ['no topic', answer(3), 'unavailable', 'topic-missing'],
    ['no topic, as the client says it', new UserError('Unknown topic t.'), 'unavailable', 'topic-missing'],
    ['a message too large', answer(10), 'invalid', 'topic-message-too-large'],
    ['no right to write', answer(29), 'invalid', 'kafka-not-authorized'],
    ['too few brokers for the copies', answer(38), 'invalid', 'kafka-replication-invalid'],
    ['a time in the future', answer(32), 'invalid', 'topic-message-invalid'],
    [
      'a wrong password',
      new NetworkError('Connection to a:9092 failed.', {
        cause: new AuthenticationError('SASL authentication failed.'),
      }),
      'invalid',
      'kafka-authentication-failed',
    ],
    [
      'a certificate that nobody knows',
      new NetworkError('Connection to a:9092 failed.', {
        cause: Object.assign(new Error('self-signed certificate'), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
      }),
      'invalid',
      'kafka-tls-failed',
    ],
    ['a broker that wants TLS', new UserError('Broker requires TLS.'), 'invalid', 'kafka-tls-failed'],
    [
      'a token endpoint that is away, whatever the client makes of it',
      new NetworkError('Connection to a:9092 failed.', {
        cause: new AuthenticationError('The SASL/OAUTHBEARER token provider threw an error.', {
          cause: new ContrailError('kafka-token-unavailable', 'There is no token for Kafka.'),
        }),
      }),
      'unavailable',
      'kafka-token-unavailable',
    ],
  ] as const)('say what to do about %s', (_, error, kind, code) => {
    expect(fromKafka(error, DOING)).toMatchObject({ kind, code });
  });

  it('give the innermost reason', () => {
    const tries = new MultipleErrors('produce failed 2 times.', [new Error('older'), refusedConnection()]);
    expect(String(fromKafka(tries, DOING))).toBe(
      `ContrailError: ${DOING} failed: connect ECONNREFUSED a:9092. Check KAFKA_BOOTSTRAP and that the brokers run.`,
    );
  });

  it('go by the newest try, and by the worst of one answer', () => {
    const tries = new MultipleErrors('produce failed 2 times.', [
      answer(29),
      refusedConnection(),
      undefined as never,
    ]);
    expect(fromKafka(tries, DOING)).toMatchObject({ code: 'kafka-unreachable' });
    expect(fromKafka(answer(6, 10), DOING)).toMatchObject({ code: 'topic-message-too-large' });
  });

  it('leave alone what is not the client’s', () => {
    const bug = new TypeError('x is not a function');
    expect(fromKafka(bug, DOING)).toBe(bug);
    const own = new ContrailError('topic-damaged', 'damaged');
    expect(fromKafka(own, DOING)).toBe(own);
  });

  it('tell what a broker answered', () => {
    expect(hasAnswer(answer(36), 'TOPIC_ALREADY_EXISTS')).toBe(true);
    expect(
      hasAnswer(new MultipleErrors('Creating topics failed.', [answer(36)]), 'TOPIC_ALREADY_EXISTS'),
    ).toBe(true);
    expect(hasAnswer(answer(6), 'TOPIC_ALREADY_EXISTS')).toBe(false);
    expect(isTopicMissing(new UserError('Cannot find broker with node id 1'))).toBe(false);
  });
});
