import type { TableDefinition } from '../app/src/lake/table.ts';
import { sqlName } from '../app/src/lake/tables.ts';

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

${sections.join('\n\n')}

---

Made from the definitions in \`app/src/lake/\`; after a change there, write it again with
\`npx vitest run test/tables.test.ts --update\`.
`;
}

const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** A table with its columns aligned, as the formatter leaves it. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
