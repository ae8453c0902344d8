/** Glyph families of the map, by the index that {@link glyphOf} gives. */
export const KINDS = ['jet', 'light', 'rotor', 'glider', 'ground'] as const;
export type Kind = (typeof KINDS)[number];

/** Index into {@link KINDS} of an emitter category (OpenSky's numbers); an unknown category is drawn as a jet. */
export function glyphOf(category: number, onGround: boolean): number {
  if (category >= 16) return 4;
  if (category === 8) return 2;
  if (category === 9 || category === 10 || category === 11 || category === 12) return 3;
  if (category === 2 || category === 14) return 1;
  return onGround && category === 0 ? 4 : 0;
}
