import { describe, expect, it } from 'vitest';
import { MAX_NAME, MAX_SENTENCE, shownName, shownSentence } from '../../src/dashboard/shown.ts';

describe('a name from the data', () => {
  it('is sent as it is where it is one', () => {
    const names = ['Germany', 'Côte d’Ivoire', '中国', 'x'.repeat(MAX_NAME), 'Türkiye 🇹🇷'];
    expect(names.map(shownName)).toEqual(names);
  });

  it('of 70,000 characters does not go whole to every page, and stays another than its likes', () => {
    const [one, other] = [shownName('Germany'.repeat(10_000)), shownName(`${'Germany'.repeat(10_000)}!`)];
    expect([one.length, other.length]).toEqual([MAX_NAME, MAX_NAME]);
    expect(one).toMatch(/^GermanyGermany.*… #[0-9a-f]{6}$/);
    expect(one).not.toBe(other);
  });

  it('brings no control characters, no turned text and no half characters to the page', () => {
    const wild = [
      '\u001b[31mred',
      'Ger\u202Emany',
      'a\nb',
      'x\u0000',
      'half \ud83d',
      '\u2066x',
      `${'y'.repeat(53)}🇩🇪🇩🇪`,
    ];
    for (const text of wild) {
      const shown = shownName(text);
      expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown.length).toBeLessThanOrEqual(MAX_NAME);
    }
    expect(shownName('a\u0001')).not.toBe(shownName('a\u0002'));
  });
});

describe('a sentence', () => {
  it('is one line of a bounded length', () => {
    expect(shownSentence('The disk\nis full.')).toBe('The disk is full.');
    expect(shownSentence('x'.repeat(9000))).toHaveLength(MAX_SENTENCE);
  });
});
