import type { StatusAnswer } from 'contrail/dashboard/protocol';
import { bytes } from '../text/format.ts';
import { day } from '../text/time.ts';

type KeepReport = NonNullable<NonNullable<StatusAnswer['progress']>['keep']>;

const NAMES: Readonly<Record<string, string>> = {
  'bronze/flights': 'Bronze',
  'quarantine/flights': 'quarantine',
  'silver/flights': 'Silver',
  'silver/flights_ml': 'Silver ML',
  'gold/traffic_by_country': 'Gold by country',
  'gold/metrics_by_category': 'Gold by category',
};

/**
 * What the pipeline last found of the lake's disk, in parts: how much of how much, how far back Silver reaches, what is
 * deleted next. Days are UTC.
 */
export function diskWords({ bytes: used, budget_bytes, tables }: KeepReport): readonly string[] {
  const silver = tables.find(({ name }) => name === 'silver/flights')?.from_ms ?? null;
  const coming = tables.flatMap(({ name, due, next }) =>
    [...due, ...(next === null ? [] : [next])].map((one) => ({ name: NAMES[name] ?? name, ...one })),
  );
  const [first] = coming.toSorted((a, b) => a.at_ms - b.at_ms);
  return [
    budget_bytes === null ? bytes(used) : `${bytes(used)} of ${bytes(budget_bytes)}`,
    ...(silver === null ? [] : [`Silver back to ${day(silver / 1000)}`]),
    ...(first === undefined
      ? ['nothing is deleted']
      : [`next: ${first.name} of ${first.what} on ${day(first.at_ms / 1000)}`]),
  ];
}

/** How much of the budget is used, 0 to 1; null without a budget. */
export function diskShare({ bytes: used, budget_bytes }: KeepReport): number | null {
  return budget_bytes === null || budget_bytes <= 0 ? null : Math.min(1, Math.max(0, used / budget_bytes));
}
