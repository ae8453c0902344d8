import type { Position } from 'contrail/wire/great-circle';
import { encodeIcao24 } from 'contrail/wire/units';
import type { Picture } from '../live/picture.ts';
import type { Address } from '../state/address.ts';
import type { Selection } from '../state/selection.ts';
import { Store } from '../state/store.ts';
import type { Around } from './column.ts';
import type { ColumnName } from './columns.ts';
import { GONE, Rows } from './rows.ts';
import { formatSort, parseSort, sortedBy, sortSlots, type Sort } from './sort.ts';

/** Which aircraft are listed: those in view, or all that the filter shows. */
export type Scope = 'view' | 'all';

/** Why the order is held: the pointer or the keyboard is in the list, or somebody goes through it by keys. */
export type Hold = 'pointer' | 'keyboard' | 'steps';

/** What the list is; a new value after each change of its rows. */
export interface Listed {
  /** Null: the list is closed. */
  readonly scope: Scope | null;
  readonly sort: Sort;
  readonly isHeld: boolean;
  /** How many aircraft belong into the list now; while the order is held, some of them have no row in it yet, or others still have one. */
  readonly number: number;
  /** Rows that the order does not know yet: they came while it was held. */
  readonly added: number;
}

/** What the list needs from outside. */
export interface ListPorts {
  readonly address: Address;
  readonly picture: Picture;
  readonly selection: Selection;
  /** What the filter shows, by slot: see filter/visible.ts. */
  readonly visible: Uint8Array;
  /** The time of the picture, epoch seconds. */
  readonly now: () => number;
  readonly who: Around['who'];
  readonly airlineOf: Around['airlineOf'];
}

/** The map, as far as the list asks it. */
export interface Sight {
  /** Whether an aircraft is in view, by slot. */
  readonly isInView: (slot: number) => boolean;
  readonly middle: () => Position;
}

/**
 * The list of aircraft: open or closed, sorted and of which aircraft stand in the address; {@link rows} are those of the last
 * {@link follow}. A closed list costs nothing: its rows are made when a key goes through them.
 */
export class ListStore extends Store<Listed> {
  readonly rows: Rows;
  readonly #ports: ListPorts;
  readonly #holds = new Set<Hold>();
  #sight: Sight | null = null;
  #arranged = 0;
  #number = 0;
  /** The aircraft that was chosen by going through the list. */
  #stepped: string | null = null;

