/**
 * Contrails in fake time, for `promtool test rules`: which alerts fire in each. A number each minute, in the notation of promtool:
 * `a+bxn` is a, then n times b more; `axn` is a, n times again.
 */
export interface Scenario {
  readonly name: string;
  /** What differs from {@link WELL}; null: that series is not there. */
  readonly series: Readonly<Record<string, string | null>>;
  /** Minute at which is looked. */
  readonly at: number;
  /** All alerts that fire then, and no other. */
  readonly firing: readonly string[];
  /** An alert that must not fire, though it is near. */
  readonly near?: string;
}

const PAGE = 'job="contrail",instance="page"';
const PIPELINE = 'job="contrail",instance="pipeline"';
const PRODUCER = 'job="contrail",instance="producer"';
const always = (value: number): string => `${value}x240`;
const counting = (perMinute: number): string => `0+${perMinute}x240`;
/** A value up to minute 59, and another one from then on. */
const then = (before: string, after: string): string => `${before}x59 ${after}x180`;

/** A Contrail that is well: page and pipeline tell the same, the producer has a source of 10 s. */
export const WELL: Readonly<Record<string, string>> = {
  [`up{${PAGE}}`]: always(1),
  [`up{${PIPELINE}}`]: always(1),
  [`up{${PRODUCER}}`]: always(1),
  [`contrail_dashboard_position_age_seconds{${PAGE}}`]: always(9),
  [`contrail_dashboard_stale_after_seconds{${PAGE}}`]: always(60),
  [`contrail_pipeline_trigger_seconds{${PAGE}}`]: always(1),
  [`contrail_pipeline_trigger_seconds{${PIPELINE}}`]: always(1),
  [`contrail_pipeline_report_age_seconds{${PAGE}}`]: always(4),
  [`contrail_pipeline_report_age_seconds{${PIPELINE}}`]: always(4),
  [`contrail_pipeline_commit_delay_seconds_bucket{le="10",${PAGE}}`]: counting(6),
  [`contrail_pipeline_commit_delay_seconds_bucket{le="300",${PAGE}}`]: counting(6),
  [`contrail_pipeline_commit_delay_seconds_bucket{le="+Inf",${PAGE}}`]: counting(6),
  [`contrail_pipeline_batch_seconds_sum{${PIPELINE}}`]: counting(6),
  [`contrail_pipeline_rows_in_total{${PAGE}}`]: counting(20_000),
  [`contrail_pipeline_rows_in_total{${PIPELINE}}`]: counting(20_000),
  [`contrail_pipeline_rows_quarantined_total{reason="duplicate",${PAGE}}`]: counting(15_000),
  [`contrail_pipeline_rows_quarantined_total{reason="no_position",${PAGE}}`]: counting(1_000),
  [`contrail_pipeline_lag_messages{partition="0",${PAGE}}`]: always(3_000),
  [`contrail_pipeline_lag_messages{partition="1",${PAGE}}`]: always(3_000),
  [`contrail_pipeline_lag_messages{partition="0",${PIPELINE}}`]: always(3_000),
  [`contrail_pipeline_lag_messages{partition="1",${PIPELINE}}`]: always(3_000),
  [`contrail_pipeline_state{state="failed",${PAGE}}`]: always(0),
  [`contrail_pipeline_state{state="blocked",${PAGE}}`]: always(0),
  [`contrail_pipeline_gap_messages_total{${PAGE}}`]: always(300),
  [`contrail_upkeep_failures_total{${PIPELINE}}`]: always(7),
  [`contrail_spool_dropped_polls_total{${PRODUCER}}`]: always(12),
  [`contrail_topic_away_seconds{${PRODUCER}}`]: always(0),
  [`contrail_source_spooled_polls{source="opensky",${PAGE}}`]: always(0),
  [`contrail_source_state{source="opensky",state="ok",${PAGE}}`]: always(1),
  [`contrail_source_state{source="opensky",state="stale",${PAGE}}`]: always(0),
  [`contrail_source_state{source="opensky",state="failed",${PRODUCER}}`]: always(0),
  [`contrail_service_ok{service="kafka",${PAGE}}`]: always(1),
  [`contrail_dashboard_lake_failures_total{table="silver/flights",${PAGE}}`]: always(40),
  [`contrail_disk_free_bytes{${PIPELINE}}`]: '80000000000-1000000x240',
  [`contrail_disk_floor_bytes{${PIPELINE}}`]: always(500_000_000),
  [`contrail_lake_bytes{${PAGE}}`]: always(17e9),
  [`contrail_lake_budget_bytes{${PAGE}}`]: always(20e9),
  [`contrail_table_files{table="silver/flights",${PAGE}}`]: always(300),
  [`contrail_s3_requests_total{operation="GetObject",status="200",${PIPELINE}}`]: counting(60),
  [`contrail_s3_requests_total{operation="GetObject",status="503",${PIPELINE}}`]: counting(2),
};

