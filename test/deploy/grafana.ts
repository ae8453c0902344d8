import { QUESTIONS } from '../../app/src/metrics/catalogue.ts';

type Unit = 's' | 'bytes' | 'short' | 'percentunit' | 'dateTimeAsIso' | 'reqps' | 'Bps' | 'd';

/** A panel: what it asks Prometheus, each with the name of its lines. */
interface Panel {
  readonly title: string;
  readonly about: string;
  readonly unit: Unit;
  /** `states`: a bar in time for each line, green at 1. */
  readonly as?: 'lines' | 'stacked' | 'states' | 'number';
  readonly asks: readonly (readonly [expr: string, legend: string])[];
}

const JOB = 'job="$job"';
const rate = (name: string, by: string): string => `max by (${by}) (rate(${name}{${JOB}}[$__rate_interval]))`;
const quantile = (share: number, name: string): string =>
  `histogram_quantile(${share}, sum by (le) (rate(${name}_bucket{${JOB}}[$__rate_interval])))`;

/** The panels by question, three in a line. Processes tell the same numbers: so they take max or min over them. */
const PANELS: Readonly<Record<keyof typeof QUESTIONS, readonly Panel[]>> = {
  fresh: [
    {
      title: 'Age of the newest position',
      about: 'Below the dashed lines it is fresh; they follow the pace of the sources.',
      unit: 's',
      asks: [
        [`min(contrail_dashboard_position_age_seconds{${JOB}})`, 'age'],
        [`max(contrail_dashboard_delayed_after_seconds{${JOB}})`, 'delayed after'],
        [`max(contrail_dashboard_stale_after_seconds{${JOB}})`, 'stale after'],
      ],
    },
    {
      title: 'From the feed to tables and page',
      about:
        'How old a position is, by the time in its feed, when it is in the tables and when pages get it.',
      unit: 's',
      asks: [
        [quantile(0.5, 'contrail_pipeline_commit_delay_seconds'), 'feed to commit, median'],
        [quantile(0.95, 'contrail_pipeline_commit_delay_seconds'), 'feed to commit, p95'],
        [quantile(0.95, 'contrail_pipeline_receipt_delay_seconds'), 'receipt to commit, p95'],
        [quantile(0.95, 'contrail_dashboard_page_delay_seconds'), 'feed to page, p95'],
      ],
    },
    {
      title: 'Stages that are ok',
      about: 'The strip of the page in time.',
      unit: 'short',
      as: 'states',
      asks: [[`max by (stage) (contrail_stage_state{${JOB},state="ok"})`, '{{stage}}']],
    },
    {
      title: 'Time since the last success of each stage',
      about: '',
      unit: 's',
      asks: [[`min by (stage) (contrail_stage_age_seconds{${JOB}})`, '{{stage}}']],
    },
    {
      title: 'Aircraft',
      about: 'In the picture of now.',
      unit: 'short',
      asks: [[`max(contrail_dashboard_aircraft{${JOB}})`, 'aircraft']],
    },
    {
      title: 'Newest position in the tables',
      about: '',
      unit: 's',
      as: 'number',
      asks: [[`time() - max(contrail_pipeline_newest_position_timestamp_seconds{${JOB}})`, 'ago']],
    },
  ],
  lost: [
    {
      title: 'Messages and rows',
      about: 'What comes in is Silver, or quarantine.',
      unit: 'reqps',
      asks: [
        [rate('contrail_pipeline_rows_in_total', 'job'), 'messages'],
        [rate('contrail_pipeline_rows_silver_total', 'job'), 'to Silver'],
        [rate('contrail_pipeline_rows_late_total', 'job'), 'out of order, put in place'],
        [rate('contrail_pipeline_rows_restamped_total', 'job'), 'without a time of receipt'],
      ],
    },
    {
      title: 'Quarantine by reason',
      about: 'duplicate is normal where two sources see the same aircraft.',
      unit: 'reqps',
      as: 'stacked',
      asks: [[rate('contrail_pipeline_rows_quarantined_total', 'reason'), '{{reason}}']],
    },
    {
      title: 'Lost, or passed over by hand',
      about: 'Polls that neither topic nor spool had room for; messages that expired unread or were damaged.',
      unit: 'short',
      as: 'number',
      asks: [
        [`sum(contrail_spool_dropped_polls_total{${JOB}}) or vector(0)`, 'polls lost'],
        [`max(contrail_pipeline_gap_messages_total{${JOB}})`, 'messages passed over'],
        [`max(contrail_pipeline_gap_stretches_total{${JOB}})`, 'in stretches'],
      ],
    },
    {
      title: 'Polls that wait for the topic',
      about: 'On the disk of the producer. They are sent when the topic is back.',
      unit: 'short',
      asks: [
        [`max by (source) (contrail_source_spooled_polls{${JOB}})`, '{{source}}'],
        [`contrail_spool_polls{${JOB}}`, '{{instance}}'],
      ],
    },
    {
      title: 'Bytes that wait for the topic',
      about: '',
      unit: 'bytes',
      asks: [[`contrail_spool_bytes{${JOB}}`, '{{instance}}']],
    },
    {
      title: 'The topic is away',
      about: 'For how long.',
      unit: 's',
      asks: [[`contrail_topic_away_seconds{${JOB}}`, '{{instance}}']],
    },
  ],
  pace: [
    {
      title: 'Lag',
      about: 'Messages that are not in the lake yet. It must come back to nearly 0.',
      unit: 'short',
      asks: [[`max(sum by (instance) (contrail_pipeline_lag_messages{${JOB}}))`, 'messages']],
    },
    {
      title: 'Duration of a micro-batch',
      about: '',
      unit: 's',
      asks: [
        [quantile(0.5, 'contrail_pipeline_batch_seconds'), 'median'],
        [quantile(0.99, 'contrail_pipeline_batch_seconds'), 'p99'],
        [`max(contrail_pipeline_trigger_seconds{${JOB}})`, 'trigger'],
      ],
    },
    {
      title: 'Where the time goes',
      about: 'Seconds of each second. Steps run side by side, so their sum may be above 1.',
      unit: 'percentunit',
      as: 'stacked',
      asks: [[rate('contrail_pipeline_step_seconds_total', 'step'), '{{step}}']],
    },
    {
      title: 'How busy',
      about: 'The share of the time that micro-batches and the maintenance of tables take.',
      unit: 'percentunit',
      asks: [
        [rate('contrail_pipeline_batch_seconds_sum', 'job'), 'micro-batches'],
        [rate('contrail_upkeep_seconds_total', 'job'), 'maintenance'],
      ],
    },
    {
      title: 'What the pipeline does',
      about: 'blocked: it waits for a service or for the disk.',
      unit: 'short',
      as: 'states',
      asks: [[`max by (state) (contrail_pipeline_state{${JOB}})`, '{{state}}']],
    },
    {
      title: 'Reports and clocks',
      about: '',
      unit: 's',
      as: 'number',
      asks: [
        [`min(contrail_pipeline_report_age_seconds{${JOB}})`, 'last report'],
        [`max(contrail_pipeline_clock_behind_seconds{${JOB}})`, 'clock behind the feed'],
      ],
    },
    {
      title: 'Services in use that answer',
      about: '',
      unit: 'short',
      as: 'states',
      asks: [[`min by (service) (contrail_service_ok{${JOB}})`, '{{service}}']],
    },
    {
      title: 'Failures that are tried again',
      about: '',
      unit: 'short',
      asks: [
        [`max(increase(contrail_upkeep_failures_total{${JOB}}[1h]))`, 'maintenance, in an hour'],
        [
          `max by (table) (increase(contrail_dashboard_lake_failures_total{${JOB}}[1h]))`,
          'reads of {{table}}, in an hour',
        ],
      ],
    },
  ],
  disk: [
    {
      title: 'Free space',
      about: 'Below the floor nothing is written.',
      unit: 'bytes',
      asks: [
        [`contrail_disk_free_bytes{${JOB}}`, '{{instance}}'],
        [`max(contrail_disk_floor_bytes{${JOB}})`, 'floor'],
      ],
    },
    {
      title: 'The lake and its budget',
      about: 'KEEP sets the budget; at 90 % of it the oldest days go.',
      unit: 'bytes',
      asks: [
        [`max(contrail_lake_bytes{${JOB}})`, 'lake'],
        [`max(contrail_lake_budget_bytes{${JOB}})`, 'budget'],
      ],
    },
    {
      title: 'Days until the budget',
      about: 'From then on the oldest days go before the time that KEEP gives them.',
      unit: 'd',
      as: 'number',
      asks: [[`(max(contrail_lake_budget_reached_timestamp_seconds{${JOB}}) - time()) / 86400`, 'days']],
    },
    {
      title: 'Days until the floor',
      about: 'At the pace of the last six hours; 0 where space does not shrink.',
      unit: 'd',
      as: 'number',
      asks: [
        [
          `(contrail_disk_free_bytes{${JOB}} - contrail_disk_floor_bytes{${JOB}}) / clamp_min(-deriv(contrail_disk_free_bytes{${JOB}}[6h]), 1) / 86400 * (deriv(contrail_disk_free_bytes{${JOB}}[6h]) < bool -1)`,
          '{{instance}}',
        ],
      ],
    },
    {
      title: 'Tables',
      about: 'Data files of the newest version.',
      unit: 'bytes',
      as: 'stacked',
      asks: [[`max by (table) (contrail_table_bytes{${JOB}})`, '{{table}}']],
    },
    {
      title: 'Files',
      about: '',
      unit: 'short',
      asks: [[`max by (table) (contrail_table_files{${JOB}})`, '{{table}}']],
    },
    {
      title: 'Rows',
      about: '',
      unit: 'short',
      asks: [[`max by (table) (contrail_table_rows{${JOB}})`, '{{table}}']],
    },
    {
      title: 'Commits',
      about: 'Versions a second.',
      unit: 'reqps',
      asks: [[`max by (table) (deriv(contrail_table_version{${JOB}}[5m]))`, '{{table}}']],
    },
    {
      title: 'Requests to S3',
      about: '',
      unit: 'reqps',
      as: 'stacked',
      asks: [
        [
          `sum by (operation, status) (rate(contrail_s3_requests_total{${JOB}}[$__rate_interval]))`,
          '{{operation}} {{status}}',
        ],
      ],
    },
    {
      title: 'Duration of a request to S3',
      about: 'The mean.',
      unit: 's',
      asks: [
        [
          `sum by (operation) (rate(contrail_s3_seconds_total{${JOB}}[$__rate_interval])) / sum by (operation) (rate(contrail_s3_requests_total{${JOB}}[$__rate_interval]))`,
          '{{operation}}',
        ],
      ],
    },
    {
      title: 'Bytes from and to S3',
      about: '',
      unit: 'Bps',
      asks: [
        [`sum(rate(contrail_s3_received_bytes_total{${JOB}}[$__rate_interval]))`, 'received'],
        [`sum(rate(contrail_s3_sent_bytes_total{${JOB}}[$__rate_interval]))`, 'sent'],
      ],
    },
  ],
  sources: [
    {
      title: 'Sources that are ok',
      about: 'They keep their pace.',
      unit: 'short',
      as: 'states',
      asks: [[`max by (source) (contrail_source_state{${JOB},state="ok"})`, '{{source}}']],
    },
    {
      title: 'Age of the newest answer, and the pace',
      about: '',
      unit: 's',
      asks: [
        [`min by (source) (contrail_source_age_seconds{${JOB}})`, '{{source}}'],
        [`max by (source) (contrail_source_pace_seconds{${JOB}})`, '{{source}}: pace'],
      ],
    },
    {
      title: 'What happens',
      about: 'docs/feeds.md says what each event means.',
      unit: 'reqps',
      asks: [
        [
          `max by (source, event) (rate(contrail_source_events_total{${JOB}}[$__rate_interval]))`,
          '{{source}}: {{event}}',
        ],
      ],
    },
    {
      title: 'Credits left',
      about: '',
      unit: 'short',
      asks: [[`min by (source) (contrail_source_credits_left{${JOB}})`, '{{source}}']],
    },
    {
      title: 'Next poll',
      about: 'In how long.',
      unit: 's',
      as: 'number',
      asks: [
        [`max by (source) (contrail_source_next_poll_timestamp_seconds{${JOB}}) - time()`, '{{source}}'],
      ],
    },
    {
      title: 'Sent by producers',
      about: '',
      unit: 'reqps',
      asks: [
        [
          `sum by (source) (rate(contrail_produce_messages_total{${JOB}}[$__rate_interval]))`,
          '{{source}}: messages',
        ],
        [
          `sum by (source) (rate(contrail_produce_polls_total{${JOB}}[$__rate_interval]))`,
          '{{source}}: polls',
        ],
      ],
    },
  ],
  process: [
    {
      title: 'Memory',
      about: '',
      unit: 'bytes',
      asks: [[`process_resident_memory_bytes{${JOB}}`, '{{instance}}']],
    },
    {
      title: 'CPU',
      about: 'Cores in use.',
      unit: 'short',
      asks: [[`rate(process_cpu_seconds_total{${JOB}}[$__rate_interval])`, '{{instance}}']],
    },
    {
      title: 'Running for',
      about: '',
      unit: 's',
      as: 'number',
      asks: [[`time() - process_start_time_seconds{${JOB}}`, '{{instance}}']],
    },
    {
      title: 'Open pages',
      about: '',
      unit: 'short',
      asks: [[`contrail_dashboard_clients{${JOB}}`, '{{instance}}']],
    },
    {
      title: 'Answers of the page',
      about: '',
      unit: 'reqps',
      asks: [
        [`sum by (status) (rate(contrail_dashboard_requests_total{${JOB}}[$__rate_interval]))`, '{{status}}'],
      ],
    },
    {
      title: 'Live frames',
      about: '',
      unit: 'Bps',
      asks: [
        [`sum by (kind) (rate(contrail_dashboard_frame_bytes_total{${JOB}}[$__rate_interval]))`, '{{kind}}'],
      ],
    },
  ],
};

