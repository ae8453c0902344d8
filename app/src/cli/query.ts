import { once } from 'node:events';
import type { Settings } from '../config/settings.ts';
import { say } from '../program/terminal/say.ts';
import { streamLake } from '../program/query.ts';
import { formatBatches, type OutputFormat } from '../program/terminal/rows.ts';
import { endAtOnce } from './launcher.ts';

/** `contrail query`: one SELECT over the newest version of the lake's tables, printed as the rows come. */
export async function query(settings: Settings, sql: string, format: OutputFormat): Promise<void> {
  using _ = boundedMemory(settings.memoryLimitBytes);
  for await (const text of formatBatches(streamLake(settings, sql), format)) {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  }
}

const WATCH_EVERY_MS = 25;
/**
 * Memory of this process beyond DuckDB's buffers: Parquet being read, and one batch of rows as JavaScript and as text.
 */
const BESIDE_BYTES = 384 * 2 ** 20;

/**
 * Ends the process if it takes far more than MEMORY_LIMIT. DuckDB does not count the memory of a single value, as in
 * `repeat('x', 2000000000)`, and cannot be interrupted before it is done; an orderly exit would wait for it.
 */
function boundedMemory(limitBytes: number): Disposable {
  const ceiling = process.memoryUsage.rss() + limitBytes + BESIDE_BYTES;
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() <= ceiling) return;
    say(
      `contrail: The query was stopped: it takes more than ${Math.round(ceiling / 1e6)} MB of memory. Make it smaller, or raise MEMORY_LIMIT.`,
    );
    endAtOnce(1);
  }, WATCH_EVERY_MS);
  watch.unref();
  return { [Symbol.dispose]: () => clearInterval(watch) };
}
