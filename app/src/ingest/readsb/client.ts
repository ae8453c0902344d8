import type { Feed } from '../../flight/state-vector.ts';
import type { AnswerHeaders, LiveComponents } from '../components.ts';
import { readText } from '../input/capped.ts';
import { type Reply, send } from '../input/request.ts';
import { httpDateMs, retryAfterMs } from '../input/retry-after.ts';
import { shown } from '../input/shown.ts';
import { UnusableInputError } from '../input/unusable-input.ts';
import { type Answer, readAnswer } from './answer.ts';

/** What one look at a file or one request gave. What can be foreseen is a value, never thrown. */
export type Reading =
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      /** When the server sent it, by its own clock; epoch ms. Null for a file, and if the server does not say. */
      readonly sentMs: number | null;
    }
  /** The same as before, as a file's times or the server say; nothing was read. */
  | { readonly kind: 'unchanged' }
  | Failure;

/** Why there is no answer; `reason` completes a sentence after a colon. */
export type Failure =
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number | null }
  | { readonly kind: 'unauthorized'; readonly status: 401 | 403; readonly reason: string }
  | {
      readonly kind: 'unavailable';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      /** What answered is no such feed, or there is nothing at this place: another one may be right. */
      readonly isElsewhere?: boolean;
      /** It may be over in a moment: a file that is being written. */
      readonly isPassing?: boolean;
    };

/** What a server said to recognise an answer by. Source: RFC 9110 section 8.8. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** One question to a receiver's web server or a service. */
export interface Question {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization?: string | undefined;
  readonly feed: Feed;
  /** What came with the answer before; the server then need not send it again. */
  readonly known?: Validators | null;
}

/** A receiver answers at once or not at all; a service may be far away. */
const LIMITS = { headersMs: 15_000, bodyMs: 45_000 } as const;
/** A refusal is a sentence or a page. */
const MOST_OF_A_REFUSAL = 65_536;

/** Asks once for aircraft. */
export async function requestAircraft(
  { url, headers, authorization, feed, known }: Question,
  components: Pick<LiveComponents, 'clock' | 'fetch' | 'timeout'>,
  signal?: AbortSignal,
): Promise<{ readonly reading: Reading; readonly validators: Validators | null }> {
  const reply = await send(
    {
      url,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip',
        ...headers,
        ...(known?.etag != null && { 'if-none-match': known.etag }),
        ...(known?.lastModified != null && { 'if-modified-since': known.lastModified }),
      },
      ...(authorization !== undefined && { authorization }),
      ...LIMITS,
      read: (bytes, head): Promise<Answer | string> =>
        head.status === 200
          ? readAnswer(bytes, feed, writtenMs(head.headers, components.clock()))
          : readText(bytes, MOST_OF_A_REFUSAL),
    },
    components,
    signal,
  );
  const reading = toReading(reply, components.clock());
  if (reply.kind === 'failure' || reading.kind !== 'answer') return { reading, validators: known ?? null };
  const etag = reply.headers.get('etag');
  return { reading, validators: { etag, lastModified: reply.headers.get('last-modified') } };
}

/** When an answer was written, as far as its headers know: an old list does not say `now` itself. */
const writtenMs = (headers: AnswerHeaders, nowMs: number): number =>
  httpDateMs(headers.get('last-modified')) ?? httpDateMs(headers.get('date')) ?? nowMs;

function toReading(reply: Reply<Answer | string>, nowMs: number): Reading {
  if (reply.kind === 'failure') {
    const isElsewhere = reply.cause instanceof UnusableInputError;
    return { kind: 'unavailable', reason: reply.reason, retryAfterMs: null, isElsewhere };
  }
  const { status, headers, body } = reply;
  if (typeof body !== 'string')
    return { kind: 'answer', answer: body, sentMs: httpDateMs(headers.get('date')) };
  const toldMs = retryAfterMs(headers, nowMs);
  switch (status) {
    case 304:
      return { kind: 'unchanged' };
    case 401:
    case 403:
      return { kind: 'unauthorized', status, reason: `it answered ${status}${quoted(body)}` };
    case 429:
      return { kind: 'rate-limited', retryAfterMs: toldMs };
    default:
      return {
        kind: 'unavailable',
        reason: `it answered ${status}${quoted(body)}`,
        retryAfterMs: toldMs,
        isElsewhere: status === 404 || status === 410,
      };
  }
}

/** The text of a refusal, if it is text and not a page. */
function quoted(body: string): string {
  const text = body.trim();
  if (text.startsWith('<')) return ' and a web page';
  return text === '' ? '' : ` and said ${JSON.stringify(shown(text))}`;
}
