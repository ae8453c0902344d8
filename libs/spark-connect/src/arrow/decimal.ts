/** An unscaled value as plain text with exactly `scale` digits after the point: (-5n, 2) is `-0.05`. */
export function formatDecimal(unscaled: bigint, scale: number): string {
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** What plain text such as `-12.50` says: the digits without the point, and how many of them follow it. */
export function parseDecimal(
  text: string,
): { readonly unscaled: bigint; readonly scale: number } | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  return { unscaled: BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`), scale: fraction.length };
}

/** The unscaled value of plain text at a given scale, or undefined when it has more digits than that. */
export function unscaledAt(text: string, precision: number, scale: number): bigint | undefined {
  const parsed = parseDecimal(text);
  if (parsed === undefined) return undefined;
  const shift = scale - parsed.scale;
  const divisor = 10n ** BigInt(Math.max(0, -shift));
  if (parsed.unscaled % divisor !== 0n) return undefined;
  const unscaled = (parsed.unscaled / divisor) * 10n ** BigInt(Math.max(0, shift));
  const limit = 10n ** BigInt(precision);
  return unscaled > -limit && unscaled < limit ? unscaled : undefined;
}
