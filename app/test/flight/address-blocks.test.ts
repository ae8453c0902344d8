import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { countryOfAddress } from '../../src/flight/address-blocks.ts';
import { COUNTRIES } from '../../src/ingest/simulator/countries.ts';

const shared = '../shared/data';
const unlessShared = describe.skipIf(!existsSync(shared));

describe('the country of an address', () => {
  test.each([
    ['3c6444', 'Germany'],
    ['484506', 'Kingdom of the Netherlands'],
    ['71bf88', 'Republic of Korea'],
    ['899118', 'Taiwan'],
    ['A4CF26', 'United States'],
    ['400000', 'United Kingdom'],
    ['43ffff', 'United Kingdom'],
    ['440000', 'Austria'],
    ['c90000', 'Vanuatu'],
  ])('%s is of %s', (icao24, country) => {
    expect(countryOfAddress(icao24)).toBe(country);
  });

  test.each([
    ['000000'],
    ['004400'],
    ['b00000'],
    ['ffffff'],
    ['~3c6444'],
    ['3c644'],
    ['3c64444'],
    ['xyz123'],
    [''],
  ])('"%s" is of none', (icao24) => {
    expect(countryOfAddress(icao24)).toBeNull();
  });

  test('is that of the simulator for each block in which it invents aircraft', () => {
    for (const { name, firstAddress, addresses } of COUNTRIES) {
      expect(countryOfAddress(hex(firstAddress))).toBe(name);
      expect(countryOfAddress(hex(firstAddress + addresses - 1))).toBe(name);
    }
  });
});

unlessShared(`the country of an address, by recordings (skipped without ${shared})`, () => {
  test('is what OpenSky said of each recorded aircraft', () => {
    let checked = 0;
    for (const file of readdirSync(`${shared}/states`)) {
      const { states } = JSON.parse(readFileSync(`${shared}/states/${file}`, 'utf8')) as {
        readonly states: readonly (readonly [string, string, string])[] | null;
      };
      for (const [icao24, , country] of states ?? []) {
        expect([icao24, countryOfAddress(icao24) ?? '']).toEqual([icao24, country]);
        checked += 1;
      }
    }
    expect(checked).toBeGreaterThan(5_000);
  });

  test('has the blocks of a list that other people keep', () => {
    const byCode = new Map<string, string>();
    const lines = readFileSync(`${shared}/reference/vrs_code_blocks.csv`, 'utf8').trim().split(/\r?\n/);
    for (const line of lines.slice(1)) {
      const [start = '', , count = '', , , isMilitary = '', code = ''] = line.split(',');
      // Smaller ones are parts of a state's block; ZZ is the whole range, XA what ICAO keeps for itself.
      if (Number(count) < 1024 || isMilitary === '1' || code === 'ZZ' || code === 'XA') continue;
      const country = countryOfAddress(start);
      expect([start, country]).not.toEqual([start, null]);
      // Two of its blocks are 256 addresses longer than a block can be.
      const last = Number.parseInt(start, 16) + 2 ** Math.floor(Math.log2(Number(count))) - 1;
      expect(countryOfAddress(hex(last))).toBe(country);
      expect(byCode.get(code) ?? country).toBe(country);
      byCode.set(code, country ?? '');
    }
    expect(new Set(byCode.values()).size).toBe(byCode.size);
    expect(byCode.size).toBeGreaterThan(180);
  });
});

const hex = (address: number): string => address.toString(16).padStart(6, '0');
