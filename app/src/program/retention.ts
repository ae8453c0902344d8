import type { Settings } from '../config/settings.ts';
import { ContrailError } from '../errors.ts';
import { keepNow } from '../lake/keep/now.ts';
import type { KeepReport } from '../lake/keep/report.ts';
import type { Lake } from '../lake/lake.ts';
import { newestRecord } from '../pipeline/batch-log.ts';
import { isFinished } from '../pipeline/batch-order.ts';
import type { Deleted } from '../pipeline/keep/delete-units.ts';
import { Keeper } from '../pipeline/keep/keeper.ts';
import { finishMerge } from '../pipeline/merge/apply.ts';
import { Upkeep } from '../pipeline/upkeep.ts';
import { existingData } from './data-folder.ts';
import { openPipelineEngine } from './engine.ts';
import { openLake } from './lake/open-lake.ts';
import { SYSTEM } from './system.ts';

/** `contrail retention`: how large a lake is, how far back it reaches, and what is deleted when. Writes nothing. */
export async function retention(settings: Settings, signal?: AbortSignal): Promise<KeepReport> {
  await using home = openLake(settings, existingData(settings, ['lake']), signal, 'retention');
  return keepNow(home.lake, SYSTEM.clock());
}

/**
 * `contrail retention --apply`: deletes now what KEEP asks for, and files that no reader needs any more. A person has seen
 * the plan, so days get no margin.
 * @throws ContrailError `conflict` / `lake-in-use`; `invalid` / `batch-open`
 */
export async function applyRetention(
  settings: Settings,
  signal?: AbortSignal,
): Promise<{ readonly report: KeepReport; readonly deleted: readonly Deleted[] }> {
  const data = existingData(settings, ['lake']);
  await using home = openLake(settings, data, signal, 'retention');
  const { lake } = home;
  await home.claim();
  await finishMerge(lake);
  await checkClosed(lake);
  await using engine = await openPipelineEngine(settings, data, home.store);
  const { clock, monotonic } = SYSTEM;
  const deleted: Deleted[] = [];
  const keeper = new Keeper({ lake, engine, clock, monotonic, onKept: (_, gone) => deleted.push(...gone) });
  await keeper.run({ isForced: true, isAsked: true });
  await new Upkeep({ lake, engine, clock, monotonic }).run({ budgetMs: 0, isFull: true, signal });
  return { report: await keepNow(lake, clock()), deleted };
}

/** An open micro-batch may need rows that would be deleted. */
async function checkClosed(lake: Lake): Promise<void> {
  const last = await newestRecord(lake.store);
  if (last === null || (await isFinished(lake, last))) return;
  throw new ContrailError(
    'batch-open',
    `Micro-batch ${last.batch_id} of ${lake.store.url} was begun and is not in all tables. Run "contrail pipeline --once" first; it deletes what is due, too.`,
  );
}
