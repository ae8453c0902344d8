/**
 * Converts the units of receivers into those of a state vector. Decimal values stay exact: 161.1 kt is 82.8769284 m/s,
 * not 82.87692840000001.
 */

/** Feet to metres. */
export const feetToMetres = (feet: number): number => exact(feet * 0.3048);

/** Knots to m/s, by the constant that OpenSky's documentation uses; exactly it is 1852/3600. */
export const knotsToMps = (knots: number): number => exact(knots * 0.514444);

/** Feet a minute to m/s. */
export const feetPerMinuteToMps = (rate: number): number => exact(rate * 0.00508);

/** Removes what binary fractions add after the tenth decimal; no feed sends as many decimals. */
function exact(value: number): number {
  const rounded = Math.round(value * 1e10) / 1e10;
  return Object.is(rounded, -0) ? 0 : rounded;
}
