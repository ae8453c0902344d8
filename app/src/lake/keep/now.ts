import type { Lake } from '../lake.ts';
import { planOf } from './plan.ts';
import { type KeepReport, keepReport } from './report.ts';
import { otherBytes, sizeOf, surveyTables } from './survey.ts';

/** Lists the lake and says what KEEP asks for, as if nothing were known before. Writes nothing. */
export async function keepNow(lake: Lake, nowMs: number): Promise<KeepReport> {
  const tables = await surveyTables(lake);
  const found = await sizeOf(lake.store);
  const { keep } = lake;
  const plan = planOf({ nowMs, keep, tables, otherBytes: otherBytes(found, tables), marginMs: 0 });
  return keepReport({ nowMs, keep, bytes: found.bytes, tables, plan });
}
