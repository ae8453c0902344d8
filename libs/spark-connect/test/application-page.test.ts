import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ApplicationPage } from '../src/application-page.ts';

/** A page with these answers by path; every request is noted. */
async function page(answers: Readonly<Record<string, unknown>>) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const answer = answers[request.url ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('A TCP server has an address');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const APPLICATIONS = '/api/v1/applications';
const JOBS = `${APPLICATIONS}/app-1/jobs?status=running`;

describe('ApplicationPage', () => {
  it('tells the running jobs that have a tag, and kills one as the page’s own link does', async () => {
    await using server = await page({
      [APPLICATIONS]: [{ id: 'app-1' }],
      [JOBS]: [
        { jobId: 3, name: 'collect', description: 'SELECT', jobTags: ['User_a_Session_s_Operation_o-1'] },
        { jobId: 4, name: 'count', jobTags: ['User_a_Session_s_Operation_o-2'] },
        { jobId: 5, name: 'older server' },
      ],
      '/jobs/job/kill/?id=3': {},
    });
    const application = new ApplicationPage(server.url);
    expect(await application.runningJobs('o-1')).toEqual([
      { jobId: 3, description: 'SELECT', tags: ['User_a_Session_s_Operation_o-1'] },
    ]);
    expect((await application.runningJobs('Session_s')).map(({ description }) => description)).toEqual([
      'SELECT',
      'count',
    ]);
    await application.killJob(3);
    expect(server.requests.at(-1)).toBe('POST /jobs/job/kill/?id=3');
    expect(server.requests.filter((request) => request === `GET ${APPLICATIONS}`)).toHaveLength(1);
  });

  it('says what it asked when the page does not answer', async () => {
    await using server = await page({ [APPLICATIONS]: [{ id: 'app-1' }] });
    const unavailable = { kind: 'unavailable', code: 'server-unavailable' };
    await expect(new ApplicationPage(server.url).runningJobs('x')).rejects.toMatchObject(unavailable);
    await expect(new ApplicationPage('http://127.0.0.1:1').runningJobs('x')).rejects.toMatchObject(
      unavailable,
    );
  });
});
