import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Ask, AskAnswer, AskInit } from '../ingest/components.ts';

/**
 * As `fetch` with `redirect: 'manual'`, over Node's own HTTP. The first `fetch` of a process loads a second HTTP client and a
 * parser in WebAssembly: 25 MB, which is more than all else that `produce` needs.
 *
 * Nothing is asked twice by itself: a question may cost credits. The body comes unpacked, in pieces of 16 to 64 KB, as fast as it is
 * read. Aborted, it throws the reason of the signal.
 */
export const askOverHttp: Ask = async (url, init) => {
  try {
    return answerOf(await responseTo(url, init), init.signal);
  } catch (error) {
    throw init.signal.aborted ? init.signal.reason : error;
  }
};

function responseTo(url: URL, { method, headers, body, signal }: AskInit): Promise<IncomingMessage> {
  const form = body?.toString();
  // Not by `import`: that would touch all that the module has, and some of it loads what `fetch` does.
  const http = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  return new Promise((resolve, reject) => {
    const request = http.request(url, {
      method,
      headers: {
        ...headers,
        ...(form !== undefined && {
          'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
          'content-length': Buffer.byteLength(form),
        }),
      },
      signal,
    });
    request.once('response', resolve);
    // Also one that comes after the answer has begun; the body tells it.
    request.on('error', reject);
    request.end(form);
  });
}

function answerOf(response: IncomingMessage, signal: AbortSignal): AskAnswer {
  return {
    status: response.statusCode ?? 0,
    headers: {
      get: (name) => {
        const value = response.headers[name.toLowerCase()];
        return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
      },
    },
    body: {
      cancel: async () => void response.destroy(),
      async *[Symbol.asyncIterator]() {
        try {
          yield* unpackedBody(response) as AsyncIterable<Uint8Array>;
        } catch (error) {
          throw signal.aborted ? signal.reason : error;
        } finally {
          response.destroy();
        }
      },
    },
  };
}

/** Source: RFC 9110 section 8.4.1. */
function unpackedBody(response: IncomingMessage): Readable {
  const zlib = process.getBuiltinModule('node:zlib');
  const packing = response.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const unpacker =
    packing === 'gzip' || packing === 'x-gzip'
      ? zlib.createGunzip()
      : packing === 'deflate'
        ? zlib.createInflate()
        : packing === 'br'
          ? zlib.createBrotliDecompress()
          : null;
  if (unpacker === null) return response;
  const { pipeline } = process.getBuiltinModule('node:stream');
  // Its failure is that of the unpacker, where it is met.
  return pipeline(response, unpacker, () => undefined);
}
