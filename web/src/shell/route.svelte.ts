import { isNewEntry, stepOf, type Address, type Parameters, type Step } from '../state/address.ts';
import { addressOf, pageOf, sharedOf, type PageName } from './address.ts';

/** The current page and the parameters of the address, reactive. */
export class Route implements Address {
  page: PageName = $state('map');
  #parameters: URLSearchParams = $state.raw(new URLSearchParams());
  readonly #window: Window;
  readonly #changed = new Set<() => void>();

  constructor(window: Window) {
    this.#window = window;
    this.#read();
    window.addEventListener('popstate', () => this.#read());
  }

  /** A parameter of the address, or null. */
  get(name: string): string | null {
    return this.#parameters.get(name);
  }

  /** The address of a page with what stays when the page changes, and with parameters of its own. */
  addressOf(page: PageName, parameters: Parameters = {}): string {
    return addressOf(page, { ...sharedOf((name) => this.get(name)), ...parameters });
  }

  /** Opens that address; a new step in the history. */
  open(page: PageName, parameters: Parameters = {}): void {
    this.#window.history.pushState(null, '', this.addressOf(page, parameters));
    this.#read();
  }

  /** A click on a link to a page: a plain one stays in this document; with a modifier the browser opens it its own way. */
  follow(event: MouseEvent, page: PageName): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.open(page);
  }

  set(changes: Parameters, step: Step): void {
    const { history, location, document } = this.#window;
    const address = addressOf(this.page, { ...Object.fromEntries(this.#parameters), ...changes });
    if (new URL(address, document.baseURI).href === location.href) return;
    if (isNewEntry(step, stepOf(history.state))) history.pushState({ step }, '', address);
    else history.replaceState(history.state, '', address);
    this.#read();
  }

  onChange(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  #read(): void {
    const { pathname, search } = this.#window.location;
    this.page = pageOf(pathname);
    this.#parameters = new URLSearchParams(search);
    for (const listener of this.#changed) listener();
  }
}
