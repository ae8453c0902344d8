import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as piped } from 'node:stream/promises';
import { kindOf, messageOf } from '../../errors.ts';
import type { MessageValue } from '../../flight/decode-message.ts';
import { encodeStateVector } from '../../flight/state-vector.ts';
import type { ArchiveFile } from '../../ingest/archive/files.ts';
import { plainLine } from '../../ingest/archive/plain-csv.ts';
import { readArchive } from '../../ingest/archive/read-archive.ts';
import { type CsvForm, rowOfLine } from '../../ingest/archive/state-rows.ts';
import { COLUMNS } from '../../ingest/archive/to-state-vector.ts';
import type { StagedArchive, Staging } from '../../pipeline/backfill/staging.ts';

/** Rows that are written at once, and their text: together they bound the memory for an archive. */
const BLOCK_ROWS = 100_000;
const BLOCK_CHARACTERS = 32 * 1024 * 1024;
/** A longer line is not matched against a pattern. */
const LONGEST_PLAIN = 4_096;

/** What reading an archive gave, beside its rows. */
export interface ArchiveReading {
  readonly staged: StagedArchive;
  /** Files in it that are no archives, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
  /** Files in it that could not be read to their end. */
  readonly damaged: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Reads an archive and stages its rows, each with its number in the file: the same bytes always give the same numbers.
 * @param parts `folder` for files on their way; `ready` is awaited before each block
 */
export async function stageArchive(
  file: ArchiveFile,
  staging: Staging,
  parts: {
    readonly folder: string;
    readonly signal: AbortSignal;
    readonly ready: () => Promise<void>;
    readonly onBytes: (count: number) => void;
  },
): Promise<ArchiveReading> {
  const [skipped, damaged]: [ArchiveReading['skipped'][number][], ArchiveReading['damaged'][number][]] = [
    [],
    [],
  ];
  const blocks = new Blocks(staging, parts.ready);
  for await (const piece of readArchive(file, parts.onBytes)) {
    parts.signal.throwIfAborted();
    switch (piece.kind) {
      case 'lines':
        await blocks.lines(piece.form, piece.lines);
        break;
      case 'messages':
        await blocks.messages(piece.values);
        break;
      case 'parquet':
        try {
          await blocks.parquet(piece.bytes, parts.folder);
        } catch (error) {
          // A full disk says nothing of the file.
          if (parts.signal.aborted || kindOf(error) === 'unavailable') throw error;
          damaged.push({
            name: piece.name,
            reason: `it is no Parquet with columns of messages: ${messageOf(error)}`,
          });
        }
        break;
      case 'skipped':
        skipped.push(piece);
        break;
      case 'damaged':
        damaged.push(piece);
    }
  }
  await blocks.flush();
  return { staged: await staging.finish(), skipped, damaged };
}

/** Numbers the rows, and hands them on in blocks. */
class Blocks {
  readonly #staging: Staging;
  readonly #ready: () => Promise<void>;
  #next = 0;
  #characters = 0;
  #form: CsvForm | null = null;
  #plain = /^/;
  #lines: { topic_offset: number; line: string }[] = [];
  #offsets: number[] = [];
  #values: MessageValue[] = [];

  constructor(staging: Staging, ready: () => Promise<void>) {
    this.#staging = staging;
    this.#ready = ready;
  }

  async lines(form: CsvForm, lines: readonly string[]): Promise<void> {
    if (form !== this.#form) {
      await this.flush();
      this.#form = form;
      this.#plain = plainLine(form);
    }
    for (const line of lines) {
      if (line.length <= LONGEST_PLAIN && this.#plain.test(line))
        this.#lines.push({ topic_offset: this.#next, line });
      else {
        const row = rowOfLine(line, form);
        this.#offsets.push(this.#next);
        this.#values.push(typeof row === 'string' ? row : encodeStateVector(row));
      }
      this.#next += 1;
      this.#characters += line.length;
      if (this.#isFull) await this.flush();
    }
  }

  async messages(values: readonly MessageValue[]): Promise<void> {
    for (const value of values) {
      this.#offsets.push(this.#next);
      this.#values.push(value);
      this.#next += 1;
      this.#characters += value.length;
      if (this.#isFull) await this.flush();
    }
  }

  /** DuckDB reads Parquet from a file, since it needs the end first. */
  async parquet(bytes: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
    await this.flush();
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'member.parquet');
    try {
      await piped(Readable.from(bytes), createWriteStream(path));
      this.#next += await this.#staging.parquet(path, this.#next);
    } finally {
      await rm(path, { force: true });
    }
  }

  get #isFull(): boolean {
    return this.#lines.length + this.#offsets.length >= BLOCK_ROWS || this.#characters >= BLOCK_CHARACTERS;
  }

  async flush(): Promise<void> {
    const [lines, offsets, values] = [this.#lines, this.#offsets, this.#values];
    [this.#lines, this.#offsets, this.#values, this.#characters] = [[], [], [], 0];
    if (lines.length + offsets.length === 0) return;
    await this.#ready();
    if (lines.length > 0 && this.#form !== null)
      await this.#staging.states({ places: placesOf(this.#form), rows: lines });
    if (offsets.length > 0) await this.#staging.messages({ offsets, values });
  }
}

/** Places from 1; a column that the file lacks is behind the last one. */
const placesOf = ({ places, cells }: CsvForm): Readonly<Record<string, number>> =>
  Object.fromEntries(
    COLUMNS.map((name, index) => {
      const place = places[index] ?? -1;
      return [name, (place < 0 ? cells : place) + 1];
    }),
  );
