/** Asks for each address of the arguments, for `s3:ENDPOINT` as the library does, and prints what came, one a line. */
import { send } from '../../src/ingest/input/request.ts';
import { settingsFrom } from '../../src/program/environment.ts';
import { leaveNetwork } from '../../src/program/network.ts';
import { SYSTEM } from '../../src/program/system.ts';

settingsFrom({}, '/dev/null');
for (const address of process.argv.slice(2)) {
  if (address.startsWith('s3:')) {
    const { s3Store } = await import('@contrail/delta-lake');
    const store = s3Store('s3://bucket', {
      endpoint: address.slice(3),
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      retry: { attempts: 1 },
    });
    console.log(
      await store.head('key').then(
        (head) => `s3 ${head === null ? 'answered' : 'has it'}`,
        (error: unknown) => String(error),
      ),
    );
    continue;
  }
  const reply = await send(
    { url: address, headers: {}, headersMs: 5_000, bodyMs: 5_000, read: async () => null },
    SYSTEM,
  );
  console.log(reply.kind === 'answer' ? String(reply.status) : `${reply.what}: ${reply.reason}`);
}
await leaveNetwork();
