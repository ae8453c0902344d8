import type { TableDefinition } from '../app/src/lake/table.ts';
import { sqlName } from '../app/src/lake/tables.ts';
import { markdownTable } from './markdown-table.ts';

/** The text of docs/tables.md, made from the table definitions in app/src/lake. */
export function tablesPage(tables: readonly TableDefinition[]): string {
  const sections = tables.map((table) => {
    const properties = Object.entries(table.properties).map(([name, value]) => `\`${name}\` = ${value}`);
    const facts = [
      `- in SQL: \`${sqlName(table)}\``,
      `- key: ${list(table.key)}`,
      `- partitioned by: ${table.partitionColumns.length === 0 ? 'nothing' : list(table.partitionColumns)}`,
      `- table properties: ${properties.length === 0 ? 'none of its own' : properties.join(', ')}`,
    ];
    const columns = table.columns.map(({ name, type }) => [`\`${name}\``, type]);
    return `## \`${table.name}\`\n\n${table.grain}\n\n${facts.join('\n')}\n\n${markdownTable(['column', 'type'], columns)}`;
  });
  return `# Tables

Every table is a Delta table below \`DATA_DIR/lake/\`, or in the bucket of a lake on S3. Other programs may rely on the names
and types here; Contrail may add columns at the end. Units are metres, m/s (km/h where the name ends in \`_kmh\`), degrees
and seconds; times are UTC. \`timestamp\` is a Delta \`timestamp\`: microseconds, UTC. An unknown value is null, never 0 or an
empty text.

Every table also has the property \`contrail.simulated\`: \`true\` where the positions are invented. The SELECTs in
\`app/src/pipeline/sql/\`, one file per table, say how the rows come about.

## Phases and quality

No row is dropped for its quality: columns say what is known of it. They are null in the rows that a former version wrote.

- **Age** (Silver): \`position_age_s\` and \`contact_age_s\` are the ages of a position and of the last contact in the answer
  that held them; \`is_stale\` says that the position was older than 15 s. They are null where the feed does not say the
  time of its answer. \`source\` is which of several sources a row came from.
- **From receivers** (Bronze and Silver): \`registration\`, \`type_code\`, \`nic\`, \`nac_p\`, \`rssi\` (dBFS), where a feed has
  them. A message may use these names, and \`source\`, for something else: a value of another type reads as null.
- **Flight phase** (Silver_ML): by the fuzzy rules of OpenAP over the means of the phase window: the row and those of the up
  to 4 rows before it that are at most 30 s older, back to where \`on_ground\` changed. Where none of them has a vertical rate, the
  change of altitude since the row before stands in, if that is at most 120 s old. Within 5 km of an airport, GROUND is
  judged by the height above it. \`contrail.phase_rule\` is 2; rows of rule 1, which took the 5 rows whatever their age,
  keep their phase.
- **Movement** (Silver_ML): \`distance_m\` and \`implied_speed_kmh\` are those since the row before; \`is_repeat\`: in the same
  place; \`is_jump\`: further than its speed allows, with 30 %, 2 s and 500 m to spare; \`is_altitude_jump\`: more than 61 m/s
  with 2 s and 150 m to spare; \`is_frozen\`: in one place for 3 rows at more than 110 km/h; \`is_speed_conflict\`: above
  7,620 m at less than 185 km/h. In all of them an unknown \`on_ground\` counts as false, and an unknown number makes no
  conflict. \`window_seconds\` is how far the 5 rows reach back, \`height_above_airport_m\` the altitude above the nearest
  airport.
- **Gold** counts records in \`record_count\`, \`avg_velocity_kmh\` and \`avg_altitude_m\`, so a feed of 1 s weighs more than one
  of 86 s. \`airborne_count\`, \`aircraft_avg_velocity_kmh\` and \`aircraft_avg_altitude_m\` count aircraft that fly, each
  once, by their own means without stale rows; \`stale_count\` is the number of stale rows. Rows of which nobody knows
  whether they are stale count as not stale.

${sections.join('\n\n')}

---

Made from the definitions in \`app/src/lake/\`; after a change there, write it again with
\`npx vitest run test/tables.test.ts --update\`.
`;
}

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
