import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../app/test/topic/collect.ts';
import type { KafkaConnection, KafkaSasl } from '../../app/src/topic/kafka/connection.ts';
import type { KafkaTopic } from '../../app/src/topic/kafka/kafka-topic.ts';
import { tokenSource } from '../../app/src/topic/kafka/oauth.ts';
import { freshName, kafkaTopic, numbered } from './broker.ts';
import { HAS_KAFKA } from './shared.ts';
import { PASSWORD, type SecureBroker, startSecureBroker, USER } from './secure-broker.ts';

describe.skipIf(!HAS_KAFKA)('a broker that wants TLS and a name', () => {
  let kafka: SecureBroker;
  beforeAll(async () => {
    kafka = await startSecureBroker();
  });
  afterAll(() => kafka[Symbol.asyncDispose]());

  function open(connection: Partial<KafkaConnection>): KafkaTopic {
    const { bootstrap } = kafka;
    const tls = { ca: readFileSync(kafka.caFile, 'utf8'), cert: null, key: null };
    return kafkaTopic(bootstrap, freshName(), {
      connection: { bootstrap: [bootstrap], tls, sasl: null, ...connection },
    });
  }

  const named = (mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512', password = PASSWORD): KafkaSasl => ({
    mechanism,
    username: USER,
    password: { reveal: () => password },
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
    'lets in who knows the password: %s',
    async (mechanism) => {
      await using topic = open({ sasl: named(mechanism) });
      await topic.append(numbered(100));
      expect(await collect(topic)).toHaveLength(100);
    },
  );

  it('lets in a client that has a token: OAUTHBEARER', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Date.now() / 1000;
    const file = join(kafka.folder, 'token');
    writeFileSync(file, `${part({ alg: 'none' })}.${part({ sub: USER, iat: now - 10, exp: now + 3600 })}.`);
    const token = tokenSource({
      url: pathToFileURL(file).href,
      clientId: null,
      clientSecret: null,
      scope: null,
      fetch,
      timeout: (ms) => AbortSignal.timeout(ms),
    });
    await using topic = open({ sasl: { mechanism: 'OAUTHBEARER', token } });
    await topic.append(numbered(100));
    expect(await collect(topic)).toHaveLength(100);
  });

  it.each([
    ['a wrong password', () => ({ sasl: named('SCRAM-SHA-512', 'wrong') }), 'kafka-authentication-failed'],
    [
      'a certificate that nobody knows',
      () => ({ sasl: named('PLAIN'), tls: { ca: null, cert: null, key: null } }),
      'kafka-tls-failed',
    ],
    ['no TLS', () => ({ tls: null }), 'kafka-tls-failed'],
  ] as const)('is not waited for with %s: a person has to act', async (_, connection, code) => {
    await using topic = open(connection());
    const refused = { kind: 'invalid', code };
    await expect(topic.append(numbered(1))).rejects.toMatchObject(refused);
    await expect(topic.offsets()).rejects.toMatchObject(refused);
    await expect(topic.append(numbered(1))).rejects.not.toThrow('wrong');
  });
});
