import { describe, expect, it } from 'vitest';
import { retentionText } from '../../src/program/retention-words.ts';
import type { KeepReport, KeptTable } from '../../src/lake/keep/report.ts';
import { diskWords } from '../../src/lake/keep/words.ts';

const DAY_MS = 86_400_000;
const table = (more: Partial<KeptTable>): KeptTable => ({
  name: 'bronze/flights',
  rows: 1_234_567,
  bytes: 3_400_000_000,
  files: 12,
  from_ms: Date.UTC(2026, 10, 24),
  to_ms: Date.UTC(2026, 11, 1, 12),
  keep_ms: 7 * DAY_MS,
  bytes_per_day: 450_000_000,
  deleted_rows: 0,
  due: [],
  next: {
    what: '2026-11-24',
    at_ms: Date.UTC(2026, 11, 2),
    bytes: 450_000_000,
    reason: 'age',
  },
  ...more,
});
const report = (more: Partial<KeepReport>): KeepReport => ({
  at_ms: Date.UTC(2026, 11, 1, 12),
  keep: 'bronze 7d, within 20GB',
  bytes: 12_340_000_000,
  budget_bytes: 20_000_000_000,
  budget_reached_at_ms: null,
  notice: null,
  tables: [
    table({}),
    table({ name: 'silver/flights', from_ms: Date.UTC(2026, 8, 3), keep_ms: null, next: null }),
  ],
  ...more,
});

describe('what is said of the disk', () => {
  it('is one line for page and doctor', () => {
    expect(diskWords(report({}))).toBe(
      '12.3 GB of 20.0 GB · Silver back to 3 Sep 2026 · next: Bronze of 24 Nov 2026 on 2 Dec 2026',
    );
    const free = { keep: '', budget_bytes: null, tables: [table({ next: null })] };
    expect(diskWords(report(free))).toBe('12.3 GB · 450.0 MB a day');
    expect(diskWords(report({ bytes: 450, budget_bytes: null, tables: [] }))).toBe('0.5 kB');
  });

  it('is a line for each table, and the totals', () => {
    const text = retentionText(
      report({ budget_reached_at_ms: Date.UTC(2026, 11, 9), notice: 'It is full.' }),
    );
    expect(text).toMatch(
      /bronze\/flights +1,234,567 +3\.4 GB +450\.0 MB +24 Nov 2026 +1 Dec 2026 +7 d +2026-11-24 on 2 Dec 2026/,
    );
    expect(text).toMatch(/silver\/flights .*3 Sep 2026 .* for ever +none/);
    expect(text).toContain('KEEP is bronze 7d, within 20GB\n12.3 GB in all of 20.0 GB, 900.0 MB a day');
    expect(text).toContain('the oldest days go from 9 Dec 2026 on for its sake.\nIt is full.\n');
    expect(retentionText(report({ keep: '', tables: [], budget_bytes: null }))).toBe(
      'KEEP is unset: everything is kept for ever.\n12.3 GB in all, too young to know its rate.\n',
    );
  });
});
