import { describe, expect, it } from 'vitest';
import { Identities } from '../../../src/dashboard/identity/identities.ts';
import type { Told } from '../../../src/dashboard/identity/identities.ts';

const told = (icao24: string, registration: string | null, type_code: string | null = null): Told => ({
  icao24,
  registration,
  type_code,
});

/** What an answer says of each aircraft, by its address. */
const said = (identities: Identities, token: string | null = null): unknown => {
  const { icao24, registration, type_code, operator, operators } = identities.answer(token);
  return Object.fromEntries(
    icao24.map((one, i) => [one, [registration[i], type_code[i], operators[operator[i] ?? -1] ?? null]]),
  );
};

describe('who aircraft are', () => {
  it('is nothing, and needs no question, where no feed tells it', () => {
    const identities = new Identities('run');
    identities.tell([told('3c6444', null)]);
    identities.register([]);
    expect(identities.token).toBeNull();
    expect(identities.answer(null)).toMatchObject({ token: null, since: null, icao24: [], operators: [] });
  });

  it('is what feeds tell, a register where they tell nothing, and the operator of the register', () => {
    const identities = new Identities('run');
    identities.tell([told('aaaaaa', 'D-AIZA'), told('bbbbbb', null, 'C172')]);
    const operator = 'Aero Club';
    identities.register([
      { icao24: 'aaaaaa', registration: 'D-OLD', type_code: 'A320', operator },
      { icao24: 'bbbbbb', registration: 'D-EABC', type_code: 'C182', operator },
      { icao24: 'no address', registration: 'D-EABC', type_code: null, operator },
    ]);
    expect(said(identities)).toEqual({
      aaaaaa: ['D-AIZA', 'A320', operator],
      bbbbbb: ['D-EABC', 'C172', operator],
    });
    identities.unregister();
    expect(said(identities)).toEqual({ aaaaaa: ['D-AIZA', null, null], bbbbbb: [null, 'C172', null] });
  });

  it('stays known when another feed sees the aircraft and says nothing', () => {
    const identities = new Identities('run');
    identities.tell([told('aaaaaa', 'D-AIZA', 'A320')]);
    const { token } = identities;
    identities.tell([told('aaaaaa', null), told('aaaaaa', '  '), told('aaaaaa', 'D-AIZA')]);
    expect([said(identities), identities.token]).toEqual([{ aaaaaa: ['D-AIZA', 'A320', null] }, token]);
  });

  it('is told once to a page that asks from where it was, and whole to one of another run', () => {
    const identities = new Identities('run');
    identities.tell([told('aaaaaa', 'D-AAAA')]);
    const { token } = identities;
    expect(identities.answer(token)).toMatchObject({ since: token, icao24: [] });
    identities.tell([told('aaaaaa', 'D-AAAA'), told('bbbbbb', 'D-BBBB')]);
    expect(said(identities, token)).toEqual({ bbbbbb: ['D-BBBB', null, null] });
    for (const foreign of ['other.1', 'run', 'run.x', 'run.-1', ''])
      expect(identities.answer(foreign)).toMatchObject({ since: null, icao24: ['aaaaaa', 'bbbbbb'] });
  });

  it('does not grow for ever with the aircraft that once were there', () => {
    const identities = new Identities('run');
    const address = (i: number): string => i.toString(16).padStart(6, '0');
    identities.tell(Array.from({ length: 30_000 }, (_, i) => told(address(i), `N${i}`)));
    identities.prune((icao24) => icao24 < 10_000, 10_000);
    expect(identities.answer(null).icao24).toHaveLength(30_000);
    identities.tell([told(address(30_000), 'N30000')]);
    identities.prune((icao24) => icao24 < 10_000, 10_000);
    expect(identities.answer(null).icao24).toHaveLength(10_000);
  });

  it('of 15,000 aircraft is one answer of less than 600 kB before it is compressed', () => {
    const identities = new Identities('run');
    const all = Array.from({ length: 15_000 }, (_, i) =>
      told((0x3c0000 + i).toString(16), `D-A${i.toString(36).toUpperCase()}`, 'A320'),
    );
    identities.tell(all);
    const text = JSON.stringify(identities.answer(null));
    expect(text.length).toBeLessThan(600_000);
  });
});
