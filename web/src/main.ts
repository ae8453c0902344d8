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
 * For tests and debugging: number of aircraft, newest position (epoch seconds), tick, drawings so far, and the state in
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
    get state() {
      return app.state;
    },
  },
});
