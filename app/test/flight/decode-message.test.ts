import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMessage,
  isFlatMessage,
  isPlainMessage,
  MESSAGE_FIELDS,
} from '../../src/flight/decode-message.ts';

const fieldOf = (
  text: string,
  name: keyof NonNullable<ReturnType<typeof decodeMessage>['fields']>,
): unknown => decodeMessage(text).fields?.[name];

describe('a message', () => {
  it.each([
    ['{', 'not JSON'],
    ['', 'not JSON: the message is empty'],
    ['\uFEFF{}', 'not JSON: it begins with a byte order mark'],
    [
      '\0\0\0\0\x07{"icao24": null}',
      'not JSON: it begins with the prefix of a schema registry (schema 7); the producer has to send JSON without it',
    ],
    ['\0{}', 'not JSON'],
    ['{"a": \0}', 'not JSON'],
    ['{"velocity": NaN}', 'not JSON'],
    ['{"velocity": Infinity}', 'not JSON'],
    ['{"velocity": -Infinity}', 'not JSON'],
    ['null', 'not a JSON object but null'],
    ['[]', 'not a JSON object but a list'],
    ['"text"', 'not a JSON object but the text "text"'],
    ['17', 'not a JSON object but 17'],
    ['{"icao24": 17}', 'icao24 is 17, not a string'],
    ['{"time_position": 5.5}', 'time_position is 5.5, not a long'],
    ['{"time_position": "5"}', 'time_position is the text "5", not a long'],
    ['{"velocity": "5"}', 'velocity is the text "5", not a double'],
    ['{"on_ground": 1}', 'on_ground is 1, not a boolean'],
    ['{"on_ground": {}}', 'on_ground is an object, not a boolean'],
    ['{"category": 2147483648}', 'category is 2147483648, not an integer'],
    ['{"category": 1.5}', 'category is 1.5, not an integer'],
    ['{"velocity": 1e400}', 'velocity is too large a number, not a double'],
    [`{"velocity": ${'9'.repeat(309)}}`, 'velocity is too large a number, not a double'],
    [`{"time_position": ${'9'.repeat(309)}}`, 'time_position is too large a number, not a long'],
    ['{"time_position": 1e300}', 'time_position is 1e+300, too large for a long'],
    ['{"last_contact": 9223372036854775808}', 'last_contact is 9223372036854776000, too large for a long'],
    ['{"last_contact": 9007199254740993.5}', 'last_contact is 9007199254740994, not a long'],
    [`{"sensors": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`, 'sensors is a list, not a list of integers'],
    ['{"callsign": {"__proto__": 1}}', 'callsign is an object, not a string'],
    ['{"sensors": 1}', 'sensors is 1, not a list of integers'],
    ['{"sensors": [1, "2"]}', 'sensors is a list, not a list of integers'],
    ['{"sensors": [1.5]}', 'sensors is a list, not a list of integers'],
  ])('%s is malformed: %s', (text, malformed) => {
    expect(decodeMessage(text)).toEqual({ fields: null, malformed });
  });

  it.each(MESSAGE_FIELDS.map(([name]) => name))('may leave out %s, or say null', (name) => {
    expect(decodeMessage('{}').malformed).toBeNull();
    expect(decodeMessage(`{"${name}": null}`)).toEqual({ fields: { [name]: null }, malformed: null });
  });

  it.each([
    ['source', 'true'],
    ['source', '{"name": "roof"}'],
    ['registration', '17'],
    ['type_code', '["A320"]'],
    ['nic', '"8"'],
    ['nic', '8.5'],
    ['nac_p', '2147483648'],
    ['nac_p', '{}'],
    ['rssi', '"-24.5"'],
    ['rssi', '1e400'],
  ] as const)(
    'is as good as before where a producer means something else by %s: %s reads as null',
    (name, value) => {
      const { fields, malformed } = decodeMessage(`{"icao24": "abc123", "${name}": ${value}}`);
      expect(malformed).toBeNull();
      expect(fields).toMatchObject({ icao24: 'abc123', [name]: null });
    },
  );

  it('may say what receivers know more than OpenSky', () => {
    const known = {
      registration: 'G-ABCD',
      type_code: 'A320',
      nic: 8,
      nac_p: 9,
      rssi: -24.5,
      source: 'roof',
    };
    expect(decodeMessage(JSON.stringify(known)).fields).toEqual(known);
    expect(fieldOf('{"nic": 8.0}', 'nic')).toBe(8);
    expect(Object.is(fieldOf('{"nac_p": -0}', 'nac_p'), 0)).toBe(true);
  });

  it('may hold keys that nobody knows, of any type', () => {
    expect(decodeMessage('{"icao24": "abc123", "mood": [{}], "__proto__": 5}').malformed).toBeNull();
  });

  it('may write whole numbers as floats', () => {
    expect(fieldOf('{"time_position": 5.0}', 'time_position')).toBe(5);
    expect(fieldOf('{"time_position": 1.7e9}', 'time_position')).toBe(1_700_000_000);
    expect(fieldOf('{"category": 3.0}', 'category')).toBe(3);
    expect(fieldOf('{"sensors": [1.0, null]}', 'sensors')).toEqual([1, null]);
    expect(fieldOf('{"velocity": 5}', 'velocity')).toBe(5);
  });

  it('keeps text as sent', () => {
    expect(fieldOf('{"callsign": "  \\u00e9 "}', 'callsign')).toBe('  é ');
    expect(fieldOf('{"squawk": ""}', 'squawk')).toBe('');
  });

  it('loses no digit of a long beyond 2^53, and refuses one beyond 2^63', () => {
    expect(fieldOf('{"time_position": 9007199254740993}', 'time_position')).toBe(9_007_199_254_740_993n);
    expect(fieldOf('{"last_contact": 9223372036854775807}', 'last_contact')).toBe(2n ** 63n - 1n);
    expect(fieldOf('{"last_contact": -9223372036854775808}', 'last_contact')).toBe(-(2n ** 63n));
    expect(decodeMessage('{"last_contact": 9223372036854775808}').fields).toBeNull();
    expect(decodeMessage('{"time_position": 1e300}').fields).toBeNull();
  });

  it('beside a long beyond 2^53 reads its other fields by the same rules', () => {
    const big = '"time_position": 9007199254740993';
    expect(fieldOf(`{${big}, "velocity": 1e20}`, 'velocity')).toBe(1e20);
    expect(decodeMessage(`{${big}, "category": 1e20}`).fields).toBeNull();
    expect(decodeMessage(`{${big}, "on_ground": 1}`).fields).toBeNull();
    expect(decodeMessage(`{${big}, "unknown": 1e30}`).malformed).toBeNull();
  });

  it.each([
    ['9007199254740993.0', 9_007_199_254_740_993n],
    ['9.007199254740993e15', 9_007_199_254_740_993n],
    ['90071992547409930e-1', 9_007_199_254_740_993n],
    ['0.000000000000000000009007199254740993E36', 9_007_199_254_740_993n],
    [`9007199254740993.${'0'.repeat(1_000_000)}`, 9_007_199_254_740_993n],
    ['-9223372036854775808.00', -(2n ** 63n)],
    ['1e18', 10n ** 18n],
    ['-0', 0],
  ])('reads the long %s to the last digit', (text, expected) => {
    expect(fieldOf(`{"last_contact": ${text}}`, 'last_contact')).toBe(expected);
  });

  it.each([
    [
      'beside anything that is deep',
      `{"x": ${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}, "last_contact": BIG}`,
    ],
    ['written with escapes', String.raw`{"last_contac\u0074": BIG}`],
    [
      'beside texts that look like it',
      String.raw`{"x": "\"last_contact\": 5,\\", "y": ["last_contact", 6], "last_contact": BIG, "z": "last_contact"}`,
    ],
    [
      'inside other objects too',
      '{"a": {"last_contact": 5}, "last_contact" : BIG , "b": {"last_contact": 6}}',
    ],
    ['repeated: the last one', '{"last_contact": 5, "last_contact": 9007199254740995, "last_contact": BIG}'],
  ])('finds a long beyond 2^53 %s', (_, text) => {
    expect(fieldOf(text.replace('BIG', '9007199254740993'), 'last_contact')).toBe(9_007_199_254_740_993n);
  });

  it('may be of any size and depth, in every place, with or without a long beyond 2^53', () => {
    for (const value of [
      `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`,
      `${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`,
      `"${'x'.repeat(2_000_000)}"`,
      `"${String.raw`\"`.repeat(2_000_000)}"`,
      `[${'1,'.repeat(500_000)}1]`,
      '9'.repeat(1_000_000),
    ]) {
      for (const big of ['', ', "last_contact": 9007199254740993']) {
        const text = `{"mood": ${value}${big}}`;
        expect(isPlainMessage(text) || isFlatMessage(text)).toBe(false);
        expect(decodeMessage(text).malformed).toBeNull();
      }
      expect((decodeMessage(`{"spi": ${value}}`).malformed ?? '').length).toBeLessThan(300);
    }
    expect(isPlainMessage(`{"sensors":[${'1,'.repeat(20_000_000)}1]}`)).toBe(false);
  });

  it('may write a whole zero with a minus: it is zero', () => {
    for (const name of ['position_source', 'last_contact'] as const)
      for (const zero of ['-0', '-0.0', '-0e1'])
        expect(Object.is(fieldOf(`{"${name}": ${zero}}`, name), 0)).toBe(true);
    expect(fieldOf('{"sensors": [-0, 1, null]}', 'sensors')).toStrictEqual([0, 1, null]);
    expect(Object.is(fieldOf('{"velocity": -0.0}', 'velocity'), -0)).toBe(true);
  });

  it('may say __proto__ and constructor: they are keys like others', () => {
    const fields = decodeMessage('{"__proto__": {"icao24": "abc123"}, "constructor": 1, "spi": true}').fields;
    expect(fields?.icao24).toBeUndefined();
    expect(fields?.spi).toBe(true);
  });

  it('with half a surrogate pair is well-formed: JSON may write one', () => {
    expect(fieldOf(String.raw`{"callsign": "\ud800"}`, 'callsign')).toBe('\ud800');
  });

  it('that comes as bytes is not UTF-8, and says so or what stands before it', () => {
    expect(decodeMessage(Buffer.from('{"callsign": "\xe9"}', 'latin1')).malformed).toBe('not valid UTF-8');
    expect(decodeMessage(Buffer.from([0, 0, 0, 1, 200, 2, 3])).malformed).toContain('(schema 456)');
    expect(decodeMessage(Buffer.from([0, 200])).malformed).toBe('not valid UTF-8');
  });
});

describe('the plain form', () => {
  const plain = `{${MESSAGE_FIELDS.map(([name]) => `"${name}":null`).join(',')}}`;
  const withValue = (name: string, value: string): string =>
    plain.replace(`"${name}":null`, `"${name}":${value}`);

  it('is what producers write, with or without blanks after colons and commas, and without what Contrail adds', () => {
    expect(isPlainMessage(plain)).toBe(true);
    expect(isPlainMessage(plain.replaceAll(':', ': ').replaceAll(',', ', '))).toBe(true);
    expect(isPlainMessage(plain.replace(',"snapshot_time":null,"feed":null', ''))).toBe(true);
  });

  it('is what producers write that pass on the time of an answer of OpenSky, and no sensors', () => {
    const time = plain.replace('{', '{"time": 1766880000, ');
    expect(isPlainMessage(time)).toBe(true);
    expect(isPlainMessage(time.replace('"sensors":null,', ''))).toBe(true);
    expect(isPlainMessage(plain.replace('{', '{"time":null,'))).toBe(true);
    expect(isPlainMessage(plain.replace('{', '{"time":"noon",'))).toBe(false);
    expect(isPlainMessage(plain.replace('{', '{"time":1,"time":2,'))).toBe(false);
    expect(isPlainMessage(plain.replace('}', ',"time":1766880000}'))).toBe(false);
  });

  it.each([
    ['callsign', '"DLH 1é "'],
    ['time_position', '1767225600'],
    ['time_position', '-0'],
    ['longitude', '-117.4508'],
    ['latitude', '0.5'],
    ['on_ground', 'true'],
    ['sensors', '[]'],
    ['sensors', '[1,null, -7]'],
    ['category', '20'],
  ])('may have %s %s', (name, value) => {
    expect(isPlainMessage(withValue(name, value))).toBe(true);
  });

  it.each([
    ['callsign', String.raw`"\u00e9"`],
    ['callsign', '"a\tb"'],
    ['callsign', '5'],
    ['time_position', '007'],
    ['time_position', '5.0'],
    ['time_position', '9007199254740993'],
    ['longitude', '.5'],
    ['longitude', '5.'],
    ['longitude', '01.5'],
    ['longitude', '1e400'],
    ['longitude', '-0'],
    ['longitude', 'NaN'],
    ['on_ground', '1'],
    ['sensors', '[1,]'],
    ['sensors', '[01]'],
    ['category', '2147483648'],
  ])('leaves %s %s to the parser', (name, value) => {
    expect(isPlainMessage(withValue(name, value))).toBe(false);
  });

  it('leaves missing, repeated, unknown and disordered keys to the parser', () => {
    expect(isPlainMessage('{}')).toBe(false);
    expect(isPlainMessage(plain.replace('{', '{"icao24":"abc123",'))).toBe(false);
    expect(isPlainMessage(plain.replace('}', ',"mood":null}'))).toBe(false);
    expect(
      isPlainMessage(plain.replace('"icao24":null,"callsign":null', '"callsign":null,"icao24":null')),
    ).toBe(false);
    expect(isPlainMessage(`${plain}\n`)).toBe(false);
  });

  it('is well-formed, whatever is changed in a message that keeps it', () => {
    const value = fc.oneof(
      fc.constantFrom('null', 'true', '""', '"abc 12"', '[]', '[1,2]', '-0', '12.50', '1767225600', '-3'),
      fc.stringMatching(/^[-0-9+.eE"\\[\], ntrueé]{0,8}$/),
    );
    const field = fc.tuple(fc.constantFrom(...MESSAGE_FIELDS.map(([name]) => name)), value);
    let kept = 0;
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 3 }), (changes) => {
        const text = changes.reduce(
          (message, [name, replacement]) => message.replace(`"${name}":null`, `"${name}":${replacement}`),
          plain,
        );
        if (!isPlainMessage(text)) return;
        kept += 1;
        expect(decodeMessage(text).malformed, text).toBeNull();
      }),
      { numRuns: 3000 },
    );
    expect(kept).toBeGreaterThan(100);
  });
});

describe('the flat form', () => {
  it.each([
    '{}',
    '{"icao24":"abc123"}',
    '{"time":1766880000,"icao24":"c23da5","longitude":12.7692,"on_ground":false,"squawk":null}',
    '{"on_ground": true, "mood": "good", "score": -1.5, "seen": false, "note": null, "icao24": "abc123"}',
    '{"icao24":"abc123","icao24":"abc124"}',
    '{"icao24s":5}',
    '{"sensors":[1,2],"callsign":"DLH 1é "}',
  ])('has %s', (text) => {
    expect(isFlatMessage(text)).toBe(true);
    expect(decodeMessage(text).malformed).toBeNull();
  });

  it.each([
    '',
    '[]',
    '{"icao24":5}',
    '{"mood":{}}',
    '{"mood":[1]}',
    '{"mood":NaN}',
    '{"mood":01}',
    String.raw`{"icao2\u0034":5}`,
    '{"icao24":"abc123",}',
    '{,"icao24":"abc123"}',
    '{"icao24":"abc123" "callsign":"A"}',
    '{"icao24":"abc123"}\n',
    `{${Array.from({ length: 65 }, (_, index) => `"k${index}":0`).join(',')}}`,
  ])('leaves %j to the parser', (text) => {
    expect(isFlatMessage(text)).toBe(false);
  });

  it('is well-formed, whatever the names and values', () => {
    const name = fc.oneof(
      fc.constantFrom(...MESSAGE_FIELDS.map(([field]) => field)),
      fc.stringMatching(/^[a-z_"\\é\n]{0,6}$/),
    );
    const value = fc.oneof(
      fc.constantFrom(
        'null',
        'true',
        '""',
        '"abc 12"',
        '[]',
        '[1,2]',
        '{}',
        '-0',
        '12.50',
        '1767225600',
        '-3',
      ),
      fc.stringMatching(/^[-0-9+.eE"\\[\], ntrueé]{0,8}$/),
    );
    const separator = fc.constantFrom(',', ', ', '', ' ,');
    let flat = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 3 }), separator, (members, between) => {
        const text = `{${members.map(([key, content]) => `"${key}":${content}`).join(between)}}`;
        if (!isFlatMessage(text)) return;
        flat += 1;
        expect(decodeMessage(text).malformed, text).toBeNull();
      }),
      { numRuns: 3000 },
    );
    expect(flat).toBeGreaterThan(100);
  });
});
