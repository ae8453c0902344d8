import type { AddFile, Metadata, Protocol } from '../actions/actions.ts';
import { faultOf } from '../actions/faults.ts';
import { absolutePath } from '../actions/path.ts';
import { checkOptions, type OptionRules } from '../arguments.ts';
import type { TableContext } from '../context/context.ts';
import { DeltaError } from '../errors.ts';
import { checkReadable } from '../features/protocol.ts';
import { type TableConfiguration, tableConfiguration } from '../features/table-configuration.ts';
import type { Row } from '../parquet/codec.ts';
import type { TableState } from '../replay/state.ts';
import { checkPredicate } from '../scan/check-predicate.ts';
import { constantsOf } from '../scan/constants.ts';
import { type GivenPredicate, mayMatch } from '../scan/predicate.ts';
import { matchingRows, scanRows } from '../scan/rows.ts';
import { type ScanFile, scanFile } from '../scan/scan-file.ts';
import { checkFoundSchema } from '../schema/check-schema.ts';
import { checkColumnMapping, type ColumnMappingMode, physicalSchema } from '../schema/column-mapping.ts';
import { checkTypeChanges } from '../schema/type-widening.ts';
import type { StructType } from '../schema/types.ts';
import type { Value } from '../schema/value.ts';

/** Which rows and columns of a table are read. */
export interface ReadRowsOptions {
  /** Columns, in this order; all of the schema when absent. */
  readonly columns?: readonly string[];
  /** All rows when absent. */
  readonly predicate?: GivenPredicate;
}

const READ_ROWS_OPTIONS: OptionRules<ReadRowsOptions> = { columns: 'texts', predicate: 'any' };

/** The table as it is at one version. It never changes, whatever is committed later. */
export class Snapshot implements TableConfiguration {
  readonly version: number;
  /** When the version was committed: its in-commit timestamp, else what the writer noted. Epoch ms. */
  readonly timestampMs: number;
  readonly protocol: Protocol;
  readonly metadata: Metadata;
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  /** How files refer to the table's columns. The library's own answers always use the schema's names. */
  readonly columnMapping: ColumnMappingMode;
  /** Table properties. */
  readonly configuration: Readonly<Record<string, string>>;
  /** The result of log replay, for use within the library. */
  readonly state: TableState;
  readonly #context: TableContext;

  /**
   * @throws DeltaError corrupt-log, unsupported-protocol, unsupported-feature: such a table is not read at all.
   */
  constructor(context: TableContext, state: TableState, previous: Snapshot | null = null) {
    const { protocol, metadata } = state;
    const table = context.store.url;
    if (!protocol || !metadata) {
      throw new DeltaError(
        'corrupt-log',
        `The log of ${table} has no ${protocol ? 'metaData' : 'protocol'} action up to version ${state.version}.`,
        { facts: { table, version: state.version } },
      );
    }
    const known = previous?.protocol === protocol && previous.metadata === metadata ? previous : null;
    if (!known) {
      for (const action of [protocol, metadata]) refuseFault(action, state, table);
      checkReadable(protocol, metadata, table);
    }
    if (state.faultyFiles > 0) for (const file of state.files.values()) refuseFault(file, state, table);
    const { schema, columnMapping, partitionColumns, configuration } =
      known ?? tableConfiguration(protocol, metadata, table);
    if (!known) {
      checkColumnMapping(schema, columnMapping, table);
      checkTypeChanges(schema, table);
      checkFoundSchema(schema, partitionColumns, table);
    }
    this.version = state.version;
    this.timestampMs = state.timestampMs;
    this.protocol = protocol;
    this.metadata = metadata;
    this.schema = schema;
    this.columnMapping = columnMapping;
    this.partitionColumns = partitionColumns;
    this.configuration = configuration;
    this.state = state;
    this.#context = context;
  }

  /** Where the table is, for messages: a URL. */
  get table(): string {
    return this.#context.store.url;
  }

