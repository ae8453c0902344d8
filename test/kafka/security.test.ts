import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../app/src/cluster/ports.ts';
import { collect } from '../../app/test/topic/collect.ts';
import type { KafkaConnection, KafkaSasl } from '../../app/src/topic/kafka/connection.ts';
import type { KafkaTopic } from '../../app/src/topic/kafka/kafka-topic.ts';
import { tokenSource } from '../../app/src/topic/kafka/oauth.ts';
import { freshName, HAS_JAVA, kafkaTopic, numbered, startBroker, type TestBroker } from './broker.ts';

const USER = 'contrail';
const PASSWORD = 'only for tests';
const STORE_PASSWORD = 'changeit';

describe.skipIf(!HAS_JAVA)('a broker that wants TLS and a name', () => {
  let folder: string;
  let kafka: TestBroker;
  let bootstrap: string;
  let ca: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'contrail-kafka-secure-'));
    const store = join(folder, 'broker.p12');
    const keytool = (...args: readonly string[]): string =>
      execFileSync(
        'keytool',
        [...args, '-alias', 'broker', '-keystore', store, '-storepass', STORE_PASSWORD],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
    const subject = ['-dname', 'CN=localhost', '-ext', 'san=dns:localhost,ip:127.0.0.1'];
    keytool('-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-storetype', 'PKCS12', ...subject);
    ca = keytool('-exportcert', '-rfc');
    const [port, controllerPort, securePort] = [await freePort(), await freePort(), await freePort()];
    const security = 'org.apache.kafka.common.security';
    kafka = await startBroker({
      port,
      controllerPort,
      formatArguments: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${USER},password=${PASSWORD}]`,
      ]),
      properties: {
        listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},SECURE://127.0.0.1:${securePort}`,
        'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SECURE://localhost:${securePort}`,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL',
        'inter.broker.listener.name': 'PLAINTEXT',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
        'ssl.keystore.type': 'PKCS12',
        'ssl.keystore.location': store,
        'ssl.keystore.password': STORE_PASSWORD,
        'listener.name.secure.plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_${USER}="${PASSWORD}";`,
        'listener.name.secure.scram-sha-256.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
        'listener.name.secure.scram-sha-512.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
        'listener.name.secure.oauthbearer.sasl.jaas.config': `${security}.oauthbearer.OAuthBearerLoginModule required;`,
        'listener.name.secure.oauthbearer.sasl.server.callback.handler.class': `${security}.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler`,
      },
    });
    bootstrap = `localhost:${securePort}`;
  });
  afterAll(async () => {
    await kafka[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  function open(connection: Partial<KafkaConnection>): KafkaTopic {
    const tls = { ca, cert: null, key: null };
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

  it('lets in who has a token: OAUTHBEARER', async () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Date.now() / 1000;
    const file = join(folder, 'token');
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
