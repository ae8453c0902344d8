import { ContrailError } from '../../errors.ts';
import { GOLD_WINDOW_S } from '../../lake/gold-window.ts';
import { MAX_WINDOWS } from '../answers.ts';
import { wholeNumber } from '../parameters.ts';

/** The most steps of a range: a week of windows. */
export const MAX_STEPS: number = 7 * MAX_WINDOWS;
const DEFAULT_WINDOWS = 24;
const DAY_S = 86_400;
/** Of the year 9999. */
const LAST_SECOND = 253_402_300_799;

/** Which windows of Gold are asked for. Epoch seconds. */
export type Span =
  | { readonly kind: 'newest'; readonly windows: number }
  /** Those that begin in [from, to), several to a step; all three are multiples of the step. */
  | { readonly kind: 'range'; readonly from: number; readonly to: number; readonly step: number };

/**
 * The span of a question: `windows=N`, or `from` with `to` and `step` where wanted.
 * @throws ContrailError invalid `invalid-parameter`
 */
export function parseSpan(query: (name: string) => string | undefined): Span {
  const start = query('from');
  if (start === undefined) {
    const windows = wholeNumber('windows', query('windows') ?? String(DEFAULT_WINDOWS), 1, MAX_WINDOWS);
    return { kind: 'newest', windows };
  }
  const step = wholeNumber('step', query('step') ?? String(GOLD_WINDOW_S), GOLD_WINDOW_S, DAY_S);
  if (step % GOLD_WINDOW_S !== 0)
    throw new ContrailError(
      'invalid-parameter',
      `step=${step} is not a multiple of ${GOLD_WINDOW_S} seconds.`,
    );
  const first = wholeNumber('from', start, 0, LAST_SECOND);
  const from = Math.floor(first / step) * step;
  const end = query('to');
  const last = from + MAX_STEPS * step;
  if (end === undefined) return { kind: 'range', from, to: last, step };
  const to = Math.ceil(wholeNumber('to', end, first + 1, LAST_SECOND) / step) * step;
  if (to > last)
    throw new ContrailError(
      'invalid-parameter',
      `from=${start} to to=${end} are more than ${MAX_STEPS} steps of ${step} seconds; ask for a longer step or less time.`,
    );
  return { kind: 'range', from, to, step };
}

/** A name for a span, the same for the same span. */
export function nameOfSpan(span: Span): string {
  return span.kind === 'newest' ? `windows ${span.windows}` : `${span.from} ${span.to} ${span.step}`;
}