  /**
   * The newest version that the application `appId` has committed (`txn`), or null when it never has.
   * @throws DeltaError corrupt-log if it is not an integer; unsupported-feature if it is beyond 2^53
   */
  transactionVersion(appId: string): number | null {
    const version = this.exactTransactionVersion(appId);
    if (typeof version !== 'bigint') return version;
    throw new DeltaError(
      'unsupported-feature',
      `The application "${appId}" has committed version ${version} of ${this.table}, which is beyond 2^53, where a number is not exact. Ask with exactTransactionVersion.`,
      { facts: { table: this.table, appId, version } },
    );
  }

  /**
   * {@link transactionVersion}, a bigint if it is beyond 2^53.
   * @throws DeltaError corrupt-log if it is not an integer
   */
  exactTransactionVersion(appId: string): number | bigint | null {
    const transaction = this.state.transactions.get(appId);
    if (!transaction) return null;
    refuseFault(transaction, this.state, this.table);
    return transaction.version;
  }

  get fileCount(): number {
    return this.state.files.size;
  }

  /** Size of the live files. */
  get bytes(): number {
    return this.state.bytes;
  }

  /** Rows by the files' statistics, without those that deletion vectors delete; null when a file has no statistics. */
  get rowCount(): number | null {
    return this.state.uncountedFiles === 0 ? this.state.countedRows : null;
  }

  /**
   * The live files, or those that may hold a row that satisfies the predicate.
   * @throws DeltaError invalid-argument for a predicate that does not fit the table's columns
   */
  files(predicate: GivenPredicate = []): readonly AddFile[] {
    const files = this.state.files.values();
    const checked = checkPredicate(predicate, this);
    return checked.length === 0 ? files : files.filter((file) => mayMatch(file, checked, this));
  }

  /** Where a file is, for an engine: a local path if the table is on disk, else a URL. */
  absolutePath(file: AddFile): string {
    return absolutePath(this.#context.store.url, file.path);
  }

  /**
   * The columns that the files hold, under the names in the files ({@link columnMapping}), in the order of the schema,
   * without the partition columns. A file may lack columns (they are null) and have narrower types.
   */
  get fileSchema(): StructType {
    const fields = this.schema.fields.filter(({ name }) => !this.partitionColumns.includes(name));
    return physicalSchema({ type: 'struct', fields }, this.columnMapping);
  }

  /**
   * The live files, or those that may match a predicate, with all that an engine needs to read them by itself.
   * @throws DeltaError missing-file, corrupt-file for a deletion vector
   */
  async *scanFiles(predicate: GivenPredicate = []): AsyncGenerator<ScanFile> {
    for (const file of this.files(predicate)) yield await scanFile(this.#context, this, file);
  }

  /**
   * The values of the partition columns that all rows of the file share.
   * @throws DeltaError corrupt-log when a value is not of its column's type.
   */
  partitionValues(file: AddFile): Readonly<Record<string, Value>> {
    return constantsOf(this, file.partitionValues);
  }

  /**
   * The rows of the table, or those that satisfy a predicate, file by file, in batches; partition columns included,
   * columns in the order of `columns`, else of the schema.
   * @throws DeltaError missing-file, corrupt-file, unsupported-feature; invalid-argument for a column that the table
   * does not have, or a predicate that does not fit its columns
   */
  rows(options: ReadRowsOptions = {}): AsyncIterable<readonly Row[]> {
    checkOptions('rows', options, READ_ROWS_OPTIONS);
    const { columns, predicate } = options;
    const chosen = columns ? { columns } : {};
    return predicate
      ? matchingRows(this.#context, this, { ...chosen, predicate })
      : scanRows(this.#context, this, chosen);
  }
}

/** Refuses a faulty action that is in force; superseded ones do no harm. */
function refuseFault(action: object, { version }: TableState, table: string): void {
  const fault = faultOf(action);
  if (fault === null) return;
  throw new DeltaError(
    'corrupt-log',
    `The log of ${table} cannot be read: ${fault}; it is in force in version ${version}.`,
    { facts: { table, version } },
  );
}
