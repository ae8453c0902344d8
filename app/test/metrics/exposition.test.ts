import { describe, expect, it } from 'vitest';
import { METRICS, type Metric } from '../../src/metrics/catalogue.ts';
import { Count, expositionText, figure, single, Spread } from '../../src/metrics/exposition.ts';

describe('the text form of Prometheus', () => {
  it('tells each metric once, with its help, type and numbers, in the order of the catalogue', () => {
    const text = expositionText([
      single('process_resident_memory_bytes', 7e7),
      figure('contrail_source_pace_seconds', [[{ source: 'a' }, 10]]),
      figure('contrail_source_pace_seconds', [[{ source: 'readsb:"x"\\' }, 1.5]]),
    ]);
    expect(text).toBe(`# HELP contrail_source_pace_seconds ${METRICS.contrail_source_pace_seconds.help}
# TYPE contrail_source_pace_seconds gauge
contrail_source_pace_seconds{source="a"} 10
contrail_source_pace_seconds{source="readsb:\\"x\\"\\\\"} 1.5
# HELP process_resident_memory_bytes Resident memory of the process
# TYPE process_resident_memory_bytes gauge
process_resident_memory_bytes 70000000
`);
  });

  it('leaves out what nobody knows', () => {
    expect(
      expositionText([
        single('contrail_dashboard_position_age_seconds', null),
        figure('contrail_table_rows', [[{ table: 'x' }, null]]),
      ]),
    ).toBe('');
  });

  it('adds up counters by their labels, and those without labels begin at 0', () => {
    const rows = new Count('contrail_pipeline_rows_in_total');
    const reasons = new Count('contrail_pipeline_rows_quarantined_total');
    reasons.add({ reason: 'duplicate' }, 2);
    reasons.add({ reason: 'malformed' });
    reasons.add({ reason: 'duplicate' });
    expect(
      expositionText([rows.figure(), reasons.figure()])
        .split('\n')
        .filter((line) => !line.startsWith('#')),
    ).toEqual([
      'contrail_pipeline_rows_in_total 0',
      'contrail_pipeline_rows_quarantined_total{reason="duplicate"} 3',
      'contrail_pipeline_rows_quarantined_total{reason="malformed"} 1',
      '',
    ]);
  });

  it('counts a value in each bucket that is not below it', () => {
    const spread = new Spread('contrail_pipeline_batch_seconds');
    for (const value of [0.05, 0.7, 1000]) spread.add(value);
    const text = expositionText([spread.figure()]);
    expect(text).toContain('contrail_pipeline_batch_seconds_bucket{le="0.05"} 1\n');
    expect(text).toContain('contrail_pipeline_batch_seconds_bucket{le="0.5"} 1\n');
    expect(text).toContain('contrail_pipeline_batch_seconds_bucket{le="1"} 2\n');
    expect(text).toContain('contrail_pipeline_batch_seconds_bucket{le="+Inf"} 3\n');
    expect(text).toContain(
      'contrail_pipeline_batch_seconds_sum 1000.75\ncontrail_pipeline_batch_seconds_count 3\n',
    );
  });
});

describe.each(Object.entries<Metric>(METRICS))('%s', (name, { type, labels, help, buckets }) => {
  it('is named and described as Prometheus wants it', () => {
    expect(name).toMatch(/^(contrail|process)(_[a-z0-9]+)+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    expect(name).not.toMatch(/_(ms|milliseconds|minutes|hours|kb|mb|percent|count|sum|bucket|info)(_|$)/);
    expect(
      labels.every((label) => /^[a-z]+$/.test(label) && !['job', 'instance', 'le'].includes(label)),
    ).toBe(true);
    expect(help).toMatch(/^\S.*[^.\s]$/);
    expect(help).not.toMatch(/[\n\\]/);
    expect(buckets !== undefined).toBe(type === 'histogram');
    expect(buckets?.toSorted((a, b) => a - b)).toEqual(buckets);
  });
});
