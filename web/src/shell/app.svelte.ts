import type { LiveState, ServerMessage, Stage, TrackAnswer } from 'contrail/dashboard/protocol';
import type { Frame } from 'contrail/wire/frame';
import { getContext, setContext } from 'svelte';
import { getBytes, getJson } from '../api/request.ts';
import { FilterStore } from '../filter/filter-store.ts';
import { Commits } from '../state/commits.ts';
import { Airlines } from '../state/airlines.ts';
import { Identities } from '../state/identities.ts';
import { ListStore } from '../list/list-store.ts';
import { LiveConnection, type Link, type Socket, type SocketEvents } from '../live/connection.ts';
import { areSame, emergenciesOf, newcomers, type Emergency } from '../live/emergencies.ts';
import { liveAddress } from '../live/live-address.ts';
import {
  isRecording,
  isStale,
  isConnected,
  knownStages,
  pageState,
  positionAge_s,
  type FreshnessFacts,
  type PageState,
} from '../live/freshness.ts';
import { noticesOf } from '../live/notices.ts';
import { reloadOnce } from '../live/reload.ts';
import { Picture } from '../live/picture.ts';
import { loadAirlines } from '../map/load.ts';
import { worldX, worldY } from '../map/projection.ts';
import { PLACE_ZOOM, View } from '../map/view.ts';
import { Comparison } from '../state/comparison.ts';
import { Replay, trackMoment } from '../replay/replay.ts';
import { RingsStore } from '../state/rings-store.ts';
import { Selection } from '../state/selection.ts';
import { Times } from '../text/time.ts';
import { emergencyWords } from '../text/words.ts';
import { Keys, ownerOf } from './keys.ts';
import { heardPoint } from '../track/points.ts';
import { TrackStore } from '../track/track-store.ts';
import type { Preferences } from './preferences.svelte.ts';
import type { Route } from './route.svelte.ts';

type Progress = NonNullable<Extract<ServerMessage, { type: 'progress' }>['progress']>;

/** The table that tracks are read from. */
const TRACK_TABLE = 'silver/flights_ml';

const DAY_S = 86_400;

/** How often ages on the screen are updated, ms. */
const CLOCK_STEP_MS = 500;

/**
 * Everything the page knows: the picture (plain typed arrays, read by the map at its own pace) and the small facts
 * about it (reactive). One per page, passed down by context.
 */
export class App {
  readonly picture = new Picture();
  readonly route: Route;
  readonly preferences: Preferences;
  /** What is shown, chosen and looked at: kept while pages change. */
  readonly filter: FilterStore;
  readonly selection: Selection;
  readonly comparison: Comparison;
  readonly view: View;
  /** The place with distance rings. */
  readonly rings: RingsStore;
  /** The track of the chosen aircraft. */
  readonly track: TrackStore;
  readonly list: ListStore;
  readonly replay: Replay;
  readonly connection: LiveConnection;
  readonly keys: Keys;
  /** The newest commit of each table, for panels that show it. */
  readonly commits = new Commits();
  /** Who aircraft are: registration, type, operator. */
  readonly identities: Identities;
  /** The names of airlines, once somebody wants them. */
  readonly airlines = new Airlines(loadAirlines);

  link: Link = $state.raw({ kind: 'connecting', attempt: 0, polling: false });
  server: LiveState | null = $state.raw(null);
  progress: Progress | null = $state.raw(null);
  aircraft = $state(0);
  tick = $state(-1);
  /** Newest position that the server has, epoch seconds, whatever is replayed. */
  eventTime = $state(Number.NaN);
  /** The instant that is replayed, epoch seconds; null while the picture is the newest one. */
  at: number | null = $state(null);
  /** Aircraft that send an emergency squawk now. */
  emergencies: readonly Emergency[] = $state.raw([]);
  /** The last position of all days of the lake, epoch seconds; null: nobody has asked. */
  lastOfLake: number | null = $state(null);
  /** What a screen reader says next, such as which aircraft was chosen. */
  said = $state('');
  /** Why this page cannot read what its server sends, one sentence; null: it can. */
  refused: string | null = $state(null);
  /** The dialog of settings and keys. */
  isHelpOpen = $state(false);
  /** The server's time, epoch seconds, stepped for ages and the clock. */
  now = $state(0);
  /** Milliseconds on the page's own clock, for the retry countdown. */
  elapsed_ms = $state(0);

