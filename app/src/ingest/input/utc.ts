/** `14:05:10 UTC`, with the date when it is another UTC day than that of `nowMs`. */
export function utc(atMs: number, nowMs: number): string {
  const [day, time] = new Date(atMs).toISOString().split('T') as [string, string];
  const clock = `${time.slice(0, 8)} UTC`;
  return new Date(nowMs).toISOString().startsWith(day) ? clock : `${day} ${clock}`;
}

/** `14:05:10 UTC (in 2 h 5 min)`. */
export function untilWords(atMs: number, nowMs: number): string {
  const minutes = Math.ceil((atMs - nowMs) / 60_000);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const long = [...(hours > 0 ? [`${hours} h`] : []), ...(rest > 0 || hours === 0 ? [`${rest} min`] : [])];
  return `${utc(atMs, nowMs)} (in ${long.join(' ')})`;
}
