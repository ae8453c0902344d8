import type { Clock } from './clock.ts';
import { SparkConnectError } from './errors.ts';

const ATTEMPTS = 40;
const PAUSE_MS = 250;
/** How many looks in a row must find no job: a job that was planned during the interrupt appears a moment later. */
const QUIET_LOOKS = 4;

/** A Spark job that runs now. */
export interface RunningJob {
  readonly jobId: number;
  readonly description: string;
  /** Spark Connect's own, with user, session and operation id in them, and those of the caller. */
  readonly tags: readonly string[];
}

/** Shows which jobs run, and ends them. */
export interface JobWatch {
  /** The jobs that run and have a tag with `part` in it: an operation id, a session id. */
  runningJobs(part: string, signal?: AbortSignal): Promise<readonly RunningJob[]>;
  /** Asks Spark to end a job; it does so a moment later. */
  killJob(jobId: number, signal?: AbortSignal): Promise<void>;
}

/**
 * The page of a Spark application (port 4040). It shows which jobs run; Spark Connect itself does not. Source: Spark,
 * "Monitoring and Instrumentation", REST API; a job is killed through the same address as the link on the page.
 */
export class ApplicationPage implements JobWatch {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  #applicationId: string | undefined;

  constructor(url: string, fetchPage: typeof fetch = fetch) {
    this.#url = url.replace(/\/+$/, '');
    this.#fetch = fetchPage;
  }

  async runningJobs(part: string, signal?: AbortSignal): Promise<readonly RunningJob[]> {
    this.#applicationId ??= await this.#findApplication(signal);
    const path = `/api/v1/applications/${this.#applicationId}/jobs?status=running`;
    const jobs = (await this.#get(path, signal)) as readonly {
      readonly jobId: number;
      readonly description?: string;
      readonly name: string;
      readonly jobTags?: readonly string[];
    }[];
    return jobs
      .map(({ jobId, description, name, jobTags = [] }) => ({
        jobId,
        description: description ?? name,
        tags: jobTags,
      }))
      .filter(({ tags }) => tags.some((tag) => tag.includes(part)));
  }

  async killJob(jobId: number, signal?: AbortSignal): Promise<void> {
    const init = { method: 'POST', redirect: 'manual', signal: signal ?? null } as const;
    await this.#request(`/jobs/job/kill/?id=${jobId}`, init);
  }

  async #findApplication(signal: AbortSignal | undefined): Promise<string> {
    const [application] = (await this.#get('/api/v1/applications', signal)) as readonly {
      readonly id: string;
    }[];
    if (application === undefined) throw this.#unavailable('it knows no application');
    return application.id;
  }

  async #get(path: string, signal: AbortSignal | undefined): Promise<unknown> {
    const response = await this.#request(path, { signal: signal ?? null });
    if (!response.ok) throw this.#unavailable(`${path} answered ${response.status}`);
    return response.json();
  }

  async #request(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(`${this.#url}${path}`, init);
    } catch (error) {
      if (init.signal?.aborted === true) throw init.signal.reason;
      throw this.#unavailable(`${path} could not be reached`, error);
    }
  }

  #unavailable(found: string, cause?: unknown): SparkConnectError {
    return new SparkConnectError(
      'server-unavailable',
      `Asking Spark's application page ${this.#url}: ${found}`,
      { cause },
    );
  }
}

/**
 * Kills the jobs of an operation that still run, and waits until none does.
 * @throws SparkConnectError query-failed when some still run after about ten seconds.
 */
export async function endJobs(page: JobWatch, operationId: string, clock: Clock): Promise<void> {
  let quiet = 0;
  let running: readonly RunningJob[] = [];
  for (let attempt = 0; attempt < ATTEMPTS && quiet < QUIET_LOOKS; attempt += 1) {
    if (attempt > 0) await clock.sleep(PAUSE_MS);
    running = await page.runningJobs(operationId);
    quiet = running.length === 0 ? quiet + 1 : 0;
    await Promise.all(running.map(({ jobId }) => page.killJob(jobId)));
  }
  if (running.length === 0) return;
  const jobs = running.map(({ jobId }) => jobId);
  throw new SparkConnectError(
    'query-failed',
    `Stopping an operation: it was interrupted, but its jobs ${jobs.join(', ')} still run; end them on Spark's application page`,
    { facts: { operationId, jobs } },
  );
}