const SOURCE = { type: 'prometheus', uid: '${datasource}' } as const;
const [COLUMNS, WIDTH, HEIGHT] = [3, 8, 8];
const TYPES = {
  lines: 'timeseries',
  stacked: 'timeseries',
  states: 'state-timeline',
  number: 'stat',
} as const;

/** The content of `deploy/grafana/contrail.json`: rows are the questions of `docs/metrics.md`. */
export function grafanaDashboard(): { readonly panels: readonly object[]; readonly [more: string]: unknown } {
  const panels: object[] = [];
  let y = 0;
  for (const [question, title] of Object.entries(QUESTIONS)) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { h: 1, w: COLUMNS * WIDTH, x: 0, y },
      panels: [],
    });
    y += 1;
    const all = PANELS[question as keyof typeof QUESTIONS];
    for (const [index, panel] of all.entries()) {
      const gridPos = {
        h: HEIGHT,
        w: WIDTH,
        x: (index % COLUMNS) * WIDTH,
        y: y + Math.floor(index / COLUMNS) * HEIGHT,
      };
      panels.push({ id: panels.length + 1, gridPos, ...shown(panel) });
    }
    y += Math.ceil(all.length / COLUMNS) * HEIGHT;
  }
  return {
    uid: 'contrail',
    title: 'Contrail',
    description: 'How Contrail is; docs/metrics.md says what each number means.',
    tags: ['contrail'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    timezone: 'utc',
    templating: {
      list: [
        { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
        {
          name: 'job',
          label: 'Contrail',
          type: 'query',
          datasource: SOURCE,
          query: 'label_values(contrail_pipeline_trigger_seconds, job)',
          refresh: 2,
        },
      ],
    },
    panels,
  };
}

function shown({ title, about, unit, as = 'lines', asks }: Panel): object {
  const isState = as === 'states';
  return {
    type: TYPES[as],
    title,
    ...(about === '' ? {} : { description: about }),
    datasource: SOURCE,
    fieldConfig: {
      defaults: {
        unit,
        ...(isState
          ? {
              mappings: [
                {
                  type: 'value',
                  options: { '0': { text: 'no', color: 'red' }, '1': { text: 'yes', color: 'green' } },
                },
              ],
            }
          : as === 'number'
            ? {}
            : { min: 0 }),
        ...(as === 'stacked' ? { custom: { stacking: { mode: 'normal' }, fillOpacity: 40 } } : {}),
      },
      overrides: [],
    },
    options: as === 'number' ? { reduceOptions: { calcs: ['lastNotNull'] }, textMode: 'value_and_name' } : {},
    targets: asks.map(([expr, legendFormat], index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: SOURCE,
      expr,
      legendFormat,
    })),
  };
}

/** Every expression of a dashboard, with Grafana's own variables filled in. */
export const expressionsOf = (dashboard: { readonly panels: readonly object[] }): readonly string[] =>
  dashboard.panels
    .flatMap((panel) => ('targets' in panel ? (panel.targets as readonly { readonly expr: string }[]) : []))
    .map(({ expr }) => expr.replaceAll('$job', 'contrail').replaceAll('$__rate_interval', '5m'));
