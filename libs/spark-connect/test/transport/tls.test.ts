import { ServerCredentials } from '@grpc/grpc-js';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../src/session/session.ts';
import { startFakeServer, testClock } from '../fake-server.ts';

/** Made with openssl for 127.0.0.1 and these tests alone; it signs itself and is good for a hundred years. */
const [certificate, key] = ['certificate.pem', 'key.pem'].map((file) =>
  readFileSync(join(import.meta.dirname, 'certificate', file)),
) as [Buffer, Buffer];
const serving = ServerCredentials.createSsl(null, [{ cert_chain: certificate, private_key: key }]);
const once = { clock: testClock(), retry: { maxRetries: 0 } };

describe('a connection over TLS', () => {
  it('is made when the server’s certificate is signed by one that was given', async () => {
    await using server = await startFakeServer({}, serving);
    const address = `${server.address}/;use_ssl=true;token=s3cret`;
    await using session = await openSession(address, { ...once, rootCertificates: certificate });
    expect(session.sparkVersion).toBe('4.2.0');
    expect(server.seen[0]?.headers).toMatchObject({ authorization: 'Bearer s3cret' });
  });

  it('is refused when nobody known has signed it, and the token is not told', async () => {
    await using server = await startFakeServer({}, serving);
    const attempt = openSession(`${server.address}/;use_ssl=true;token=s3cret`, once);
    await expect(attempt).rejects.toMatchObject({ kind: 'unavailable', code: 'server-unavailable' });
    expect(server.seen).toEqual([]);
  });
});
