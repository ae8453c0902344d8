import type { DataFile } from './engine.ts';

/** Groups files with equal constants: an engine reads each group as one relation. */
export function groupByConstants(files: readonly DataFile[]): readonly (readonly DataFile[])[] {
  const groups = Map.groupBy(files, (file) =>
    JSON.stringify(file.constants ?? {}, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    ),
  );
  return [...groups.values()];
}
