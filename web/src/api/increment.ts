import type { TrafficAnswer } from 'contrail/dashboard/protocol';

/** What to say to get only what is new since an answer. */
export function sinceOf({ version, as_of_ms }: TrafficAnswer): string {
  return version === null ? '' : `&since=${version}-${as_of_ms}`;
}

/** An answer that goes on from another one, made whole: windows that came are as they came, the others as they were. */
export function wholeOf(known: TrafficAnswer | null, answer: TrafficAnswer): TrafficAnswer {
  if (answer.since === null || known === null) return answer;
  const come = new Set(answer.rows.map(([start]) => start));
  const there = new Set<unknown>(answer.windows);
  const kept = known.rows.filter(([start]) => there.has(start) && !come.has(start));
  const rows = [...kept, ...answer.rows].toSorted((a, b) => Number(a[0]) - Number(b[0]));
  return { ...answer, since: null, rows };
}
