import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { folderOf } from '../ingest/folder.ts';
import { CLIENT_ID, CLIENT_SECRET, MockOpenSky } from '../ingest/mock-opensky.ts';
import { hasOpenssl, makeCertificate, proxy, serve } from './proxy.ts';

const CHILD = fileURLToPath(new URL('network-child.ts', import.meta.url));
const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const run = promisify(execFile);

/** Without what the machine that tests has of its own. */
const BARE = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(https?|no)_proxy$/i.test(name)),
);

async function node(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const options = { env: { ...BARE, ...environment }, encoding: 'utf8' } as const;
  return run(process.execPath, ['--conditions=@contrail/source', file, ...args], options).then(
    ({ stdout, stderr }) => ({ status: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ ...error, status: error.code }),
  );
}

/** What came of each address, one a line. */
const ask = async (environment: Readonly<Record<string, string>>, ...addresses: readonly string[]) =>
  (await node(CHILD, addresses, environment)).stdout.trimEnd().split('\n');

describe('requests', () => {
  test('go through the proxy, plain and tunnelled, S3 too; those to this machine and to NO_PROXY do not', async () => {
    await using there = await serve((_, answer) => answer.writeHead(200).end());
    const { port } = there;
    await using way = await proxy({
      'feed.test:80': port,
      'feed.test': port,
      'store.test:80': port,
      'store.test': port,
    });
    const address = `http://127.0.0.1:${way.port}`;
    for (const [name, noName] of [
      ['HTTP_PROXY', 'NO_PROXY'],
      ['http_proxy', 'no_proxy'],
    ] as const) {
      way.asked.length = 0;
      const lines = await ask(
        { [name]: address, [noName]: 'direct.test' },
        'http://feed.test/data',
        's3:http://store.test',
        `http://localhost:${port}/`,
        `http://127.0.0.1:${port}/`,
        'http://direct.test/',
      );
      expect(lines.slice(0, 4)).toEqual(['200', 's3 has it', '200', '200']);
      expect(lines[4]).toMatch(/^connection: its name could not be looked up/);
      const hosts = way.asked.map((line) => /feed\.test|store\.test/.exec(line)?.[0] ?? line);
      expect([...new Set(hosts)]).toEqual(['feed.test', 'store.test']);
    }
  });

  test('give the proxy the user of its address, and say so where it wants one', async () => {
    await using there = await serve((_, answer) => answer.writeHead(200).end());
    await using way = await proxy({ 'feed.test:80': there.port, 'feed.test': there.port }, 'us:pass word');
    const at = (user: string) => ({ HTTP_PROXY: `http://${user}127.0.0.1:${way.port}` });
    expect(await ask(at('us:pass%20word@'), 'http://feed.test/')).toEqual(['200']);
    const [line] = await ask(at(''), 'http://feed.test/');
    expect(line).toMatch(/407/);
  });

  test.runIf(hasOpenssl)(
    'trust the authorities of CA_FILE beside the others, and name it where one is unknown',
    async () => {
      await using folder = await folderOf({});
      const certificate = makeCertificate(folder.path, ['feed.test', 'store.test', 'localhost']);
      await using there = await serve((_, answer) => answer.writeHead(200).end(), certificate);
      await using way = await proxy({ 'feed.test:443': there.port, 'store.test:443': there.port });
      const HTTPS_PROXY = `127.0.0.1:${way.port}`;
      const addresses = ['https://feed.test/', 's3:https://store.test', `https://localhost:${there.port}/`];
      expect(await ask({ HTTPS_PROXY, CA_FILE: certificate.cert }, ...addresses)).toEqual([
        '200',
        's3 has it',
        '200',
      ]);
      expect(new Set(way.asked)).toEqual(new Set(['CONNECT feed.test:443', 'CONNECT store.test:443']));
      const refused = await ask({ HTTPS_PROXY }, ...addresses);
      expect(refused[0]).toMatch(/authority that this machine does not know.*CA_FILE/);
      expect(refused[1]).toMatch(/authority that this machine does not know/);
    },
  );

  test.each([
    ['is not there', null, 'cannot be read (ENOENT)'],
    ['has none', 'hello', 'has no certificate'],
    [
      'is damaged',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      'certificate 1 of 1 is damaged',
    ],
  ])('are not made with a CA_FILE that %s', async (_, text, words) => {
    await using folder = await folderOf(text === null ? {} : { 'ca.pem': text });
    const { stderr } = await node(CHILD, ['http://localhost/'], { CA_FILE: folder.file('ca.pem') });
    expect(stderr).toContain(words);
    expect(stderr).toContain('CA_FILE');
  });
});

test.runIf(hasOpenssl)(
  'a poll for a timer goes through the proxy with a token of credentials.json, and the next too early asks nothing',
  async () => {
    await using folder = await folderOf({
      'credentials.json': JSON.stringify({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }),
    });
    await using mock = await MockOpenSky.start({ clock: Date.now });
    const certificate = makeCertificate(folder.path, ['opensky.test']);
    await using there = await serve((incoming, answer) => {
      void (async () => {
        const body = await new Response(incoming as unknown as ReadableStream).text();
        const { authorization, 'accept-encoding': _, ...__ } = incoming.headers;
        const got = await fetch(`${mock.origin}${incoming.url}`, {
          method: incoming.method ?? 'GET',
          headers: {
            'accept-encoding': 'identity',
            ...(authorization === undefined ? {} : { authorization }),
            ...(body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
          },
          ...(body === '' ? {} : { body }),
        });
        answer.writeHead(got.status, {
          'x-rate-limit-remaining': got.headers.get('x-rate-limit-remaining') ?? '',
        });
        answer.end(await got.text());
      })();
    }, certificate);
    await using way = await proxy({ 'opensky.test:443': there.port });
    const environment = {
      HTTPS_PROXY: `http://127.0.0.1:${way.port}`,
      CA_FILE: certificate.cert,
      OPENSKY_URL: 'https://opensky.test/api',
      OPENSKY_CREDENTIALS: folder.file('credentials.json'),
      DATA_DIR: folder.file('data'),
      LOG_LEVEL: 'warn',
      AREA: 'country:US',
    };
    const args = ['produce', '--source', 'opensky', '--once'];
    const first = await node(MAIN, args, environment);
    expect(first.stderr).toContain('opensky: 1 messages in 1 polls');
    expect(first.status).toBe(0);
    const second = await node(MAIN, args, environment);
    expect(second.status).toBe(0);
    expect(second.stderr).toMatch(
      /The next request to OpenSky is at .* so that the 3996 remaining credits last/,
    );
    expect(second.stderr).toContain('opensky: nothing was asked, and nothing was sent.');
    expect(mock.asked.length).toBe(1);
    expect(mock.tokensGiven).toBe(1);
    expect(new Set(way.asked)).toEqual(new Set(['CONNECT opensky.test:443']));

    await writeFile(folder.file('credentials.json'), `{"clientId":"me","clientSecret":"very secret`);
    const third = await node(MAIN, args, environment);
    expect(third.status).toBe(1);
    expect(third.stderr).toMatch(/OPENSKY_CREDENTIALS\) cannot be used: it is not JSON/);
    expect(third.stderr).not.toContain('very secret');
  },
);
