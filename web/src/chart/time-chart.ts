import uPlot from 'uplot';
import { day, hourMinute, timeOfDay } from '../text/time.ts';

/** One line of a chart. */
export interface Line {
  readonly label: string;
  /** A CSS colour, or the name of a custom property (`--accent`) that is read at drawing time. */
  readonly colour: string;
  /** Which axis it belongs to; the second stands on the right. */
  readonly axis: 'left' | 'right';
  /** Fills the area below. */
  readonly filled?: boolean;
  readonly dashed?: boolean;
  /** The value in words, for axis and cursor. */
  readonly words: (value: number) => string;
  /** The axis reaches at least from 0 to here: where values hardly differ, it does not make a mountain of that. */
  readonly least: number;
}

/** Epoch seconds, then one list of values for each line; null leaves a gap. */
export type Series = readonly [readonly number[], ...(readonly (number | null)[])[]];

/** What a chart is made of. */
export interface ChartSpec {
  readonly lines: readonly Line[];
  readonly height: number;
  /** Each value holds for a window of this many seconds from its time: drawn as a step, not as a slope. */
  readonly window_s?: number | undefined;
  /** How far back from the newest point the axis reaches, seconds; without it, as far as the data. */
  readonly span_s?: number | undefined;
  /** It reaches to the right edge: no chart above or below has an axis there. */
  readonly isFlush?: boolean | undefined;
  /** The point under the pointer, or null when it has left. */
  readonly onCursor?: (index: number | null) => void;
}

/** A time chart in UTC that follows the width of its element. */
export interface TimeChart {
  update(series: Series): void;
  /** Points at an entry of the series as a pointer does, or at none. */
  point(index: number | null): void;
  destroy(): void;
}

/** Room for `1,000 km/h`. */
const AXIS_PX = 64;

/** Draws a chart into `element`. Text waits for the page's font, because a canvas does not redraw itself. */
export function createTimeChart(element: HTMLElement, spec: ChartSpec, series: Series): TimeChart {
  const chart = new uPlot(optionsOf(element, spec), dataOf(series, spec.window_s), element);
  const observer = new ResizeObserver(() => {
    const width = Math.floor(element.clientWidth);
    if (width > 0 && width !== chart.width) chart.setSize({ width, height: spec.height });
  });
  observer.observe(element);
  let gone = false;
  void document.fonts.ready.then(() => {
    if (!gone) chart.redraw(false, true);
  });
  return {
    update: (next) => chart.setData(dataOf(next, spec.window_s)),
    point: (index) => {
      if ((chart.cursor.idx ?? null) === index) return;
      const time = index === null ? undefined : chart.data[0][index];
      chart.setCursor(
        time === undefined ? { left: -10, top: -10 } : { left: chart.valToPos(time, 'x'), top: 1 },
      );
    },
    destroy: () => {
      gone = true;
      observer.disconnect();
      chart.destroy();
    },
  };
}

/** A larger value is not a measurement, and would make all others invisible on the scale. */
const MOST = 1e9;

/** Adds a point at the end of the last window, so that its step is drawn. */
function dataOf([times, ...all]: Series, window_s: number | undefined): uPlot.AlignedData {
  const values = all.map((list) =>
    list.map((value) => (value !== null && Math.abs(value) < MOST ? value : null)),
  );
  const last = times.at(-1);
  if (window_s === undefined || last === undefined) return [[...times], ...values.map((list) => [...list])];
  return [[...times, last + window_s], ...values.map((list) => [...list, list.at(-1) ?? null])];
}