const POSITION_AGE = `contrail_dashboard_position_age_seconds{${PAGE}}`;
const STALE_AFTER = `contrail_dashboard_stale_after_seconds{${PAGE}}`;
const REPORT_AGE = [
  `contrail_pipeline_report_age_seconds{${PAGE}}`,
  `contrail_pipeline_report_age_seconds{${PIPELINE}}`,
] as const;
const BLOCKED = `contrail_pipeline_state{state="blocked",${PAGE}}`;
const AWAY = `contrail_topic_away_seconds{${PRODUCER}}`;
const ROWS_IN = [
  `contrail_pipeline_rows_in_total{${PAGE}}`,
  `contrail_pipeline_rows_in_total{${PIPELINE}}`,
] as const;
const LAG = `contrail_pipeline_lag_messages{partition="0",${PAGE}}`;
const BUSY = `contrail_pipeline_batch_seconds_sum{${PIPELINE}}`;
const FREE = `contrail_disk_free_bytes{${PIPELINE}}`;
const SOURCE_STALE = `contrail_source_state{source="opensky",state="stale",${PAGE}}`;
const FILES = `contrail_table_files{table="silver/flights",${PAGE}}`;
const LAKE = `contrail_lake_bytes{${PAGE}}`;
const SLOW = `contrail_pipeline_commit_delay_seconds_bucket{le="10",${PAGE}}`;
const CLOCK = `contrail_pipeline_clock_behind_seconds{${PAGE}}`;
const FAILED_READS = `contrail_dashboard_lake_failures_total{table="silver/flights",${PAGE}}`;
const STORE_503 = `contrail_s3_requests_total{operation="GetObject",status="503",${PIPELINE}}`;
const KAFKA = `contrail_service_ok{service="kafka",${PAGE}}`;
const UPKEEP = `contrail_upkeep_failures_total{${PIPELINE}}`;
const NO_POSITION = `contrail_pipeline_rows_quarantined_total{reason="no_position",${PAGE}}`;
const OTHER_KIND = `contrail_pipeline_rows_quarantined_total{reason="other_kind",${PAGE}}`;

/** A poll each 14 minutes: positions age up to the next one, all rows come at once, and the pipeline reads them within the minute. */
const RARE = Array.from({ length: 17 }, () =>
  Array.from({ length: 14 }, (_, minute) => 10 + 60 * minute),
).flat();
const rareCount = (rows: number): string => RARE.map((_, minute) => Math.floor(minute / 14) * rows).join(' ');

