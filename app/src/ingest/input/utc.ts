/** `14:05:10 UTC`, with the date when it is another UTC day than that of `nowMs`. */
export function utc(atMs: number, nowMs: number): string {
  const [day, time] = new Date(atMs).toISOString().split('T') as [string, string];
  const clock = `${time.slice(0, 8)} UTC`;
  return new Date(nowMs).toISOString().startsWith(day) ? clock : `${day} ${clock}`;
}
