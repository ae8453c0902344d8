import { SETTING_NAMES, VARIABLES } from './variables.ts';
import type { SettingName } from './variables.ts';

/** One variable, as the documentation shows it. */
export interface SettingRow {
  readonly name: SettingName;
  /** The text that stands in for an unset variable; null when there is none. */
  readonly standard: string | null;
  /** What an unset variable means: its default, or a few words. */
  readonly default: string;
  /** Unit or form of the text. */
  readonly unit: string;
  readonly meaning: string;
  readonly isSecret: boolean;
}

/** Every variable, in the order of the documentation. */
export function settingsTable(): readonly SettingRow[] {
  return SETTING_NAMES.map((name) => {
    const { standard, unset, unit, meaning, isSecret } = VARIABLES[name];
    return {
      name,
      standard,
      default: standard ?? unset ?? 'none',
      unit,
      meaning,
      isSecret: isSecret === true,
    };
  });
}

/** The text of `.env.example`: every variable commented out, so that a copy changes nothing. */
export function envExample(): string {
  const entries = settingsTable().map(({ name, standard, default: unset, unit, meaning }) =>
    [
      `# ${meaning}`,
      `# ${unit}${standard === null ? `; unset: ${unset}` : ''}`,
      `#${name}=${standard ?? ''}`,
    ].join('\n'),
  );
  return `# Settings of contrail. Copy to .env and remove the # of what you change; the environment wins over .env.\n\n${entries.join('\n\n')}\n`;
}

/** The text of docs/settings.md. */
export function settingsMarkdown(): string {
  const rows = settingsTable().map((row) => [
    `\`${row.name}\``,
    row.standard === null ? row.default : `\`${row.standard}\``,
    row.unit,
    row.meaning,
  ]);
  return `# Settings

Read from the environment and from a file \`.env\` in the current folder; the environment wins, also with an empty
value. An empty value means unset. Everything runs with no setting at all. All problems are reported at once, before
anything starts.

The file is read as Docker Compose reads an \`env_file\`, so that one file means the same to both:

- \`NAME=value\`, with \`export\` before it or not; of two lines with one name the last one counts. A line that begins with
  \`#\` is a comment, and so is what follows \`#\` after a blank: \`abc#def\` is a value, \`abc #def\` is \`abc\`. After
  \`=\`, with blanks between or not, a \`#\` begins a value.
- \`'…'\` is taken as it stands, \`"…"\` with \`\\n\`, \`\\t\`, \`\\"\`, \`\\\\\` and their like; both may go over several lines. Backticks are no quotes.
- \`$NAME\`, \`\${NAME}\` and \`\${NAME:-other}\` put in another variable, but not in \`'…'\`; the environment is asked first, then the lines
  above. A dollar sign itself is \`$$\`.

${markdownTable(['name', 'default', 'unit or form', 'meaning'], rows)}

Sizes: \`KB\`, \`MB\`, \`GB\`, \`TB\` are powers of 1000; \`KiB\`, \`MiB\`, \`GiB\`, \`TiB\` powers of 1024. Secrets
are never printed: logs and error messages show \`***\` or nothing.

This page and \`.env.example\` are made from \`app/src/config/variables.ts\`; after a change there, write them anew with
\`vitest run app/test/config --update\`.
`;
}

/** A table with its columns aligned, as the formatter leaves it. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
