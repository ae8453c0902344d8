import { formatMicros } from '../arrow/instant.ts';
import { invalidArgument } from '../errors.ts';
import type { Literal } from './literal.ts';

/**
 * Text that means the same between quotes under every setting: it has no quote, backslash, `${` or control character.
 */
const PLAIN = /^[^'\\$\p{Cc}]*$/u;

/**
 * A literal as Spark SQL text, for servers where parameters fail (with Delta's extension: UNBOUND_SQL_PARAMETER). The
 * text is one operand: it can stand wherever an expression can. Text that is not plain is written by its bytes, because
 * what a backslash or `${…}` means depends on settings of the session (`spark.sql.parser.escapedStringLiterals`,
 * `spark.sql.variable.substitute`).
 */
export function renderLiteral(one: Literal): string {
  switch (one.type) {
    case 'null':
      return 'NULL';
    case 'boolean':
      return one.value ? 'TRUE' : 'FALSE';
    case 'byte':
      return signed(`${one.value}Y`);
    case 'short':
      return signed(`${one.value}S`);
    case 'integer':
      return signed(String(one.value));
    case 'long':
      return signed(`${one.value}L`);
    case 'float':
      return `CAST(${renderDouble(one.value)} AS FLOAT)`;
    case 'double':
      return renderDouble(one.value);
    case 'decimal':
      return `CAST('${one.value}' AS DECIMAL(${one.precision},${one.scale}))`;
    case 'string':
      return PLAIN.test(one.value)
        ? `'${one.value}'`
        : `CAST(${renderBinary(new TextEncoder().encode(one.value))} AS STRING)`;
    case 'binary':
      return renderBinary(one.value);
    case 'date':
      return `DATE'${one.value}'`;
    case 'timestamp':
      return `TIMESTAMP_MICROS(${signed(`${one.value}L`)})`;
    case 'timestamp_ntz':
      return `TIMESTAMP_NTZ'${formatMicros(one.value)}'`;
    case 'array':
      return `ARRAY(${one.elements.map(renderLiteral).join(', ')})`;
  }
}

/**
 * A name for SQL text, in backticks.
 * @throws SparkConnectError invalid-argument for an empty name and for `${`, which Spark would replace even here.
 */
export function quoteIdentifier(name: string): string {
  if (name === '' || name.includes('${') || !name.isWellFormed())
    throw invalidArgument(`Quoting a name: ${JSON.stringify(name)} cannot be one in SQL text`);
  return `\`${name.replaceAll('`', '``')}\``;
}

/** `1--5` would begin a comment. */
const signed = (digits: string): string => (digits.startsWith('-') ? `(${digits})` : digits);

function renderDouble(value: number): string {
  if (!Number.isFinite(value)) return `CAST('${value}' AS DOUBLE)`;
  return signed(`${Object.is(value, -0) ? '-0.0' : String(value).toUpperCase()}D`);
}

const renderBinary = (bytes: Uint8Array): string => `X'${Buffer.from(bytes).toString('hex').toUpperCase()}'`;
