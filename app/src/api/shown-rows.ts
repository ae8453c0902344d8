import type { Answer } from '../program/query.ts';
import { formatRows, textOf } from '../program/terminal/rows.ts';

/** The method that Deno's kernel calls on the last value of a cell, to get it as MIME types. */
const DISPLAY = Symbol.for('Jupyter.display');

/** Rows that a notebook shows as a table, and `String()` as the terminal does. */
export interface ShownRows extends Answer {
  toString(): string;
  readonly [DISPLAY]: () => { readonly 'text/plain': string; readonly 'text/html': string };
}

/** Rows in the order of the columns `names`. */
export function shown(names: readonly string[], rows: Answer['rows']): ShownRows {
  const text = (): string => formatRows(names, rows, 'table');
  const cell = (tag: string, value: unknown): string => `<${tag}>${escaped(textOf(value))}</${tag}>`;
  const html = (): string => {
    const head = names.map((name) => cell('th', name)).join('');
    const body = rows.map((row) => `<tr>${names.map((name) => cell('td', row[name])).join('')}</tr>`);
    return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
  };
  return { names, rows, toString: text, [DISPLAY]: () => ({ 'text/plain': text(), 'text/html': html() }) };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
