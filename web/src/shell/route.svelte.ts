import { addressOf, pageOf, type PageName } from './address.ts';

/** The current page and the parameters of the address, reactive. */
export class Route {
  page: PageName = $state('map');
  #parameters: URLSearchParams = $state.raw(new URLSearchParams());
  readonly #window: Window;

  constructor(window: Window) {
    this.#window = window;
    this.#read();
    window.addEventListener('popstate', () => this.#read());
  }

  /** A parameter of the address, or null. */
  get(name: string): string | null {
    return this.#parameters.get(name);
  }

  /** Opens a page with its own parameters only; a new step in the history. */
  open(page: PageName, parameters: Readonly<Record<string, string | null>> = {}): void {
    this.#window.history.pushState(null, '', addressOf(page, parameters));
    this.#read();
  }

  /** Changes parameters of this page. With `step`, Back undoes it; else the address is only updated. */
  set(changes: Readonly<Record<string, string | null>>, step: boolean): void {
    const next: Record<string, string | null> = Object.fromEntries(this.#parameters);
    Object.assign(next, changes);
    const address = addressOf(this.page, next);
    if (new URL(address, this.#window.document.baseURI).href === this.#window.location.href) return;
    if (step) this.#window.history.pushState(null, '', address);
    else this.#window.history.replaceState(null, '', address);
    this.#read();
  }

  #read(): void {
    const { pathname, search } = this.#window.location;
    this.page = pageOf(pathname);
    this.#parameters = new URLSearchParams(search);
  }
}
