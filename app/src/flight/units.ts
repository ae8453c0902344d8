/**
 * The units of receivers, turned into those of a state vector. What is decimal stays so: 161.1 kt are 82.8769284 m/s, not
 * 82.87692840000001.
 */

/** Feet to metres. */
export const feetToMetres = (feet: number): number => exact(feet * 0.3048);

/** Knots to m/s, by the constant that OpenSky's documentation uses; exactly it is 1852/3600. */
export const knotsToMps = (knots: number): number => exact(knots * 0.514444);

/** Feet a minute to m/s. */
export const feetPerMinuteToMps = (rate: number): number => exact(rate * 0.00508);

/** Without what a binary fraction adds after the tenth decimal; no feed sends as many. */
function exact(value: number): number {
  const rounded = Math.round(value * 1e10) / 1e10;
  return Object.is(rounded, -0) ? 0 : rounded;
}
