import { MESSAGE_FIELDS, type MessageValue } from '../../flight/decode-message.ts';
import { readLines } from '../ndjson/lines.ts';
import { cut, names, noMessage, textOf } from './state-rows.ts';

/** Whether the first line of a CSV file has names of a message's fields, as `contrail query --format csv` writes them. */
export function isMessagesCsv(line: string): boolean {
  const header = names(cut(line));
  return header.includes('icao24') && header.includes('time_position');
}

/**
 * Reads rows of a lake as CSV, for which {@link isMessagesCsv} is true, as messages. The columns may stand in any order and
 * among others. An empty cell is null. A line that does not fit is handed on as its text.
 * Source: RFC 4180, but that no row has a line break in it.
 */
export async function* readCsvMessages(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly MessageValue[]> {
  let header: readonly string[] | null = null;
  let members: readonly Member[] = [];
  for await (const values of readLines(bytes)) {
    const lines = values.map(textOf);
    if (header === null) {
      header = names(cut(lines.shift() ?? ''));
      members = membersOf(header);
    }
    const cells = header.length;
    yield lines.map((line) => messageOf(line, cells, members));
  }
}

/** A field of a message, and where the file has it. */
interface Member {
  readonly key: string;
  readonly place: number;
  readonly isText: boolean;
}

const membersOf = (header: readonly string[]): readonly Member[] =>
  MESSAGE_FIELDS.map(([name, type]) => ({
    key: JSON.stringify(name),
    place: header.indexOf(name),
    isText: type === 'string',
  })).filter(({ place }) => place >= 0);

/** What JSON takes for a number, a flag or a list of numbers. Source: RFC 8259. */
const VALUE =
  /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|\[(?:(?:null|-?\d{1,10}),?)*(?<!,)\])$/;
const isNothing = (cell: string): boolean => cell === '' || /^(?:null|nan)$/i.test(cell);

/** The words of Python for flags. */
const WORDS: Readonly<Record<string, string>> = { True: 'true', False: 'false' };

function messageOf(line: string, cells: number, members: readonly Member[]): string {
  const row = cut(line);
  if (row.length !== cells) return noMessage(line);
  const parts: string[] = [];
  for (const { key, place, isText } of members) {
    const cell = row[place] ?? '';
    const word = isText ? cell : cell.trim();
    if (isText ? word === '' : isNothing(word)) parts.push(`${key}:null`);
    else if (isText) parts.push(`${key}:${JSON.stringify(word)}`);
    else {
      const value = WORDS[word] ?? word;
      if (!VALUE.test(value)) return noMessage(line);
      parts.push(`${key}:${value}`);
    }
  }
  return `{${parts.join(',')}}`;
}