export const SCENARIOS: readonly Scenario[] = [
  { name: 'a Contrail that is well', series: {}, at: 200, firing: [] },
  {
    name: 'a source that polls each 840 s and keeps that pace',
    series: {
      [POSITION_AGE]: RARE.join(' '),
      [STALE_AFTER]: always(2_957),
      ...Object.fromEntries(ROWS_IN.map((name) => [name, rareCount(10_000)])),
      [NO_POSITION]: rareCount(500),
      [LAG]: RARE.map((age) => (age === 10 ? 10_000 : 0)).join(' '),
      [BUSY]: rareCount(1),
      [SLOW]: rareCount(1),
      [`contrail_pipeline_commit_delay_seconds_bucket{le="300",${PAGE}}`]: rareCount(1),
      [`contrail_pipeline_commit_delay_seconds_bucket{le="+Inf",${PAGE}}`]: rareCount(1),
      [`contrail_source_age_seconds{source="opensky",${PAGE}}`]: RARE.join(' '),
    },
    at: 195,
    firing: [],
    near: 'ContrailPositionsStale',
  },
  {
    name: 'a process that is gone',
    series: { [`up{${PRODUCER}}`]: then('1', '0') },
    at: 65,
    firing: ['ContrailDown'],
  },
  {
    name: 'one that was restarted',
    series: { [`up{${PRODUCER}}`]: '1x59 0 1x170' },
    at: 61,
    firing: [],
    near: 'ContrailDown',
  },
  {
    name: 'positions that nobody renews',
    series: { [POSITION_AGE]: '9x59 9+60x180' },
    at: 70,
    firing: ['ContrailPositionsStale'],
  },
  {
    name: 'batches that come a minute late',
    series: { [SLOW]: '0x240' },
    at: 60,
    firing: ['ContrailCommitsLate'],
  },
  {
    name: 'the same where each batch waits for a trigger of two minutes',
    series: {
      [SLOW]: '0x240',
      [`contrail_pipeline_trigger_seconds{${PAGE}}`]: always(120),
      [`contrail_pipeline_trigger_seconds{${PIPELINE}}`]: always(120),
    },
    at: 60,
    firing: [],
    near: 'ContrailCommitsLate',
  },
  {
    name: 'a spool without room',
    series: {
      [`contrail_spool_dropped_polls_total{${PRODUCER}}`]: '12x59 12+1x180',
      [AWAY]: '0x59 0+60x180',
    },
    at: 75,
    firing: ['ContrailPollsLost', 'ContrailTopicAway'],
  },
  {
    name: 'the same, told by the source alone',
    series: {
      [`contrail_source_events_total{source="opensky",event="spool_dropped_polls",${PAGE}}`]: '0x59 0+1x180',
    },
    at: 75,
    firing: ['ContrailPollsLost'],
  },
  { name: 'polls lost an hour ago', series: {}, at: 100, firing: [], near: 'ContrailPollsLost' },
  {
    name: 'a topic that is away for three minutes',
    series: {
      [AWAY]: '0x59 60 120 180 0x100',
      [`contrail_source_spooled_polls{source="opensky",${PAGE}}`]: '0x59 6 12 18 0x100',
    },
    at: 62,
    firing: [],
    near: 'ContrailTopicAway',
  },
  {
    name: 'polls that wait, as the page knows them',
    series: { [`contrail_source_spooled_polls{source="opensky",${PAGE}}`]: '0x59 0+6x180' },
    at: 70,
    firing: ['ContrailTopicAway'],
  },
  {
    name: 'messages that were passed over',
    series: { [`contrail_pipeline_gap_messages_total{${PAGE}}`]: then('300', '500') },
    at: 65,
    firing: ['ContrailMessagesPassedOver'],
  },
  { name: 'gaps of last month', series: {}, at: 90, firing: [], near: 'ContrailMessagesPassedOver' },
  {
    name: 'a producer of the other kind',
    series: { [OTHER_KIND]: '0x59 0+2x180' },
    at: 90,
    firing: ['ContrailStrangeMessages'],
  },
  {
    name: 'strange messages that ended',
    series: { [OTHER_KIND]: '0x29 0 40x200' },
    at: 90,
    firing: [],
    near: 'ContrailStrangeMessages',
  },
  {
    name: 'a clock that spoils most rows',
    series: { [NO_POSITION]: counting(12_000) },
    at: 90,
    firing: ['ContrailQuarantineGrows'],
  },
  {
    name: 'two sources of the same aircraft',
    series: { [NO_POSITION]: counting(4_000) },
    at: 90,
    firing: [],
    near: 'ContrailQuarantineGrows',
  },
  {
    name: 'a pipeline that hangs, with a source that is late therefore',
    series: { [REPORT_AGE[0]]: '4x59 4+60x180', [REPORT_AGE[1]]: '4x59 4+60x180' },
    at: 64,
    firing: ['ContrailPipelineSilent'],
  },
  {
    name: 'a dashboard that cannot read the lake, beside a pipeline that is well',
    series: { [REPORT_AGE[0]]: '4x59 4+60x180' },
    at: 100,
    firing: [],
    near: 'ContrailPipelineSilent',
  },
  {
    name: 'a pipeline that ended, so that only the page tells of it',
    series: {
      [REPORT_AGE[0]]: '4x59 4+60x180',
      [REPORT_AGE[1]]: '4x59 stale',
      [`up{${PIPELINE}}`]: then('1', '0'),
    },
    at: 70,
    firing: ['ContrailDown', 'ContrailPipelineSilent'],
  },
  {
    name: 'a pipeline that failed',
    series: { [`contrail_pipeline_state{state="failed",${PAGE}}`]: then('0', '1') },
    at: 62,
    firing: ['ContrailPipelineFailed'],
  },
  {
    name: 'one that failed and was started again at once',
    series: { [`contrail_pipeline_state{state="failed",${PAGE}}`]: '0x59 1 0x170' },
    at: 61,
    firing: [],
    near: 'ContrailPipelineFailed',
  },
  {
    name: 'a pipeline that waits for a service',
    series: { [BLOCKED]: then('0', '1') },
    at: 75,
    firing: ['ContrailPipelineBlocked'],
  },
  {
    name: 'one that waited for five minutes',
    series: { [BLOCKED]: '0x59 1x5 0x170' },
    at: 66,
    firing: [],
    near: 'ContrailPipelineBlocked',
  },
  {
    name: 'a pipeline that is far behind',
    series: { [LAG]: '3000x59 3000+20000x180' },
    at: 90,
    firing: ['ContrailLag'],
  },
  {
    name: 'a backlog that takes five minutes of work',
    series: { [LAG]: '3000x59 100000x4 3000x170' },
    at: 64,
    firing: [],
    near: 'ContrailLag',
  },
  { name: 'a pipeline without a pause', series: { [BUSY]: counting(58) }, at: 65, firing: ['ContrailBusy'] },
  {
    name: 'one that works half of the time',
    series: { [BUSY]: counting(30) },
    at: 65,
    firing: [],
    near: 'ContrailBusy',
  },
  {
    name: 'maintenance that fails each time',
    series: { [UPKEEP]: '7x59 7+1x180' },
    at: 70,
    firing: ['ContrailUpkeepFails'],
  },
  {
    name: 'maintenance that lost to another writer once',
    series: { [UPKEEP]: then('7', '8') },
    at: 70,
    firing: [],
    near: 'ContrailUpkeepFails',
  },
  {
    name: 'Kafka that is away',
    series: { [KAFKA]: then('1', '0') },
    at: 70,
    firing: ['ContrailServiceAway'],
  },
  {
    name: 'Kafka that was restarted',
    series: { [KAFKA]: '1x59 0x2 1x170' },
    at: 61,
    firing: [],
    near: 'ContrailServiceAway',
  },
  {
    name: 'a table that cannot be read',
    series: { [FAILED_READS]: '40x59 40+6x180' },
    at: 70,
    firing: ['ContrailLakeUnreadable'],
  },
  {
    name: 'a few reads that failed',
    series: { [FAILED_READS]: then('40', '45') },
    at: 65,
    firing: [],
    near: 'ContrailLakeUnreadable',
  },
  {
    name: 'a clock that is five minutes ahead',
    series: { [CLOCK]: always(-300) },
    at: 60,
    firing: ['ContrailClockWrong'],
  },
  {
    name: 'one that is 40 s behind',
    series: { [CLOCK]: always(40) },
    at: 60,
    firing: [],
    near: 'ContrailClockWrong',
  },
  { name: 'a full disk', series: { [FREE]: '400000000x240' }, at: 30, firing: ['ContrailDiskFull'] },
  {
    name: 'a disk with just enough room',
    series: { [FREE]: '600000000x240' },
    at: 200,
    firing: [],
    near: 'ContrailDiskFull',
  },
  {
    name: 'a disk that fills by 30 GB a day',
    series: { [FREE]: '80000000000-21000000x240' },
    at: 200,
    firing: ['ContrailDiskFillsUp'],
  },
  {
    name: 'a disk that fills by 20 GB a day',
    series: { [FREE]: '80000000000-14000000x240' },
    at: 200,
    firing: [],
    near: 'ContrailDiskFillsUp',
  },
  {
    name: 'files that nobody compacts',
    series: { [FILES]: '4000+100x240' },
    at: 200,
    firing: ['ContrailManyFiles'],
  },
  {
    name: 'many files at a quick trigger',
    series: { [FILES]: always(4_900) },
    at: 200,
    firing: [],
    near: 'ContrailManyFiles',
  },
  {
    name: 'a lake larger than its budget',
    series: { [LAKE]: then('17000000000', '21000000000') },
    at: 100,
    firing: ['ContrailLakeOverBudget'],
  },
  {
    name: 'a lake above its budget until files are deleted',
    series: { [LAKE]: '17000000000x59 21000000000x10 17000000000x170' },
    at: 75,
    firing: [],
    near: 'ContrailLakeOverBudget',
  },
  {
    name: 'a store that fails often',
    series: { [STORE_503]: counting(20) },
    at: 60,
    firing: ['ContrailStoreFails'],
  },
  {
    name: 'a store that is slow down now and then',
    series: { [STORE_503]: counting(5) },
    at: 60,
    firing: [],
    near: 'ContrailStoreFails',
  },
  {
    name: 'a source that is gone',
    series: { [SOURCE_STALE]: then('0', '1') },
    at: 70,
    firing: ['ContrailSourceLost'],
  },
  {
    name: 'a source that came back',
    series: { [SOURCE_STALE]: '0x59 1x3 0x170' },
    at: 63,
    firing: [],
    near: 'ContrailSourceLost',
  },
];
