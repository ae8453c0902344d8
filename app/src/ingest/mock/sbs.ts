import type { LiveComponents } from '../components.ts';
import { lineOf } from './basestation.ts';
import type { LineServer } from './line-server.ts';
import type { SentLines } from './sbs-faults.ts';
import type { Traffic } from './traffic.ts';

/** What is sent, and how fast. */
export interface SendOptions {
  readonly traffic: Traffic;
  /** Lines a second; null: two for each aircraft. */
  readonly rate: number | null;
  /** Ends after so many lines. */
  readonly most?: number;
  /** Asked once a second: what happens to its lines; null: nothing. */
  readonly faultOf?: () => ((lines: readonly string[]) => SentLines) | null;
  readonly onSent?: (lines: number) => void;
  readonly signal: AbortSignal;
}

const TICK_MS = 10;
const LINES_OF_AIRCRAFT = 2;

/**
 * Sends lines of all aircraft in turn, at an even rate, until the signal fires. While nobody listens time passes, and lines are
 * not kept. Answers how many were sent.
 */
export async function sendLines(
  server: LineServer,
  { traffic, rate, most = Infinity, faultOf, onSent, signal }: SendOptions,
  { clock, monotonic, sleep }: Pick<LiveComponents, 'clock' | 'monotonic' | 'sleep'>,
): Promise<number> {
  let [before, owed, turn, sent, second] = [monotonic(), 0, 0, 0, 0];
  let fault: ((lines: readonly string[]) => SentLines) | null = null;
  while (!signal.aborted && sent < most) {
    const nowMs = monotonic();
    const { vectors } = traffic(clock());
    owed += ((nowMs - before) / 1000) * (rate ?? LINES_OF_AIRCRAFT * vectors.length);
    before = nowMs;
    const lines: string[] = [];
    for (; owed >= 1 && sent + lines.length < most; owed -= 1) {
      const vector = vectors[turn % vectors.length];
      if (vector !== undefined) lines.push(lineOf(vector, Math.floor(turn / vectors.length), clock()));
      turn += 1;
    }
    if (Math.floor(nowMs / 1000) > second) {
      second = Math.floor(nowMs / 1000);
      fault = faultOf?.() ?? fault;
    }
    // It needs lines to happen to.
    const { lines: left, after } = (lines.length > 0 ? fault?.(lines) : null) ?? { lines };
    if (lines.length > 0) fault = null;
    if (left.length > 0) server.send(textOf(left, after === 'break'));
    sent += left.length;
    if (server.sockets.length > 0) onSent?.(left.length);
    if (after === 'break') server.drop();
    else if (after !== undefined) {
      await sleep(after.silentMs, signal);
      // What was not said in the silence is not said later.
      before = monotonic();
    }
    await sleep(TICK_MS, signal);
  }
  return sent;
}

/** Lines end with CR and LF; where the connection breaks, the last one does not. */
const textOf = (lines: readonly string[], isCut: boolean): string =>
  isCut ? lines.join('\r\n') : `${lines.join('\r\n')}\r\n`;
