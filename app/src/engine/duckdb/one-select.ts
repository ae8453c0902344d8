import type { DuckDBConnection } from '@duckdb/node-api';
import { ContrailError } from '../../errors.ts';
import { textLiteral } from './values.ts';

/** What DuckDB's parser says of a text. Source: DuckDB, extension `json`, `json_serialize_sql`. */
interface Parsed {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

/**
 * Asks DuckDB's own parser, which runs nothing, whether a text is one SELECT (or DESCRIBE, SUMMARIZE, VALUES, which it
 * takes for one). Comments and a semicolon at the end are no harm.
 * @throws ContrailError `invalid` / `query-refused`
 */
export async function refuseUnlessSelect(connection: DuckDBConnection, sql: string): Promise<void> {
  const result = await connection.runAndReadAll(`select json_serialize_sql(${textLiteral(sql)})`);
  const {
    error,
    error_type,
    error_message,
    statements = [],
  } = JSON.parse(String(result.getRows()[0]?.[0])) as Parsed;
  if (error)
    throw refused(
      error_type === 'not implemented'
        ? 'Only a SELECT can be run, and this is another statement.'
        : `Only a SELECT can be run, and this is none: ${error_message ?? 'it cannot be read'}.`,
    );
  if (statements.length === 0) throw refused('There is no SELECT in the text.');
  if (statements.length > 1)
    throw refused(
      `Only one SELECT can be run at a time, and these are ${statements.length} statements. Run one after the other.`,
    );
}

const refused = (message: string): ContrailError => new ContrailError('query-refused', message);
