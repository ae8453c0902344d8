import { messageOf } from '../../errors.ts';
import type { ServiceStatus } from '../protocol.ts';
import { shownSentence } from '../shown.ts';

/** A service outside of this process whose state can be checked. */
export interface WatchedService {
  /** `kafka`, `s3`, `spark`, `spark-master`. */
  readonly name: string;
  readonly title: string;
  /** Where this process reaches it; without secrets. */
  readonly address: string;
  /** For a browser; null where there is none. */
  readonly page: string | null;
  /** Answers a few words on its state; rejects with what is wrong. */
  readonly look: (signal: AbortSignal) => Promise<string>;
}

/** How often each service is checked. */
export const SERVICE_LOOK_MS = 15_000;
/** How long it may take to answer. */
export const SERVICE_PATIENCE_MS = 10_000;

/** The answer of a service. @throws what is wrong with it, or that it did not answer in time */
export async function askService(
  service: WatchedService,
  options: { readonly signal?: AbortSignal; readonly patienceMs?: number } = {},
): Promise<string> {
  const { signal, patienceMs = SERVICE_PATIENCE_MS } = options;
  const late = AbortSignal.timeout(patienceMs);
  const silence = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () =>
      reject(new Error(`${service.address} did not answer within ${patienceMs / 1000} s.`)),
    );
  });
  return Promise.race([service.look(signal === undefined ? late : AbortSignal.any([late, signal])), silence]);
}

/** Checks services regularly, each on its own, until the signal fires. */
export class ServiceWatch {
  readonly #services: readonly WatchedService[];
  readonly #clock: () => number;
  readonly #onChange: () => void;
  /** By name, once it was checked. */
  readonly #seen = new Map<string, Pick<ServiceStatus, 'state' | 'found'> & { readonly at_ms: number }>();

  /** @param onChange is called when a service is in another state than before */
  constructor(services: readonly WatchedService[], clock: () => number, onChange: () => void) {
    this.#services = services;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  statuses(): readonly ServiceStatus[] {
    return this.#services.map(({ name, title, address, page }) => {
      const { state = 'waiting', found = null, at_ms } = this.#seen.get(name) ?? {};
      const age_s = at_ms === undefined ? null : Math.max(0, (this.#clock() - at_ms) / 1000);
      return {
        name,
        title,
        address,
        page,
        state,
        found: found === null ? null : shownSentence(found),
        age_s,
      };
    });
  }

  /** Checks all of them once. Never rejects. A service that is being checked when the signal fires keeps its state. */
  async look(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#services.map((service) => this.#lookAt(service, signal)));
  }

  async #lookAt(service: WatchedService, signal: AbortSignal): Promise<void> {
    const before = this.#seen.get(service.name)?.state;
    const seen = await askService(service, { signal }).then(
      (found) => ({ state: 'ok' as const, found }),
      (error: unknown) => ({
        state: 'failed' as const,
        found: messageOf(error),
      }),
    );
    if (signal.aborted) return;
    this.#seen.set(service.name, { ...seen, at_ms: this.#clock() });
    if (seen.state !== before) this.#onChange();
  }
}