function optionsOf(element: HTMLElement, spec: ChartSpec): uPlot.Options {
  const style = getComputedStyle(element);
  const colourOf = (name: string): string =>
    name.startsWith('--') ? resolve(element, style.getPropertyValue(name)) : name;
  const grid = { stroke: colourOf('--line'), width: 1 };
  const font = '11px "Inter Variable", sans-serif';
  const axis = (scale: 'left' | 'right', line: Line | undefined): uPlot.Axis => ({
    scale,
    side: scale === 'left' ? 3 : 1,
    size: AXIS_PX,
    gap: 6,
    font,
    stroke: colourOf('--muted'),
    grid: scale === 'left' ? grid : { show: false },
    ticks: { show: false },
    space: 34,
    values: (_chart, values) => axisWords(values, line?.words ?? String),
  });
  const right = spec.lines.find((line) => line.axis === 'right');
  const rangeOf =
    (axis: Line['axis']): uPlot.Range.Function =>
    (_chart, min, max) =>
      rangeFromZero(min, max, Math.max(...spec.lines.map((line) => (line.axis === axis ? line.least : 0))));
  const steps = spec.window_s === undefined ? undefined : uPlot.paths.stepped?.({ align: 1 });
  return {
    width: Math.max(120, Math.floor(element.clientWidth)),
    height: spec.height,
    // Charts below each other keep the same time at the same place, with and without an axis on the right.
    padding: [10, right !== undefined ? 0 : spec.isFlush === true ? 6 : AXIS_PX, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
    },
    scales: {
      x: { time: true, range: (_chart, min, max) => timeRange(min, max, spec.span_s) },
      left: { range: rangeOf('left') },
      right: { range: rangeOf('right') },
    },
    axes: [
      {
        font,
        stroke: colourOf('--muted'),
        grid: { show: false },
        ticks: { show: false },
        size: (_chart, values) => (values?.some((words) => words.includes('\n')) === true ? 40 : 26),
        space: 64,
        values: (_chart, values, _axis, _space, step) => timeMarks(values, step, Date.now() / 1000),
      },
      axis(
        'left',
        spec.lines.find((line) => line.axis === 'left'),
      ),
      ...(right === undefined ? [] : [axis('right', right)]),
    ],
    series: [
      {},
      ...spec.lines.map((line): uPlot.Series => ({
        scale: line.axis,
        label: line.label,
        stroke: colourOf(line.colour),
        width: 1.75,
        ...(line.filled === true ? { fill: `${colourOf(line.colour)}22` } : {}),
        ...(line.dashed === true ? { dash: [5, 4] } : {}),
        points: { show: false },
        ...(steps === undefined ? {} : { paths: steps }),
        spanGaps: false,
      })),
    ],
    hooks: {
      setCursor: [(chart) => spec.onCursor?.(chart.cursor.idx ?? null)],
    },
  };
}

const SHORTEST_SPAN_S = 60;

/** The newest point is at the right edge, even if it is the only one. */
function timeRange(min: number | null, max: number | null, span_s: number | undefined): [number, number] {
  const end = max ?? SHORTEST_SPAN_S;
  return [end - Math.max(SHORTEST_SPAN_S, span_s ?? end - (min ?? end)), end];
}

/**
 * 04:45, with seconds where the marks lie closer than a minute. The first mark of each day has the day below it, where that is
 * not the day of `now_s`.
 */
export function timeMarks(marks: readonly number[], step_s: number, now_s: number): string[] {
  let shown = day(now_s);
  return marks.map((mark) => {
    const time = step_s < 60 ? timeOfDay(mark) : hourMinute(mark);
    const today = day(mark);
    if (today === shown) return time;
    shown = today;
    return `${time}\n${today}`;
  });
}

/**
 * From 0 (or below, if values are) to a little over the largest, so that heights can be compared, and to `least` at least:
 * values of one metre need no axis of centimetres.
 */
export function rangeFromZero(min: number | null, max: number | null, least: number): [number, number] {
  return [Math.min(0, min ?? 0), Math.max(least, (max ?? 0) * 1.1)];
}

/** The words of an axis; a mark whose words are those of the one before stands without. */
export function axisWords(values: readonly number[], words: (value: number) => string): string[] {
  const all = values.map(words);
  return all.map((text, i) => (text === all[i - 1] ? '' : text));
}

/** The colour of a custom property in the current theme: a canvas does not understand light-dark(). */
function resolve(element: HTMLElement, value: string): string {
  const probe = document.createElement('i');
  probe.style.color = value;
  element.append(probe);
  const [r = 0, g = 0, b = 0] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
  probe.remove();
  return `#${[r, g, b].map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}