  readonly #facts: FreshnessFacts = $derived({
    link: this.link,
    isReplayed: this.at !== null,
    server: this.server,
    aircraft: this.aircraft,
    eventTime: this.eventTime,
    now: this.now,
  });
  readonly state: PageState = $derived(pageState(this.#facts));
  readonly stale: boolean = $derived(isStale(this.#facts));
  /** True when the picture is of a recording. */
  readonly recording: boolean = $derived(isRecording(this.#facts));
  /** The stages of the pipeline, as far as they can be known now. */
  readonly stages: readonly Stage[] = $derived(
    knownStages(this.server?.stages ?? [], isConnected(this.link)),
  );
  /** Messages of the pipeline, most urgent first. */
  readonly notices: readonly string[] = $derived(noticesOf(this.progress, this.now));
  /** How times are told now. */
  readonly times: Times = $derived.by(() => new Times(this.now, this.preferences.localTime));
  readonly age_s: number | null = $derived(positionAge_s({ eventTime: this.eventTime, now: this.now }));
  /**
   * The instant that the picture is of, epoch seconds, stepped for ages: now, the newest position of a recording, or the
   * instant that is replayed. How old a position on the map is, is told against this.
   */
  readonly shownNow: number = $derived(this.at ?? (this.recording ? this.eventTime : this.now));

  /** Full drawings of the map, for the test hook. */
  redraws: () => number = () => 0;

  #offset_s: number;
  readonly #clock: () => number;
  readonly #changed = new Set<(cameOrWent: boolean) => void>();

  constructor(window: Window & typeof globalThis, route: Route, preferences: Preferences) {
    this.route = route;
    this.preferences = preferences;
    this.keys = new Keys(() => preferences.shortcuts);
    const later = (run: () => void, delay: number): (() => void) => {
      const timer = window.setTimeout(run, delay);
      return () => window.clearTimeout(timer);
    };
    this.identities = new Identities({
      picture: this.picture,
      fetch: window.fetch.bind(window),
      later,
    });
    this.filter = new FilterStore(route, this.picture, (address) => this.identities.at(address));
    this.identities.subscribe(() => this.#identified());
    this.selection = new Selection(route, this.picture);
    this.comparison = new Comparison(route);
    this.view = new View(route, later);
    this.rings = new RingsStore(route);
    const fetch = window.fetch.bind(window);
    this.track = new TrackStore({ ask: (path, signal) => getJson<TrackAnswer>(fetch, path, signal), later });
    this.#clock = () => window.performance.now();
    this.replay = new Replay({
      picture: this.picture,
      address: route,
      clock: this.#clock,
      later,
      frame: (run) => window.requestAnimationFrame(run),
      load: (from, to, signal) =>
        getBytes(window.fetch.bind(window), `api/replay?from=${from}&to=${to}`, signal),
      newest: () => this.server?.event_time ?? null,
      end: () => this.#endOfLake(),
      onPicture: (cameOrWent) => this.#onPicture(cameOrWent),
      onLive: (wanted) => this.connection.setHeld(!wanted),
    });
    const followTrack = (): void =>
      this.track.choose(this.selection.value.icao24, trackMoment(this.replay.value));
    this.selection.subscribe(followTrack);
    this.replay.subscribe((state) => {
      this.at = state?.at ?? null;
      followTrack();
    });
    // Until the server has sent its time, the page uses its own; no age is shown before that.
    this.#offset_s = window.performance.timeOrigin / 1000;
    this.list = this.#makeList();
    this.connection = new LiveConnection({
      picture: this.picture,
      openSocket: (events) => openSocket(liveAddress(window.document.baseURI, fetch), events),
      fetch,
      clock: this.#clock,
      later,
      random: Math.random,
      onLink: (link) => {
        this.link = link;
        this.#step();
      },
      onFrame: (frame, cameOrWent) => this.#onFrame(frame, cameOrWent),
      onMessage: (message) => this.#onMessage(message),
      onRefused: (words) => {
        // After one reload that did not help, a person is told.
        if (!reloadOnce(window)) this.refused = words;
      },
    });
    const { document } = window;
    window.addEventListener('keydown', (event) => {
      if (this.keys.press(event, ownerOf(event.target))) event.preventDefault();
    });
    document.addEventListener('visibilitychange', () => {
      this.connection.setPaused(document.hidden);
      this.commits.setPaused(document.hidden);
      // Nobody sees what it plays.
      if (document.hidden && this.at !== null) this.replay.pause();
    });
    // Other pages have no bar to stop it.
    route.onChange(() => {
      if (route.page !== 'map' && this.replay.value?.isPlaying === true) this.replay.pause();
    });
    window.addEventListener('online', () => this.connection.retryNow());
    window.setInterval(() => this.#step(), CLOCK_STEP_MS);
    this.#step();
    this.connection.start();
    this.replay.open();
  }

  /** The server's time now, epoch seconds: the last time it sent, advanced by this page's steady clock. */
  serverNow(): number {
    return this.#offset_s + this.#clock() / 1000;
  }

  /** As {@link shownNow}, to the millisecond: for drawing. */
  pictureNow(): number {
    return this.replay.instant() ?? (this.recording ? this.eventTime : this.serverNow());
  }

  /** Of a lake that is written the newest position, of recordings the last one of them all; null: nobody knows. */
  #endOfLake(): number | null {
    const newest = this.server?.event_time ?? null;
    const isOld = newest !== null && this.now - newest > DAY_S;
    return isOld ? Math.max(newest, this.lastOfLake ?? 0) : newest;
  }

  /** A clock that never goes back, ms. */
  clock(): number {
    return this.#clock();
  }

  /** Chooses an aircraft from anywhere: opens the map if need be, moves it there, and the keyboard to the card. */
  show(icao24: string): void {
    if (this.route.page !== 'map') this.route.open('map');
    this.selection.choose(icao24, 'show');
  }

  /** Shows a place, opening the map if need be. */
  goTo({ longitude, latitude }: { readonly longitude: number; readonly latitude: number }): void {
    if (this.route.page !== 'map') this.route.open('map');
    this.view.go({ x: worldX(longitude), y: worldY(latitude), zoom: PLACE_ZOOM });
  }

  /** Calls `listener` after each change of the picture; answers a function that ends that. */
  onPicture(listener: (cameOrWent: boolean) => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  /** Age of a stage now: the server's last value plus the time since. */
  stageAge_s(stage: Stage): number | null {
    if (stage.age_s === null || this.server === null) return null;
    return Math.max(0, stage.age_s + this.now - this.server.now_ms / 1000);
  }

  #onFrame(frame: Frame, cameOrWent: boolean): void {
    this.refused = null;
    this.#offset_s = frame.serverTime - this.#clock() / 1000;
    this.replay.cameLive();
    this.#onPicture(cameOrWent);
  }

  #onPicture(cameOrWent: boolean): void {
    this.aircraft = this.picture.count;
    this.tick = this.picture.applied;
    if (this.replay.value === null) this.eventTime = this.picture.eventTime;
    this.#step();
    this.filter.follow();
    this.selection.follow();
    this.#hear();
    const emergencies = emergenciesOf(this.picture);
    if (!areSame(emergencies, this.emergencies)) this.#onEmergencies(emergencies);
    for (const listener of this.#changed) listener(cameOrWent);
    this.list.follow();
  }

  /** The track of the chosen aircraft goes on as it is heard of. */
  #hear(): void {
    const { slot } = this.selection.value;
    const aircraft = slot < 0 ? null : this.picture.aircraft(slot);
    if (aircraft !== null) this.track.heard(heardPoint(aircraft));
  }

  #makeList(): ListStore {
    const { route, picture, selection, filter, identities, airlines } = this;
    const list = new ListStore({
      address: route,
      picture,
      selection,
      visible: filter.visible.mask,
      now: () => this.pictureNow(),
      who: (address) => identities.at(address),
      airlineOf: (callsign) => airlines.of(callsign),
    });
    filter.subscribe(() => list.filtered());
    identities.subscribe(() => list.follow());
    airlines.subscribe(() => list.follow());
    return list;
  }

  /** More is known of aircraft: a filter may ask for that, and labels may say it. */
  #identified(): void {
    if (this.identities.value === 0) return;
    this.filter.follow();
    for (const listener of this.#changed) listener(true);
  }

  #onEmergencies(emergencies: readonly Emergency[]): void {
    const come = newcomers(this.emergencies, emergencies);
    // A replay that runs would say them by the minute.
    if (come.length > 0 && this.replay.value?.isPlaying !== true)
      this.said = come.map(emergencyWords).join('. ');
    this.emergencies = emergencies;
  }

  #onMessage(message: ServerMessage): void {
    switch (message.type) {
      case 'state':
        this.server = message;
        if (this.replay.value !== null) this.eventTime = message.event_time ?? Number.NaN;
        this.identities.hear(message.identities);
        this.#offset_s = message.now_ms / 1000 - this.#clock() / 1000;
        this.#step();
        break;
      case 'progress':
        this.progress = message.progress;
        break;
      case 'commit':
        this.commits.take(message);
        if (message.table === TRACK_TABLE) this.track.committed();
        break;
      case 'countries':
      case 'refused':
        break;
    }
  }

  #step(): void {
    this.now = this.serverNow();
    this.elapsed_ms = this.#clock();
  }
}

function openSocket(address: Promise<string>, events: SocketEvents): Socket {
  let socket: WebSocket | null = null;
  let isClosed = false;
  const open = (url: string): void => {
    if (isClosed) return;
    socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = events.opened;
    socket.onmessage = (event) => events.message(event.data);
    socket.onclose = events.closed;
  };
  address.then(open, events.closed);
  return {
    send: (text) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => {
      isClosed = true;
      socket?.close();
    },
  };
}

const KEY = Symbol('app');

/** Passes the app down to all components. */
export function provideApp(app: App): void {
  setContext(KEY, app);
}

/** The app, in any component. */
export function useApp(): App {
  return getContext<App>(KEY);
}
