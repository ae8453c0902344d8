import { describe, expect, it, test } from 'vitest';
import { checkAccounts, daysOf, type Survey } from '../../src/pipeline/survey.ts';

const SURVEY: Survey = {
  rows: 10,
  validRows: 7,
  reasons: { malformed: 1, missing_position: 2 },
  ingestedAtMaxMs: 0,
  airportCells: [],
  lateRows: 0,
  restampedRows: 0,
  lateBuckets: [],
  ingestDate: '2026-01-01',
  eventDate: '2025-12-31',
  clockBehindS: null,
  feeds: [],
};
/** One of the valid rows is a duplicate; the malformed one is not for Bronze. */
const WRITTEN = { bronze: 9, quarantine: 4, silver: 6, silverMl: 6 };

describe('the accounts of a batch', () => {
  it('balance when each message is in Bronze or apart, and in Silver or in quarantine', () => {
    checkAccounts(1, SURVEY, WRITTEN);
    checkAccounts(1, SURVEY, { bronze: 9, quarantine: 3, silver: 7, silverMl: 7 });
  });

  test.each([
    ['a row of Bronze is lost', { bronze: 8 }],
    ['a row of Bronze is doubled', { bronze: 10 }],
    ['a row of quarantine is lost', { quarantine: 3 }],
    ['a row of Silver is lost', { silver: 5, silverMl: 5 }],
    ['a row of Silver lacks its features', { silverMl: 5 }],
    ['more rows than are valid reach Silver', { quarantine: 2, silver: 8, silverMl: 8 }],
  ])('do not when %s', (_, wrong) => {
    expect(() => checkAccounts(1, SURVEY, { ...WRITTEN, ...wrong })).toThrow(
      expect.objectContaining({ code: 'batch-accounts-differ' }),
    );
  });
});

describe('the days of a batch', () => {
  it('are told where there is one', () => {
    expect(daysOf(SURVEY)).toEqual({
      received: { only: { ingest_date: '2026-01-01' } },
      flown: { only: { event_date: '2025-12-31' } },
    });
  });

  it('are looked for where there are several, or where the quarantine may be empty', () => {
    expect(daysOf({ ...SURVEY, ingestDate: null, eventDate: null })).toEqual({ received: {}, flown: {} });
    expect(daysOf({ ...SURVEY, validRows: 10, reasons: {} }).received).toEqual({});
  });
});
