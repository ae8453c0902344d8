/** One resolution: its name in `world-atlas`, tiles per side, units per side. */
export interface Level {
  readonly name: string;
  readonly grid: number;
  readonly extent: number;
}
export const LEVELS: readonly [Level, Level, Level];
export function encodeBasemap(level: Level): Uint8Array;
export function buildBasemap(directory: URL): Readonly<Record<string, number>>;
export function basemapStamp(): string;
