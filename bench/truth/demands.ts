import type { Kind } from './score.ts';

/** A share that must be reached or not passed. */
export interface Demand {
  readonly kind: Kind;
  readonly what: 'recall' | 'precision' | 'right' | 'wrong';
  readonly least?: number;
  readonly most?: number;
}

const movements = (
  recall: readonly [number, number],
  precision: number,
  right: number,
  wrong: number,
): readonly Demand[] =>
  (['take_off', 'landing'] as const).flatMap((kind, at) => [
    { kind, what: 'recall', least: recall[at] as number },
    { kind, what: 'precision', least: precision },
    { kind, what: 'right', least: right },
    { kind, what: 'wrong', most: wrong },
  ]);

const passes = (recall: number): readonly Demand[] => [
  { kind: 'go_around', what: 'recall', least: recall },
  { kind: 'go_around', what: 'precision', least: 0.95 },
  { kind: 'low_pass', what: 'recall', least: recall },
  { kind: 'low_pass', what: 'precision', least: 0.95 },
  { kind: 'holding', what: 'recall', least: 1 },
  { kind: 'holding', what: 'precision', least: 1 },
];

/** What each case must reach: all starts of the polls together. */
export const DEMANDS = {
  1: [...movements([1, 1], 0.97, 0.95, 0), ...passes(1)],
  10: [...movements([1, 1], 0.97, 0, 0.03), ...passes(1)],
  60: [...movements([0.95, 0.88], 0.95, 0, 0.03), ...passes(1)],
  86: [...movements([0.95, 0.88], 0.95, 0, 0.03), ...passes(0.95)],
  rough: [...movements([0.95, 0.95], 0.97, 0, 0.03), ...passes(0.95)],
  'simulated 10': movements([0.97, 0.97], 0.97, 0, 0.03),
  'simulated 86': movements([0.95, 0.88], 0.95, 0, 0.03),
} as const satisfies Readonly<Record<string, readonly Demand[]>>;
