import { type Figure, single } from './exposition.ts';

/** What a process says of itself. */
export const processFigures = (): readonly Figure[] => {
  const { user, system } = process.cpuUsage();
  return [
    single('process_resident_memory_bytes', process.memoryUsage.rss()),
    single('process_cpu_seconds_total', (user + system) / 1e6),
    // By the clocks of the system: the process began when its monotonic clock was 0.
    single('process_start_time_seconds', performance.timeOrigin / 1000),
  ];
};
