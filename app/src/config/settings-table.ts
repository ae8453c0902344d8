import { SETTING_NAMES, VARIABLES } from './variables.ts';
import type { SettingName } from './variables.ts';

/** One variable, as the documentation shows it. */
export interface SettingRow {
  readonly name: SettingName;
  /** The text that an unset variable stands for; null without a default. */
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
  return `# Settings of contrail. Copy to .env and remove the # of what you change; the environment takes precedence over .env.\n\n${entries.join('\n\n')}\n`;
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

Contrail reads its settings from the environment and from a file \`.env\` in the current folder (\`--env FILE\` names
another file). The environment takes precedence, also with an empty value. An empty value means unset. Contrail runs
without any setting. It reports all problems at once, before anything starts.

Contrail reads the file as Docker Compose reads an \`env_file\`, so that one file means the same to both:

- A line is \`NAME=value\`, with \`export\` before it or not. Of two lines with the same name the last one counts.
- A line that begins with \`#\` is a comment, and so is the text from a \`#\` after a blank: \`abc#def\` is a value,
  \`abc #def\` is \`abc\`. After \`=\`, with blanks between or not, a \`#\` begins a value.
- \`'…'\` means its text as it stands. In \`"…"\` the escapes \`\\n\`, \`\\t\`, \`\\"\`, \`\\\\\` and similar ones work. Both may go over
  several lines. Backticks do not quote.
- \`$NAME\`, \`\${NAME}\` and \`\${NAME:-other}\` insert another variable, but not in \`'…'\`. The value comes from the
  environment, else from the lines above. Write \`$$\` for a dollar sign.

${markdownTable(['name', 'default', 'unit or form', 'meaning'], rows)}

Sizes: \`KB\`, \`MB\`, \`GB\`, \`TB\` are powers of 1000; \`KiB\`, \`MiB\`, \`GiB\`, \`TiB\` powers of 1024. Contrail
never prints secrets: logs and error messages show \`***\` or nothing.

This page and \`.env.example\` are made from \`app/src/config/variables.ts\`; after a change there, write them again
with \`vitest run app/test/config --update\`.
`;
}

/** A table with its columns aligned, as the formatter leaves it. */
function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
