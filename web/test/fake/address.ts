import { isNewEntry, type Address, type Parameters, type Step } from '../../src/state/address.ts';

/** An address without a browser: its entries, and Back. */
export class FakeAddress implements Address {
  readonly #entries: { parameters: Record<string, string>; step: Step }[];
  readonly #changed = new Set<() => void>();

  constructor(parameters: Record<string, string> = {}) {
    this.#entries = [{ parameters, step: null }];
  }

  get entries(): number {
    return this.#entries.length;
  }

  get parameters(): Readonly<Record<string, string>> {
    return this.#entries.at(-1)?.parameters ?? {};
  }

  get(name: string): string | null {
    return this.parameters[name] ?? null;
  }

  set(changes: Parameters, step: Step): void {
    const last = this.#entries.at(-1);
    const next = Object.entries({ ...last?.parameters, ...changes }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    );
    const parameters = Object.fromEntries(next);
    if (isNewEntry(step, last?.step ?? null)) this.#entries.push({ parameters, step });
    else if (last !== undefined) last.parameters = parameters;
    this.#tell();
  }

  back(): void {
    this.#entries.pop();
    this.#tell();
  }

  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#changed) listener();
  }
}
