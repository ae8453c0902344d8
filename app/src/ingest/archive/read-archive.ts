import { createReadStream } from 'node:fs';
import type { MessageValue } from '../../flight/decode-message.ts';
import { encodeStateVector } from '../../flight/state-vector.ts';
import { shown } from '../input/shown.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { readLines } from '../ndjson/lines.ts';
import { readCsvMessages } from './csv-messages.ts';
import type { ArchiveFile } from './files.ts';
import { type Format, formatOf, readRows } from './format.ts';
import { type Member, membersOf } from './members.ts';
import { type CsvForm, readCsvLines } from './state-rows.ts';

const READ_BYTES = 256 * 1024;

/** A piece of an archive, in the order of the file. */
export type ArchivePiece =
  /** Lines of OpenSky's CSV, without its header. */
  | { readonly kind: 'lines'; readonly form: CsvForm; readonly lines: readonly string[] }
  /** Rows as messages of the topic; what is none is as good as a malformed message. */
  | { readonly kind: 'messages'; readonly values: readonly MessageValue[] }
  /** A Parquet file with fields of messages; it must be read to its end before the next piece. */
  | { readonly kind: 'parquet'; readonly name: string; readonly bytes: AsyncIterable<Uint8Array> }
  /** A file that is no archive. */
  | { readonly kind: 'skipped'; readonly name: string; readonly why: string }
  /** A file could not be read to its end; what came before it is good. */
  | { readonly kind: 'damaged'; readonly name: string; readonly reason: string };

/** The bytes of an archive as it lies on disk. @param onBytes gets how many more were read */
export async function* archiveBytes(
  { parts }: ArchiveFile,
  onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    for await (const chunk of createReadStream(part, {
      highWaterMark: READ_BYTES,
    }) as AsyncIterable<Uint8Array>) {
      onBytes(chunk.length);
      yield chunk;
    }
  }
}

/**
 * Reads an archive from its beginning to its end, whatever happens to it on the way: the same bytes always give the same
 * rows in the same order. Bounded memory.
 */
export async function* readArchive(
  file: ArchiveFile,
  onBytes?: (count: number) => void,
): AsyncGenerator<ArchivePiece> {
  const seen = { damages: 0 };
  try {
    for await (const member of membersOf(file.path, archiveBytes(file, onBytes)))
      yield* memberPieces(member, seen);
  } catch (error) {
    // A tar that is cut off has told it in the member that is.
    if (seen.damages === 0) yield damaged(file.path, error);
  }
}

async function* memberPieces(member: Member, seen: { damages: number }): AsyncGenerator<ArchivePiece> {
  const format = formatOf(member.head);
  if (typeof format === 'object') {
    yield { kind: 'skipped', name: shown(member.name, 300), why: format.unknown };
    return;
  }
  try {
    yield* pieces(format, member);
  } catch (error) {
    seen.damages += 1;
    yield damaged(member.name, error);
  }
}

async function* pieces(
  format: Exclude<Format, object>,
  { name, bytes }: Member,
): AsyncGenerator<ArchivePiece> {
  switch (format) {
    case 'csv':
      for await (const { form, lines } of readCsvLines(bytes)) yield { kind: 'lines', form, lines };
      return;
    case 'messages':
      for await (const values of readLines(bytes)) yield { kind: 'messages', values };
      return;
    case 'messages csv':
      for await (const values of readCsvMessages(bytes)) yield { kind: 'messages', values };
      return;
    case 'parquet':
      yield { kind: 'parquet', name, bytes };
      return;
    case 'json lines':
    case 'json list':
    case 'trace':
    case 'empty':
      for await (const rows of readRows(format, bytes)) {
        yield {
          kind: 'messages',
          values: rows.map((row) => (typeof row === 'string' ? row : encodeStateVector(row))),
        };
      }
  }
}

function damaged(name: string, error: unknown): ArchivePiece {
  const reason = error instanceof UnusableInputError ? error.reason : (error as Error).message;
  return { kind: 'damaged', name: shown(name, 300), reason: shown(reason) };
}
