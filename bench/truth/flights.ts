import type { EventType } from '../../app/src/flights/records.ts';
import type { Trajectory } from './recorded.ts';

/** A take-off or landing that happened. */
export interface KnownMovement {
  readonly airport: string;
  /** The runways that are right; the first is the one it was, another one is excused. */
  readonly runways: readonly string[];
  /** UTC, `HH:MM:SS`; null where the record does not show it. */
  readonly time: string | null;
}

/** What is known of a recorded flight, from tests of the library `traffic` and from reading the tracks. */
export interface KnownFlight {
  readonly name: Trajectory;
  readonly takeOff: KnownMovement | null;
  readonly landing: KnownMovement | null;
  /** When it was lowest, or above the runway. */
  readonly events: readonly (readonly [type: EventType, time: string, runways: readonly string[] | null])[];
}

const CIRCUITS = [
  '13:11:00',
  '13:21:10',
  '13:34:20',
  '13:43:30',
  '13:55:40',
  '14:03:20',
  '14:20:10',
  '14:36:30',
];
const MORE_CIRCUITS = ['14:52:30', '15:00:10', '15:31:10', '15:41:30'];

export const KNOWN_FLIGHTS: readonly KnownFlight[] = [
  {
    name: 'belevingsvlucht',
    takeOff: { airport: 'EHAM', runways: ['36C'], time: '15:21:35' },
    landing: { airport: 'EHAM', runways: ['06'], time: '20:18:00' },
    events: [
      ['holding', '15:43:30', null],
      ['low_pass', '16:05:45', ['23']],
      ['low_pass', '16:52:20', ['05']],
      ['low_pass', '17:26:05', ['23']],
      ['low_pass', '18:15:40', ['05']],
      ['low_pass', '19:10:45', ['23']],
      ['low_pass', '19:47:50', ['23']],
    ],
  },
  {
    name: 'elal747',
    takeOff: { airport: 'LIRF', runways: ['25'], time: '10:10:50' },
    landing: { airport: 'LLBG', runways: ['30'], time: '15:08:00' },
    events: [],
  },
  {
    name: 'nice',
    takeOff: { airport: 'LFMN', runways: ['04L', '04R'], time: '12:52:10' },
    landing: { airport: 'LFMN', runways: ['04L'], time: '16:09:35' },
    events: [...CIRCUITS, ...MORE_CIRCUITS].map((time) => ['go_around', time, null] as const),
  },
  {
    name: 'noisy_landing',
    takeOff: null,
    landing: { airport: 'LSZH', runways: ['14'], time: '18:10:10' },
    events: [],
  },
  {
    name: 'turkish_flag',
    takeOff: { airport: 'LTAC', runways: ['21R'], time: '06:41:45' },
    landing: { airport: 'LTAC', runways: ['21R'], time: '09:14:22' },
    events: [],
  },
];
