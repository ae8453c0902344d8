/**
 * All numbers that Contrail's processes tell Prometheus at `/metrics`. `docs/metrics.md` is made from this list.
 * Names follow Prometheus, "Metric and label naming": base units, `_total` for counters alone.
 */

/** Who tells a number: `page` is `contrail dashboard` and `contrail up`. */
export type Teller = 'page' | 'pipeline' | 'produce';

/** The questions that the numbers answer, in the order of the page and of the Grafana dashboard. */
export const QUESTIONS = {
  fresh: 'Is it fresh?',
  lost: 'Is anything lost?',
  pace: 'Is it keeping up?',
  disk: 'Will the disk last?',
  sources: 'What do the sources say?',
  process: 'The processes',
} as const;

/** What is known of a number. */
export interface Metric {
  readonly question: keyof typeof QUESTIONS;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  readonly by: readonly Teller[];
  /** Where it is there; absent: always, once there are messages. */
  readonly when?: string;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

const LAKE = ['page', 'pipeline'] as const;
const ALL = ['page', 'pipeline', 'produce'] as const;
/** Seconds that a row may be on its way, from a trigger of a second to a backlog of hours. */
const DELAYS = [1, 2, 3, 5, 7.5, 10, 15, 20, 30, 45, 60, 120, 300, 900, 3600] as const;
const DURATIONS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

export const METRICS = {
  contrail_pipeline_commit_delay_seconds: {
    question: 'fresh',
    type: 'histogram',
    labels: [],
    help: 'End-to-end age: from the newest position of a micro-batch, by the time in its feed, to the commit of its tables',
    by: LAKE,
    buckets: DELAYS,
  },
  contrail_pipeline_receipt_delay_seconds: {
    question: 'fresh',
    type: 'histogram',
    labels: [],
    help: 'From the newest receipt of a message of a micro-batch to the commit of its tables',
    by: LAKE,
    buckets: DELAYS,
  },
  contrail_dashboard_page_delay_seconds: {
    question: 'fresh',
    type: 'histogram',
    labels: [],
    help: 'End-to-end age: from the newest position, by the time in its feed, until it is in the picture that pages get',
    by: ['page'],
    buckets: DELAYS,
  },
  contrail_dashboard_position_age_seconds: {
    question: 'fresh',
    type: 'gauge',
    labels: [],
    help: 'Age of the newest position in the picture',
    by: ['page'],
  },
  contrail_dashboard_delayed_after_seconds: {
    question: 'fresh',
    type: 'gauge',
    labels: [],
    help: 'The position age from which the page says delayed; it follows trigger and pace of the sources',
    by: ['page'],
  },
  contrail_dashboard_stale_after_seconds: {
    question: 'fresh',
    type: 'gauge',
    labels: [],
    help: 'The position age from which the page says stale',
    by: ['page'],
  },
  contrail_dashboard_aircraft: {
    question: 'fresh',
    type: 'gauge',
    labels: [],
    help: 'Aircraft in the picture',
    by: ['page'],
  },
  contrail_pipeline_newest_position_timestamp_seconds: {
    question: 'fresh',
    type: 'gauge',
    labels: [],
    help: 'Time of the newest position of the newest micro-batch that has a valid row',
    by: LAKE,
  },
  contrail_stage_state: {
    question: 'fresh',
    type: 'gauge',
    labels: ['stage', 'state'],
    help: '1 for the present state of a stage of the page, else 0: waiting, ok, delayed, stale, failed',
    by: ['page'],
  },
  contrail_stage_age_seconds: {
    question: 'fresh',
    type: 'gauge',
    labels: ['stage'],
    help: 'Time since the last success of a stage',
    by: ['page'],
  },

  contrail_pipeline_rows_in_total: {
    question: 'lost',
    type: 'counter',
    labels: [],
    help: 'Messages that finished micro-batches have read',
    by: LAKE,
  },
  contrail_pipeline_rows_silver_total: {
    question: 'lost',
    type: 'counter',
    labels: [],
    help: 'Rows that they have added to Silver',
    by: LAKE,
  },
  contrail_pipeline_rows_quarantined_total: {
    question: 'lost',
    type: 'counter',
    labels: ['reason'],
    help: 'Rows that they have put into quarantine, by reason',
    by: LAKE,
    when: 'once a row has been put into quarantine',
  },
  contrail_pipeline_rows_late_total: {
    question: 'lost',
    type: 'counter',
    labels: [],
    help: 'Rows that came out of order and were put in their place',
    by: LAKE,
  },
  contrail_pipeline_rows_restamped_total: {
    question: 'lost',
    type: 'counter',
    labels: [],
    help: 'Messages without a usable time of receipt, which count as received with their micro-batch',
    by: LAKE,
  },
  contrail_pipeline_gap_messages_total: {
    question: 'lost',
    type: 'counter',
    labels: [],
    help: 'Messages that were passed over by hand since the lake was made, because they had expired or were damaged',
    by: LAKE,
  },
  contrail_pipeline_gap_stretches_total: {
    question: 'lost',
    type: 'counter',
    labels: [],
    help: 'Stretches of such messages',
    by: LAKE,
  },
  contrail_spool_dropped_polls_total: {
    question: 'lost',
    type: 'counter',
    labels: [],
    help: 'Polls that neither topic nor spool had room for',
    by: ['produce'],
    when: 'with a live source',
  },
  contrail_topic_away_seconds: {
    question: 'lost',
    type: 'gauge',
    labels: [],
    help: 'For how long the topic has taken no poll; 0 while it takes them',
    by: ['produce'],
    when: 'with a live source',
  },
  contrail_spool_polls: {
    question: 'lost',
    type: 'gauge',
    labels: [],
    help: 'Polls that wait on the disk of the producer for the topic',
    by: ['produce'],
    when: 'with a live source',
  },
  contrail_spool_bytes: {
    question: 'lost',
    type: 'gauge',
    labels: [],
    help: 'Bytes that they take',
    by: ['produce'],
    when: 'with a live source',
  },
  contrail_source_spooled_polls: {
    question: 'lost',
    type: 'gauge',
    labels: ['source'],
    help: 'Polls that wait on the disk of the producer of a source, as the source says',
    by: ALL,
    when: 'with a live source',
  },

  contrail_pipeline_lag_messages: {
    question: 'pace',
    type: 'gauge',
    labels: ['partition'],
    help: 'Messages of the topic that are not in the lake yet, when the pipeline last looked',
    by: LAKE,
  },
  contrail_pipeline_state: {
    question: 'pace',
    type: 'gauge',
    labels: ['state'],
    help: '1 for what the pipeline does, else 0: starting, waiting (for messages), running, blocked (a service or the disk is away), failed, stopped',
    by: LAKE,
  },
  contrail_pipeline_report_age_seconds: {
    question: 'pace',
    type: 'gauge',
    labels: [],
    help: 'Time since the last report of the pipeline, which comes at every trigger',
    by: LAKE,
  },
  contrail_pipeline_trigger_seconds: {
    question: 'pace',
    type: 'gauge',
    labels: [],
    help: 'The shortest time between two micro-batches, PROCESSING_TIME',
    by: LAKE,
  },
  contrail_pipeline_batch_seconds: {
    question: 'pace',
    type: 'histogram',
    labels: [],
    help: 'How long micro-batches take',
    by: LAKE,
    buckets: DURATIONS,
  },
  contrail_pipeline_step_seconds_total: {
    question: 'pace',
    type: 'counter',
    labels: ['step'],
    help: 'Time that micro-batches have spent in a step: a table, or what comes before the tables. Steps run side by side',
    by: LAKE,
  },
  contrail_upkeep_seconds_total: {
    question: 'pace',
    type: 'counter',
    labels: [],
    help: 'Time for the maintenance of tables between micro-batches: compacting, deleting, cutting logs',
    by: LAKE,
  },
  contrail_upkeep_failures_total: {
    question: 'pace',
    type: 'counter',
    labels: [],
    help: 'Maintenance that failed and is tried again',
    by: LAKE,
  },
  contrail_pipeline_clock_behind_seconds: {
    question: 'pace',
    type: 'gauge',
    labels: [],
    help: 'How far the clock that stamps receipts is behind the clock of the feed; negative: ahead',
    by: LAKE,
    when: 'while the two differ',
  },
  contrail_service_ok: {
    question: 'pace',
    type: 'gauge',
    labels: ['service'],
    help: '1 while a service in use answers the dashboard, else 0: kafka, s3, spark, spark-master',
    by: ['page'],
    when: 'where services are in use',
  },

  contrail_disk_free_bytes: {
    question: 'disk',
    type: 'gauge',
    labels: [],
    help: 'Free bytes on the disk of DATA_DIR',
    by: ALL,
    when: 'where the system says it',
  },
  contrail_disk_floor_bytes: {
    question: 'disk',
    type: 'gauge',
    labels: [],
    help: 'Free bytes below which nothing is written, DISK_FLOOR',
    by: ALL,
    when: 'where the system says the size of the disk',
  },
  contrail_lake_bytes: {
    question: 'disk',
    type: 'gauge',
    labels: [],
    help: 'All that lies below the root of the lake, as the pipeline last listed it',
    by: LAKE,
    when: 'once the pipeline has listed the lake',
  },
  contrail_lake_budget_bytes: {
    question: 'disk',
    type: 'gauge',
    labels: [],
    help: 'What the lake may take, by KEEP',
    by: LAKE,
    when: 'with a size in KEEP',
  },
  contrail_lake_budget_reached_timestamp_seconds: {
    question: 'disk',
    type: 'gauge',
    labels: [],
    help: 'When the lake reaches its budget, at its present rate; from then on its oldest days go before their time',
    by: LAKE,
    when: 'while it grows towards a size in KEEP',
  },
  contrail_table_bytes: {
    question: 'disk',
    type: 'gauge',
    labels: ['table'],
    help: 'Bytes of the data files of the newest version of a table',
    by: ['page'],
  },
  contrail_table_files: {
    question: 'disk',
    type: 'gauge',
    labels: ['table'],
    help: 'Data files of the newest version of a table',
    by: ['page'],
  },
  contrail_table_rows: {
    question: 'disk',
    type: 'gauge',
    labels: ['table'],
    help: 'Rows of the newest version of a table',
    by: ['page'],
  },
  contrail_table_version: {
    question: 'disk',
    type: 'gauge',
    labels: ['table'],
    help: 'The newest version of a table',
    by: ['page'],
  },
  contrail_s3_requests_total: {
    question: 'disk',
    type: 'counter',
    labels: ['operation', 'status'],
    help: 'Requests of this process to the store of the lake; status none: no answer',
    by: LAKE,
    when: 'with a lake on S3',
  },
  contrail_s3_seconds_total: {
    question: 'disk',
    type: 'counter',
    labels: ['operation'],
    help: 'How long they took together',
    by: LAKE,
    when: 'with a lake on S3',
  },
  contrail_s3_sent_bytes_total: {
    question: 'disk',
    type: 'counter',
    labels: [],
    help: 'Bytes sent to the store of the lake',
    by: LAKE,
    when: 'with a lake on S3',
  },
  contrail_s3_received_bytes_total: {
    question: 'disk',
    type: 'counter',
    labels: [],
    help: 'Bytes received from the store of the lake',
    by: LAKE,
    when: 'with a lake on S3',
  },

  contrail_source_state: {
    question: 'sources',
    type: 'gauge',
    labels: ['source', 'state'],
    help: '1 for the present state of a source, else 0: waiting (nothing came yet, or the topic is away), ok (it keeps its pace), delayed (it missed two polls), stale (more), failed (it says so), ended',
    by: ALL,
  },
  contrail_source_age_seconds: {
    question: 'sources',
    type: 'gauge',
    labels: ['source'],
    help: 'Age of the newest answer of a source, by the time in it',
    by: LAKE,
    when: 'where answers have a time',
  },
  contrail_source_pace_seconds: {
    question: 'sources',
    type: 'gauge',
    labels: ['source'],
    help: 'Time from one answer of a source to the next, as observed or told',
    by: LAKE,
    when: 'once there were two answers',
  },
  contrail_source_next_poll_timestamp_seconds: {
    question: 'sources',
    type: 'gauge',
    labels: ['source'],
    help: 'When a source asks next',
    by: ALL,
    when: 'where it knows',
  },
  contrail_source_credits_left: {
    question: 'sources',
    type: 'gauge',
    labels: ['source'],
    help: 'Credits that a source has left until its next refill',
    by: ALL,
    when: 'with a source that counts credits',
  },
  contrail_source_events_total: {
    question: 'sources',
    type: 'counter',
    labels: ['source', 'event'],
    help: 'How often a thing happened since a source began, as requests, answers, status_429; docs/feeds.md lists them',
    by: ALL,
    when: 'with a source that counts',
  },
  contrail_produce_polls_total: {
    question: 'sources',
    type: 'counter',
    labels: ['source'],
    help: 'Polls that are in the topic, or in the spool before it',
    by: ['produce'],
  },
  contrail_produce_messages_total: {
    question: 'sources',
    type: 'counter',
    labels: ['source'],
    help: 'Their messages',
    by: ['produce'],
  },

  contrail_dashboard_clients: {
    question: 'process',
    type: 'gauge',
    labels: [],
    help: 'Open live sockets',
    by: ['page'],
  },
  contrail_dashboard_tick: {
    question: 'process',
    type: 'gauge',
    labels: [],
    help: 'Number of the last change of the picture',
    by: ['page'],
  },
  contrail_dashboard_frames_total: {
    question: 'process',
    type: 'counter',
    labels: ['kind'],
    help: 'Live frames sent, by kind',
    by: ['page'],
    when: 'once a page is open',
  },
  contrail_dashboard_frame_bytes_total: {
    question: 'process',
    type: 'counter',
    labels: ['kind'],
    help: 'Bytes of live frames sent, by kind',
    by: ['page'],
    when: 'once a page is open',
  },
  contrail_dashboard_requests_total: {
    question: 'process',
    type: 'counter',
    labels: ['method', 'status'],
    help: 'HTTP requests answered',
    by: ['page'],
  },
  contrail_dashboard_lake_failures_total: {
    question: 'process',
    type: 'counter',
    labels: ['table'],
    help: 'Failed reads of a table, which are tried again',
    by: ['page'],
    when: 'once a read has failed',
  },
  process_resident_memory_bytes: {
    question: 'process',
    type: 'gauge',
    labels: [],
    help: 'Resident memory of the process',
    by: ALL,
  },
  process_cpu_seconds_total: {
    question: 'process',
    type: 'counter',
    labels: [],
    help: 'CPU time of the process, user and system',
    by: ALL,
  },
  process_start_time_seconds: {
    question: 'process',
    type: 'gauge',
    labels: [],
    help: 'When the process began, seconds since 1970',
    by: ALL,
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

/** The labels of a metric. */
export type LabelsOf<N extends MetricName> = Readonly<Record<(typeof METRICS)[N]['labels'][number], string>>;
