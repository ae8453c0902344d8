import type { Theme } from '../map/ramp.ts';
import { FIRST_COLUMNS, parseColumns, type ColumnName } from '../list/columns.ts';
import type { Units } from '../text/format.ts';

const THEME_KEY = 'contrail.theme';
const UNITS_KEY = 'contrail.units';
const COLUMNS_KEY = 'contrail.columns';
const LOCAL_TIME_KEY = 'contrail.local-time';
const SHORTCUTS_KEY = 'contrail.shortcuts';

/** The user's preferences, kept in this browser. Without a chosen theme the page follows the system. */
export class Preferences {
  units: Units = $state('metric');
  /** Of the list. */
  columns: readonly ColumnName[] = $state.raw(FIRST_COLUMNS);
  /** Whether local time stands beside UTC. */
  localTime = $state(false);
  /** Whether single keys do what shell/keys.ts says. */
  shortcuts = $state(true);
  /** True under prefers-reduced-motion. */
  calm = $state(false);
  #chosen: Theme | null = $state(null);
  #system: Theme = $state('dark');
  readonly #storage: Storage | null;
  readonly #root: HTMLElement;

  constructor(window: Window) {
    this.#storage = storageOf(window);
    this.#root = window.document.documentElement;
    const theme = this.#storage?.getItem(THEME_KEY);
    this.#chosen = theme === 'dark' || theme === 'light' ? theme : null;
    this.units = this.#storage?.getItem(UNITS_KEY) === 'aviation' ? 'aviation' : 'metric';
    this.columns = parseColumns(this.#storage?.getItem(COLUMNS_KEY) ?? null);
    this.localTime = this.#storage?.getItem(LOCAL_TIME_KEY) === 'yes';
    this.shortcuts = this.#storage?.getItem(SHORTCUTS_KEY) !== 'off';
    const light = window.matchMedia('(prefers-color-scheme: light)');
    const calm = window.matchMedia('(prefers-reduced-motion: reduce)');
    const follow = (): void => {
      this.#system = light.matches ? 'light' : 'dark';
      this.calm = calm.matches;
    };
    light.addEventListener('change', follow);
    calm.addEventListener('change', follow);
    follow();
    this.#show();
  }

  get theme(): Theme {
    return this.#chosen ?? this.#system;
  }

  setTheme(theme: Theme): void {
    this.#chosen = theme;
    this.#storage?.setItem(THEME_KEY, theme);
    this.#show();
  }

  setUnits(units: Units): void {
    this.units = units;
    this.#storage?.setItem(UNITS_KEY, units);
  }

  setColumns(columns: readonly ColumnName[]): void {
    this.columns = columns;
    this.#storage?.setItem(COLUMNS_KEY, columns.join(','));
  }

  setLocalTime(isShown: boolean): void {
    this.localTime = isShown;
    this.#storage?.setItem(LOCAL_TIME_KEY, isShown ? 'yes' : 'no');
  }

  setShortcuts(areOn: boolean): void {
    this.shortcuts = areOn;
    this.#storage?.setItem(SHORTCUTS_KEY, areOn ? 'on' : 'off');
  }

  #show(): void {
    if (this.#chosen !== null) this.#root.dataset['theme'] = this.#chosen;
  }
}

/** A browser may forbid storage; then a choice lasts as long as the page. */
function storageOf(window: Window): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
