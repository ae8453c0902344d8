import { describe, expect, it } from 'vitest';
import { SparkConnectError } from '../../src/errors.ts';
import { parseConnectionString } from '../../src/transport/connection-string.ts';

const MAX = 128 * 1024 * 1024;
const plain = { isSecure: false, maxMessageBytes: MAX, headers: {} };

describe('parseConnectionString', () => {
  it.each([
    ['sc://localhost', { host: 'localhost', port: 15002, ...plain }],
    ['sc://localhost/', { host: 'localhost', port: 15002, ...plain }],
    ['sc://host:80', { host: 'host', port: 80, ...plain }],
    ['sc://host:443/;', { host: 'host', port: 443, ...plain }],
    ['sc://[::1]:7', { host: '[::1]', port: 7, ...plain }],
    ['sc://host/;use_ssl=true', { host: 'host', port: 15002, ...plain, isSecure: true }],
    [
      'sc://host/;use_ssl=True;token=a%3Bb',
      { host: 'host', port: 15002, ...plain, isSecure: true, token: 'a;b' },
    ],
    ['sc://host/;token=x', { host: 'host', port: 15002, ...plain, isSecure: true, token: 'x' }],
    ['sc://localhost/;token=x', { host: 'localhost', port: 15002, ...plain, token: 'x' }],
    ['sc://127.0.0.1/;token=x', { host: '127.0.0.1', port: 15002, ...plain, token: 'x' }],
    [
      'sc://localhost/;token=x;use_ssl=true',
      { host: 'localhost', port: 15002, ...plain, isSecure: true, token: 'x' },
    ],
    [
      'sc://host:1/;user_id=Ada%20L;user_agent=app;session_id=550e8400-e29b-41d4-a716-446655440000',
      {
        host: 'host',
        port: 1,
        ...plain,
        userId: 'Ada L',
        userAgent: 'app',
        sessionId: '550e8400-e29b-41d4-a716-446655440000',
      },
    ],
    ['sc://host/;x-tenant=7', { host: 'host', port: 15002, ...plain, headers: { 'x-tenant': '7' } }],
    ['sc://host/;grpc_max_message_size=1024', { host: 'host', port: 15002, ...plain, maxMessageBytes: 1024 }],
  ])('reads %s', (text, endpoint) => {
    expect(parseConnectionString(text)).toEqual(endpoint);
  });

  it.each([
    ['http://host', 'sc://'],
    ['sc://', 'no valid host'],
    ['sc://host:0', 'port 0'],
    ['sc://host:99999', 'no valid host'],
    ['sc://host:15002;token=x', 'no valid host'],
    ['sc://host/path', 'path must be empty'],
    ['sc://host/path/;use_ssl=true', 'path must be empty'],
    ['sc://user:secret@host', 'user and password'],
    ['sc://host/?token=x', 'query or a fragment'],
    ['sc://host/;token', 'is not name=value'],
    ['sc://host/;token=a=b', 'is not name=value'],
    ['sc://host/;=b', 'is not name=value'],
    ['sc://host/;token=', 'token is empty'],
    ['sc://host/;token=%zz', 'not percent-encoded'],
    ['sc://host/;token=a;token=b', 'given twice'],
    ['sc://host/;use_ssl=yes', 'neither true nor false'],
    ['sc://host/;token=secret;use_ssl=false', 'unencrypted'],
    ['sc://host/;session_id=7', 'not a UUID'],
    ['sc://host/;grpc_max_message_size=many', 'not a number of bytes'],
    ['sc://host/;X Y=1', 'cannot be sent as gRPC metadata'],
    ['sc://host/;key-bin=1', 'cannot be sent as gRPC metadata'],
  ])('refuses %s', (text, found) => {
    const attempt = (): unknown => parseConnectionString(text);
    expect(attempt).toThrow(SparkConnectError);
    expect(attempt).toThrow(found);
    expect(attempt).not.toThrow(/secret/);
  });
});
