import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { s3Store } from '../../../src/index.ts';

const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
})();

/** A store whose certificate is made with these arguments of openssl, asked under the name localhost. */
async function refusal(...args: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'delta-certificate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...args], { stdio: 'ignore' });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, answer) =>
    answer.end(),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const store = s3Store('s3://bucket', {
    endpoint: `https://localhost:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    retry: { attempts: 1 },
  });
  return store.head('key').then(
    () => 'answered',
    (error: Error) => error.message,
  );
}

test.skipIf(!hasOpenssl)('a certificate of an unknown authority is named, with what to do', async () => {
  const message = await refusal(
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost',
  );
  expect(message).toMatch(/authority that this machine does not know.*NODE_EXTRA_CA_CERTS\.$/);
  expect(message).not.toContain('the network');
});
