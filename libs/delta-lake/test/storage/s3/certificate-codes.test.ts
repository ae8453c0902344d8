import { expect, test } from 'vitest';
import { unreachable } from '../../../src/storage/s3/failure.ts';

const asked = { operation: 'GetObject', address: 's3://bucket/key' };
const failed = (code: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });

test.each([
  ['CERT_HAS_EXPIRED', /has expired; renew it/],
  ['CERT_NOT_YET_VALID', /not valid yet; set the clock/],
  ['ERR_TLS_CERT_ALTNAME_INVALID', /for another host; use a name that is in the certificate/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /NODE_EXTRA_CA_CERTS/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS on this port/],
  ['ECONNREFUSED', /check the endpoint and the network/],
])('a request that fails with %s says what to do', (code, advice) => {
  expect(unreachable(asked, 1, failed(code)).message).toMatch(advice);
});