  constructor(ports: ListPorts) {
    super({ ...read(ports.address), isHeld: false, number: 0, added: 0 });
    this.rows = new Rows(ports.picture);
    this.#ports = ports;
    ports.address.onChange(() => this.#onAddress());
    ports.selection.subscribe(({ icao24 }) => this.#onChoice(icao24));
  }

  /** What values of the columns depend on now. */
  get around(): Around {
    const { now, who, airlineOf } = this.#ports;
    return { now: now(), from: this.#sight?.middle() ?? null, who, airlineOf };
  }

  /** The map has come, or has gone. */
  look(sight: Sight | null): void {
    this.#sight = sight;
    this.follow();
  }

  open(scope: Scope | null): void {
    this.#ports.address.set({ list: scope }, null);
  }

  /** Sorts by a column, at once. */
  sortBy(column: ColumnName): void {
    this.#ports.address.set({ sort: formatSort(sortedBy(this.value.sort, column)) }, null);
  }

  /** Lets no row move until it is released. */
  hold(why: Hold): void {
    if (this.#holds.has(why)) return;
    this.#holds.add(why);
    this.#tell();
  }

  release(why: Hold): void {
    if (!this.#holds.delete(why)) return;
    if (this.#holds.size === 0 && this.value.scope !== null) this.#arrange();
    this.#tell();
  }

  /** The filter has changed: what it takes no more leaves at once, unless somebody is in the list. */
  filtered(): void {
    this.#holds.delete('steps');
    this.follow();
  }

  /** Picture, filter or view have changed. A page without a map has no list either. */
  follow(): void {
    if (this.value.scope === null || this.#sight === null) return;
    this.#followHeld();
    this.#tell();
  }

  /** The map has become wider or narrower, as it does when the list opens: other aircraft are in view. */
  resized(): void {
    if (this.value.scope === null) return;
    this.#arrange();
    this.#tell();
  }

  /** Sorts the rows again, held or not. */
  arrange(): void {
    this.#holds.delete('steps');
    this.#arrange();
    this.#tell();
  }

  /** The row of the chosen aircraft, or -1. */
  chosenRow(): number {
    const { icao24 } = this.#ports.selection.value;
    return icao24 === null ? -1 : this.rows.find(encodeIcao24(icao24));
  }

  /** Chooses the next aircraft of the list (1), or the one before (-1); the list may be closed. Null where there is none. */
  step(by: 1 | -1): number | null {
    this.#followHeld();
    this.hold('steps');
    const { rows } = this;
    const from = this.chosenRow();
    for (let row = from < 0 && by < 0 ? rows.count - 1 : from + by; row >= 0 && row < rows.count; row += by) {
      if (rows.slots[row] === GONE) continue;
      this.choose(row);
      return row;
    }
    return null;
  }

  /** Chooses the aircraft of a row; going from one to the next is one step of Back. */
  choose(row: number): void {
    const slot = this.rows.slots[row] ?? GONE;
    if (slot === GONE) return;
    this.#stepped = this.#ports.picture.addressOf(slot);
    this.#ports.selection.choose(this.#stepped, 'sight', 'browsing');
  }

  /** The slots that belong into the list, in the order that they had, so that sorting them again takes little. */
  #members(): number[] {
    const { picture, visible, selection } = this.#ports;
    const chosen = selection.value.slot;
    const sight = this.value.scope === 'all' ? null : this.#sight;
    const isMember = (slot: number): boolean =>
      picture.used[slot] === 1 &&
      (visible[slot] !== 0 || slot === chosen) &&
      (sight === null || sight.isInView(slot));
    const before = this.rows.slots.filter((slot) => slot !== GONE && isMember(slot));
    const had = new Set(before);
    for (let slot = 0; slot < picture.slots; slot++) if (!had.has(slot) && isMember(slot)) before.push(slot);
    return before;
  }

  #followHeld(): void {
    if (this.#holds.size === 0 || this.rows.count === 0) {
      this.#arrange();
      return;
    }
    const members = this.#members();
    this.#number = members.length;
    this.rows.keep(members);
  }

  #arrange(): void {
    const slots = this.#members();
    sortSlots(slots, this.value.sort, this.#ports.picture, this.around);
    this.rows.arrange(slots);
    this.#arranged = slots.length;
    this.#number = slots.length;
  }

  #onAddress(): void {
    const next = read(this.#ports.address);
    const { scope, sort } = this.value;
    if (next.scope === scope && formatSort(next.sort) === formatSort(sort)) return;
    if (next.scope === null) this.#holds.clear();
    this.#set(next);
    if (next.scope !== null) this.arrange();
  }

  /** A choice that was made elsewhere ends going through the list. */
  #onChoice(icao24: string | null): void {
    if (icao24 !== this.#stepped) this.release('steps');
  }

  #tell(): void {
    this.#set(this.value);
  }

  #set({ scope, sort }: Pick<Listed, 'scope' | 'sort'>): void {
    const added = Math.max(0, this.rows.count - this.#arranged);
    this.set({ scope, sort, isHeld: this.#holds.size > 0, number: this.#number, added });
  }
}

function read(address: Address): Pick<Listed, 'scope' | 'sort'> {
  const scope = address.get('list');
  return {
    scope: scope === 'view' || scope === 'all' ? scope : null,
    sort: parseSort(address.get('sort')),
  };
}
