import type { DuckDBConnection } from '@duckdb/node-api';
import { ContrailError } from '../../errors.ts';
import { textLiteral } from './values.ts';

/** The answer of DuckDB's parser for a text. Source: DuckDB, extension `json`, `json_serialize_sql`. */
interface Parsed {
  readonly error: boolean;
  readonly error_type?: string;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

/**
 * Asks DuckDB's own parser, which runs nothing, whether a text is one SELECT (or DESCRIBE, SUMMARIZE, VALUES, which it
 * counts as one). Comments and a semicolon at the end are allowed.
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
        ? 'Only a SELECT can be run, but this is another statement.'
        : `This SELECT cannot be read: ${error_message ?? 'DuckDB gave no reason'}.`,
    );
  if (statements.length === 0) throw refused('There is no SELECT in the query.');
  if (statements.length > 1)
    throw refused(
      `Only one SELECT can be run at a time, but these are ${statements.length} statements. Run them one by one.`,
    );
}

const refused = (message: string): ContrailError => new ContrailError('query-refused', message);
