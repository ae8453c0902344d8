import { stamp } from '../text/time.ts';

/** `contrail-aircraft-2026-11-23T044902Z.csv`: what it is, and of which time (epoch seconds). */
export function fileName(what: string, time: number, ending: string): string {
  const moment = stamp(time)?.replaceAll(':', '');
  return `contrail-${[what, moment].filter((part) => part !== undefined).join('-')}.${ending}`;
}

/** Has the browser save a file. */
export function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
