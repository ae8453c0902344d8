import { urlOf } from '../../dashboard/listen.ts';
import { planFaults } from '../../ingest/mock/fault-plan.ts';
import { LineServer } from '../../ingest/mock/line-server.ts';
import { sendLines } from '../../ingest/mock/sbs.ts';
import { count } from '../terminal/say.ts';
import { LINE_FAULTS } from './faults.ts';
import { MOCK_DATA, type MockSetting, type OpenMock } from './options.ts';

/** A receiver that sends BaseStation lines on a port. */
export async function openSbsMock({ options, traffic, components, tell }: MockSetting): Promise<OpenMock> {
  const { host, port, faults, share, seed } = options;
  const server = await LineServer.start({ host, port });
  const next = planFaults({ faults: LINE_FAULTS.filter(({ name }) => faults.includes(name)), share, seed });
  const stop = new AbortController();
  let [sent, spoilt] = [0, 0];
  const sending = sendLines(
    server,
    {
      traffic,
      rate: options.lines,
      signal: stop.signal,
      onSent: (lines) => (sent += lines),
      faultOf: () => {
        const found = next();
        if (found === null) return null;
        return (lines) => {
          spoilt += 1;
          tell(`fault ${found.name}`);
          return found.fault(lines);
        };
      },
    },
    components,
  );
  const place = new URL(urlOf(host, server.port)).host;
  return {
    url: `tcp://${place}`,
    command: `npx contrail up --source sbs:${place} ${MOCK_DATA}`,
    summary: () =>
      `Lines sent: ${count(sent)}, to ${count(server.connections)} connections; with a fault: ${count(spoilt)} seconds.`,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await sending;
      await server[Symbol.asyncDispose]();
    },
  };
}
