const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const SIZE_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** `500ms`, `5s`, `2m`, `1.5h`, `7d` in whole milliseconds; null when the text is not a duration above 0. */
export function parseDuration(text: string): number | null {
  return parseQuantity(text, DURATION_MS);
}

/**
 * `512MB` (powers of 1000) or `8GiB` (powers of 1024), upper or lower case, in whole bytes; null as for {@link
 * parseDuration}.
 */
export function parseSize(text: string): number | null {
  return parseQuantity(text.toLowerCase(), SIZE_BYTES);
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(\d+(?:\.\d+)?) ?([a-z]+)$/.exec(text);
  const unit = Object.entries(units).find(([name]) => name === match?.[2])?.[1];
  if (match === null || unit === undefined) return null;
  const value = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(value) && value > 0 ? value : null;
}
