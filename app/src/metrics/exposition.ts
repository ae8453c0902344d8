import { type LabelsOf, type Metric, type MetricName, METRICS } from './catalogue.ts';

/** One number of a metric. */
export interface Value {
  /** Of a histogram: which of its series. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A metric of the catalogue with its numbers. */
export interface Figure {
  readonly name: MetricName;
  readonly values: readonly Value[];
}

/** The numbers of a metric, by its labels; null: not known, and left out. */
export const figure = <N extends MetricName>(
  name: N,
  values: Iterable<readonly [labels: LabelsOf<N>, value: number | null | undefined]>,
): Figure => ({
  name,
  values: Array.from(values, ([labels, value]) => ({ labels, value: value ?? null })).flatMap(
    ({ labels, value }) => (value === null ? [] : [{ labels, value }]),
  ),
});

/** A metric without labels. */
export const single = <N extends MetricName>(name: N, value: number | null | undefined): Figure => ({
  name,
  values: value === null || value === undefined ? [] : [{ labels: {}, value }],
});

/** 1 for the present one of some states, 0 for the others. */
export const stateValues = <S extends string, L extends object>(
  states: readonly S[],
  present: S,
  labels: L,
): readonly (readonly [L & { readonly state: S }, number])[] =>
  states.map((state) => [{ ...labels, state }, state === present ? 1 : 0]);

/** A counter of this process. */
export class Count<N extends MetricName> {
  readonly #name: N;
  readonly #sums = new Map<string, { readonly labels: LabelsOf<N>; value: number }>();

  constructor(name: N) {
    this.#name = name;
    // A counter begins at 0, not at its first event; which labels there will be nobody knows.
    if (METRICS[name].labels.length === 0) this.#sums.set('{}', { labels: {} as LabelsOf<N>, value: 0 });
  }

  add(labels: LabelsOf<N>, by: number = 1): void {
    const key = JSON.stringify(labels);
    const sum = this.#sums.get(key);
    if (sum === undefined) this.#sums.set(key, { labels, value: by });
    else sum.value += by;
  }

  figure(): Figure {
    return { name: this.#name, values: [...this.#sums.values()] };
  }
}

/** A histogram of this process, without labels. Its buckets are those of the catalogue. */
export class Spread {
  readonly #name: MetricName;
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(name: MetricName) {
    const { buckets = [] }: Metric = METRICS[name];
    this.#name = name;
    this.#bounds = buckets;
    this.#counts = buckets.map(() => 0);
  }

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
    for (const [index, bound] of this.#bounds.entries())
      if (value <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  figure(): Figure {
    const bucket = (le: string, value: number): Value => ({ suffix: '_bucket', labels: { le }, value });
    return {
      name: this.#name,
      values: [
        ...this.#bounds.map((bound, index) => bucket(String(bound), this.#counts[index] ?? 0)),
        bucket('+Inf', this.#count),
        { suffix: '_sum', labels: {}, value: this.#sum },
        { suffix: '_count', labels: {}, value: this.#count },
      ],
    };
  }
}

/** The media type of {@link expositionText}. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The numbers in the text form of Prometheus, in the order of the catalogue; figures of one name are put together, and a
 * metric without a number is left out. Source: Prometheus, Exposition formats, version 0.0.4.
 */
export function expositionText(figures: readonly Figure[]): string {
  const values = Map.groupBy(figures, ({ name }) => name);
  return (Object.keys(METRICS) as MetricName[])
    .map((name) => {
      const found = values.get(name)?.flatMap((one) => one.values) ?? [];
      if (found.length === 0) return '';
      const { help, type } = METRICS[name];
      const lines = found.map(
        ({ suffix = '', labels, value }) => `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`,
      );
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const numberText = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
