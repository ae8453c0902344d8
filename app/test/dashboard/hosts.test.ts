import { describe, expect, it } from 'vitest';
import { foreignHost, hostPolicy, isAllowedHost, isOwnPage } from '../../src/dashboard/hosts.ts';

const answered = (
  bound: string,
  allowed: readonly string[],
  hosts: readonly (string | undefined)[],
): unknown => hosts.filter((host) => isAllowedHost(hostPolicy(bound, allowed), host));

const HOSTS = [
  '127.0.0.1:8501',
  'localhost',
  'LOCALHOST:8501',
  'contrail.localhost:8501',
  '[::1]:8501',
  '127.9.9.9',
  undefined,
  'rebound.example:8501',
  '127.0.0.1.rebound.example',
  'localhost.rebound.example',
  '127.0.0.1@rebound.example',
  'localhost:8501/rebound.example',
  '',
  '10.0.0.7',
  'planes.example.org',
  'planes.example.org.:443',
];

describe('the Host header', () => {
  it('has to name this machine where the page is bound to it: a name that a site has pointed at 127.0.0.1 is refused', () => {
    expect(answered('127.0.0.1', [], HOSTS)).toEqual(HOSTS.slice(0, 7));
    expect(answered('localhost', [], HOSTS)).toEqual(HOSTS.slice(0, 7));
    expect(answered('::1', [], HOSTS)).toEqual(HOSTS.slice(0, 7));
  });

  it('may be a name that the settings allow', () => {
    expect(answered('127.0.0.1', ['Planes.example.org'], HOSTS)).toEqual([
      ...HOSTS.slice(0, 7),
      'planes.example.org',
      'planes.example.org.:443',
    ]);
  });

  it('is any where the page is open to the network, unless the settings name some; an address in digits always is', () => {
    expect(answered('0.0.0.0', [], HOSTS)).toEqual(HOSTS);
    expect(answered('0.0.0.0', ['planes.example.org'], HOSTS)).toEqual([
      ...HOSTS.slice(0, 7),
      '10.0.0.7',
      'planes.example.org',
      'planes.example.org.:443',
    ]);
  });

  it('is refused with the setting that would allow it', () => {
    expect(foreignHost(hostPolicy('127.0.0.1', []), 'planes.example.org:443')).toBe(
      'This dashboard answers to 127.0.0.1 and localhost, not to "planes.example.org". If a reverse proxy passes that name on, set DASHBOARD_ALLOWED_HOSTS=planes.example.org.',
    );
    expect(foreignHost(hostPolicy('127.0.0.1', []), 'x'.repeat(9000)).length).toBeLessThan(400);
  });
});

describe('the Origin of a live socket', () => {
  const policy = hostPolicy('127.0.0.1', ['planes.example.org']);
  const own = (origin: string | undefined, key: string | null = null): boolean =>
    isOwnPage(policy, { origin, host: '127.0.0.1:8501', key }, 'secret');

  it('is our own, none, allowed by the settings, or of a page that has read the key', () => {
    expect([own(undefined), own('http://127.0.0.1:8501'), own('https://planes.example.org')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(own('https://elsewhere.example', 'secret')).toBe(true);
  });

  it('is not another site, another port of this machine, or nonsense', () => {
    const others = [
      'https://elsewhere.example',
      'http://127.0.0.1:8502',
      'null',
      'https://planes.example.org.evil',
    ];
    expect(others.map((origin) => own(origin))).toEqual([false, false, false, false]);
    expect([own('https://elsewhere.example', ''), own('https://elsewhere.example', 'guess')]).toEqual([
      false,
      false,
    ]);
  });
});
