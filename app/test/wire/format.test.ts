import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ColumnTable, MAX_SLOTS, MOVED, ROW, rowBytes } from '../../src/wire/columns.ts';
import { FRAME_KINDS, HEADER_AT, HEADER_BYTES, WIRE_VERSION } from '../../src/wire/frame.ts';
import { PACKED_ROW, SQUAWK } from '../../src/wire/packed.ts';
import {
  CATEGORY_MASK,
  FEED_UNKNOWN,
  GEO_UNKNOWN,
  NON_ICAO,
  ON_GROUND,
  UNITS_PER,
  VALID,
} from '../../src/wire/units.ts';

const FORMAT = readFileSync(new URL('../../src/wire/FORMAT.md', import.meta.url), 'utf8');

/** The text of a section, without those below it. */
function section(title: string): string {
  const [, text = ''] = FORMAT.split(new RegExp(`^#+ ${title}.*$`, 'm'));
  return text.split(/^#/m)[0] ?? '';
}

/** The first cells of each row of the first table in a text, without its head. */
function cells(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
}

/** A column as `FORMAT.md` writes it. */
function written([name, type, perRow]: ColumnTable[number]): readonly string[] {
  const cell = `${type.name.startsWith('Uint') ? 'u' : 'i'}${type.BYTES_PER_ELEMENT * 8}`;
  return [perRow === 1 ? cell : `${perRow} x ${cell}`, name];
}

describe('FORMAT.md', () => {
  it.each([
    ['Block `rows`', PACKED_ROW],
    ['Block `moved`', MOVED],
  ] as const)('has the columns of %s as the code has them', (title, table) => {
    expect(cells(section(title)).map(([type, name]) => [type, name])).toEqual(table.map(written));
    expect(FORMAT).toMatch(new RegExp(`^### ${title}:.* \\(${rowBytes(table)} bytes a row\\)$`, 'm'));
  });

  it('has the header as the code has it', () => {
    const header = cells(section('Frame').split('A block whose count')[0] ?? '');
    expect(Object.fromEntries(header.map(([at, , name]) => [name, Number(at)]))).toEqual(HEADER_AT);
    expect(FORMAT).toContain(`header  = ${HEADER_BYTES} bytes`);
    const kinds = Object.entries(FRAME_KINDS).map(([name, number]) => `${number} ${name}`);
    expect(header.find(([, , name]) => name === 'kind')?.[3]).toBe(kinds.join(', '));
    expect(header.find(([, , name]) => name === 'version')?.[3]).toBe(String(WIRE_VERSION));
    expect(FORMAT).toContain(`at most ${MAX_SLOTS.toLocaleString('en')}`);
  });

  it('has the bits as the code has them', () => {
    const bits = Object.entries(VALID).map(([name, bit]) => [Math.log2(bit), name]);
    const [, list = ''] = /^bit (0 altitude.*)\.$/m.exec(FORMAT) ?? [];
    expect(list.split(', ').map((one) => [Number(one.split(' ')[0]), one.split(' ')[1]])).toEqual(bits);
    const units = new Map(cells(section('Block `rows`')).map(([, name, unit]) => [name, unit]));
    expect(units.get('icao24')).toContain(`bit ${Math.log2(NON_ICAO)} set: a non-ICAO address`);
    expect(units.get('category')).toContain(`bits 0-${Math.log2(CATEGORY_MASK + 1) - 1}: emitter category`);
    expect(units.get('category')).toContain(`bit ${Math.log2(ON_GROUND)}: on_ground`);
    expect(units.get('squawk')).toContain(`bits 0-${SQUAWK.sourceAt - 1}: its 4 octal digits`);
    expect(units.get('squawk')).toContain(`bits ${SQUAWK.sourceAt}-${SQUAWK.staleAt - 1}: position_source`);
    expect(units.get('squawk')).toContain(`bit ${SQUAWK.staleAt}: is_stale`);
    expect(units.get('geo_offset')).toContain(`${1 / UNITS_PER.geo_offset} m`);
    expect(units.get('geo_offset')).toContain(`${GEO_UNKNOWN}: unknown`);
    expect(units.get('feed')).toContain(`${FEED_UNKNOWN}: unknown`);
  });

  it('leaves no column at a place that its type cannot be laid over', () => {
    for (const table of [ROW, PACKED_ROW, MOVED] as readonly ColumnTable[]) {
      let before = 0;
      for (const column of table) {
        const [name, type, perRow] = column;
        expect([name, before % type.BYTES_PER_ELEMENT]).toEqual([name, 0]);
        before += type.BYTES_PER_ELEMENT * perRow;
      }
    }
  });
});
