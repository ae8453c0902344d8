import { mount } from 'svelte';
import 'uplot/dist/uPlot.min.css';
import './style/tokens.css';
import './style/base.css';
import Page from './Page.svelte';
import { App } from './shell/app.svelte.ts';
import { Preferences } from './shell/preferences.svelte.ts';
import { Route } from './shell/route.svelte.ts';

const target = document.getElementById('page');
if (target === null) throw new Error('index.html has no #page');

const app = new App(window, new Route(window), new Preferences(window));
mount(Page, { target, props: { app } });

/**
 * For tests and debugging: number of aircraft, newest position (epoch seconds), tick, drawings so far, what is replayed, and the state in
 * one word.
 */
Object.defineProperty(window, '__contrail', {
  value: {
    get aircraft() {
      return app.aircraft;
    },
    get eventTime() {
      return app.eventTime;
    },
    get tick() {
      return app.tick;
    },
    get redraws() {
      return app.redraws();
    },
    /** The instant that is replayed, epoch seconds; null while nothing is. */
    get at() {
      return app.replay.instant();
    },
    /** Each aircraft of the picture, as values: for comparing two pictures. */
    get picture() {
      const { picture } = app;
      const all = Array.from({ length: picture.slots }, (_, slot) => picture.aircraft(slot));
      return all
        .flatMap((one) => (one === null ? [] : [{ ...one, slot: 0 }]))
        .map((one) => JSON.stringify(one));
    },
    get state() {
      return app.state;
    },
  },
});
