import { pipeline, Readable } from 'node:stream';
import { unpacked } from '../input/file-bytes.ts';
import { peek, type Peeked } from '../input/peek.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { TarReaders } from './tar-readers.ts';

/** A file, unpacked from gzip and tar. */
export interface Member extends Peeked {
  /** Its path, with that of the tar it lies in before it. */
  readonly name: string;
}

/** Enough to know a format by. */
const HEAD_BYTES = 8192;
/** A tar.gz of .gz files has three. */
const MOST_LAYERS = 4;
/** What of a tar is read; it may also hold a licence, a read-me or heat maps. */
const NAMES = /(^|\/)[^./][^/]*\.(csv|json|ndjson|parquet)(\.gz)?$/i;

/**
 * Takes gzip and tar away, however they are named: readsb's traces are packed and called `.json`. Each member is to be
 * read before the next one; what its reader leaves is let go here.
 * @throws errors of the bytes, of gzip, and of a tar that is cut off or damaged, after all that came before
 */
export async function* membersOf(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  layers: number = MOST_LAYERS,
): AsyncGenerator<Member> {
  const peeked = await peek(bytes, HEAD_BYTES);
  try {
    if (layers > 0 && isGzip(peeked.head)) yield* membersOf(name, unpacked(peeked.bytes), layers - 1);
    else if (layers > 0 && isTar(peeked.head, name)) yield* entriesOf(name, peeked.bytes, layers - 1);
    else yield { name, ...peeked };
  } finally {
    await peeked.close();
  }
}

async function* entriesOf(
  tar: string,
  bytes: AsyncIterable<Uint8Array>,
  layers: number,
): AsyncGenerator<Member> {
  const readers = new TarReaders();
  const { extract } = await import('tar-stream');
  const tarEntries = extract({ allowUnknownFormat: true });
  // An error of either end is thrown by the loop.
  pipeline(Readable.from(readers.whole(bytes)), tarEntries, () => {});
  for await (const entry of readers.entries(tarEntries)) {
    const { name, type } = entry.header;
    if (type === 'file' && NAMES.test(name)) yield* membersOf(`${tar}: ${name}`, readers.body(entry), layers);
    else entry.resume();
  }
  if (!readers.hasEnd) throw new UnusableInputError('the tar is cut off: its end mark is missing');
}

/** Source: RFC 1952 section 2.3.1. */
const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** Source: POSIX pax, ustar header block: the magic is at byte 257. Tars of before are known by their name alone. */
const isTar = (head: Uint8Array, name: string): boolean =>
  Buffer.from(head.subarray(257, 262)).toString('latin1') === 'ustar' ||
  (/\.tar(\.gz)?(\.[a-z]{2})?$|\.tgz$/i.test(name) && head.length >= 512);
