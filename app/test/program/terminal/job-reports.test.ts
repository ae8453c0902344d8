import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { JobReports } from '../../../src/program/terminal/job-reports.ts';

describe('reports of jobs', () => {
  it('are a line for a person and one of the log, and name the micro-batch', () => {
    const logged: unknown[] = [];
    const shown: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line) => logged.push(JSON.parse(line)) });
    const jobs = new JobReports(log, (line) => shown.push(line));
    jobs.begin(3);
    jobs.report({ makes: 'silver/flights', tasks: 0, completedTasks: 0 });
    jobs.report({ makes: 'silver/flights', tasks: 12, completedTasks: 5 });
    jobs.begin(4);
    jobs.report({ makes: 'batch', tasks: 1, completedTasks: 0 });
    expect(shown).toEqual([
      'micro-batch 3: silver/flights, 41 % of 12 tasks',
      'micro-batch 4: batch, 0 % of 1 task',
    ]);
    expect(logged).toMatchObject([
      { batch_id: 3, makes: 'silver/flights', tasks: 12, completed_tasks: 5, msg: 'job' },
      { batch_id: 4, makes: 'batch', tasks: 1, completed_tasks: 0 },
    ]);
  });
});
