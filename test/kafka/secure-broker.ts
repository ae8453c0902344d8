import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../app/src/cluster/ports.ts';
import { startBroker } from './broker.ts';

/** Who may come in, with any mechanism. */
export const USER = 'contrail';
export const PASSWORD = 'only for tests';
const STORE_PASSWORD = 'changeit';

/** A broker with a listener for SASL over TLS, whose certificate is for `localhost` and signed by itself. */
export interface SecureBroker extends AsyncDisposable {
  readonly bootstrap: string;
  /** The certificate as PEM. */
  readonly caFile: string;
  /** For files of a test. */
  readonly folder: string;
}

export async function startSecureBroker(): Promise<SecureBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'contrail-kafka-secure-'));
  const [store, caFile] = [join(folder, 'broker.p12'), join(folder, 'ca.pem')];
  const keytool = (...args: readonly string[]): string =>
    execFileSync('keytool', [...args, '-alias', 'broker', '-keystore', store, '-storepass', STORE_PASSWORD], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const subject = ['-dname', 'CN=localhost', '-ext', 'san=dns:localhost,ip:127.0.0.1'];
  keytool('-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-storetype', 'PKCS12', ...subject);
  writeFileSync(caFile, keytool('-exportcert', '-rfc'));
  const [port, controllerPort, securePort] = [await freePort(), await freePort(), await freePort()];
  const security = 'org.apache.kafka.common.security';
  const kafka = await startBroker({
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
  return {
    bootstrap: `localhost:${securePort}`,
    caFile,
    folder,
    async [Symbol.asyncDispose]() {
      await kafka[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
