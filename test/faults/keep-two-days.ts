import type { Keep } from '../../app/src/lake/keep.ts';

const TWO_DAYS_MS = 2 * 86_400_000;

/** Everything but Gold is kept for two days. */
export const TWO_DAYS: Keep = {
  text: 'bronze 2d, quarantine 2d, silver 2d',
  keepMs: {
    'bronze/flights': TWO_DAYS_MS,
    'quarantine/flights': TWO_DAYS_MS,
    'silver/flights': TWO_DAYS_MS,
    'silver/flights_ml': TWO_DAYS_MS,
  },
  budgetBytes: null,
};
