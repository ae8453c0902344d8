import { describe, expect, it } from 'vitest';
import { keep, KEEP_EXAMPLE, KEEP_WORDS } from '../../src/config/keep.ts';
import { BATCH_TABLES } from '../../src/lake/tables.ts';

const DAY_MS = 86_400_000;

describe('KEEP', () => {
  it('names layers, tables and a budget; a table says more than its layer', () => {
    expect(keep(KEEP_EXAMPLE)).toEqual({
      value: {
        text: KEEP_EXAMPLE,
        keepMs: {
          'bronze/flights': 7 * DAY_MS,
          'silver/flights': 90 * DAY_MS,
          'silver/flights_ml': 90 * DAY_MS,
        },
        budgetBytes: 20e9,
      },
    });
    expect(keep('Silver.flights_ml 4w; SILVER 2y,quarantine 12h')).toMatchObject({
      value: {
        keepMs: {
          'quarantine/flights': DAY_MS / 2,
          'silver/flights': 730 * DAY_MS,
          'silver/flights_ml': 28 * DAY_MS,
        },
        budgetBytes: null,
      },
    });
    expect(keep('silver 1d, silver/flights forever')).toMatchObject({
      value: { keepMs: { 'silver/flights_ml': DAY_MS } },
    });
    expect(keep('within 1.5 TiB')).toMatchObject({ value: { budgetBytes: 1.5 * 2 ** 40 } });
  });

  it.each([
    ['brnoze 7d', /bronze, quarantine, silver, gold.*not "brnoze"/],
    ['bronze', /bronze and one time/],
    ['bronze 7', /bronze and one time.*not "bronze 7"/],
    ['bronze 3m', /12h, 7d, 8w or 2y/],
    ['bronze 0d', /one time/],
    ['bronze 7d 8d', /one time/],
    ['bronze 7d, bronze 8d', /bronze once/],
    ['within', /a size after "within"/],
    ['within 20', /a size after "within"/],
    ['within 1GB, within 2GB', /"within" once/],
    ['bronze 7d,', /parts with a comma/],
    ['reference/airports 1d', /not "reference\/airports"/],
    ['quarantine/gaps 1d', /not "quarantine\/gaps"/],
    ['constructor 1d', /not "constructor"/],
  ])('of %j says what is wrong with it, and gives an example', (text, message) => {
    const found = keep(text);
    expect(found).toHaveProperty('expected', expect.stringMatching(message));
    expect(found).toHaveProperty('expected', expect.stringContaining(KEEP_EXAMPLE));
  });

  it('knows each table that a micro-batch writes', () => {
    expect(Object.values(KEEP_WORDS).flat()).toEqual(
      expect.arrayContaining(BATCH_TABLES.map(({ name }) => name)),
    );
  });
});
