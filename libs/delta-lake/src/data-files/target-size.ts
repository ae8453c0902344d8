/** Bytes of a data file if `delta.targetFileSize` is absent. A file is built in memory. */
const DEFAULT_TARGET_BYTES = 64 * 1024 * 1024;

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};

/**
 * The size at which files are split: `delta.targetFileSize` (`104857600`, `100mb`, `1g`), else 64 MiB or the given
 * default.
 */
export function targetFileBytes(
  configuration: Readonly<Record<string, string>>,
  defaultBytes: number = DEFAULT_TARGET_BYTES,
): number {
  const match = /^(\d+)\s*([kmgt]?)b?$/.exec(
    configuration['delta.targetFileSize']?.trim().toLowerCase() ?? '',
  );
  const bytes = match ? Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1) : 0;
  return bytes > 0 ? bytes : defaultBytes;
}
