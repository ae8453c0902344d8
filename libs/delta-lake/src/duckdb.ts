/** Parquet by DuckDB: `openTable(location, { parquet: duckdbCodec() })`. Needs the package `@duckdb/node-api`. */
export { DuckdbCodec, duckdbCodec, type DuckdbCodecOptions } from './parquet/duckdb/codec.ts';
