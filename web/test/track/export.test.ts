import type { TrackAnswer } from 'contrail/dashboard/protocol';
import { describe, expect, test } from 'vitest';
import { trackFile } from '../../src/track/export.ts';

const T = 1_700_000_000;
const ANSWER: TrackAnswer = {
  table: 'silver/flights_ml',
  version: 7,
  as_of_ms: 0,
  icao24: '3c6444',
  columns: ['time_position', 'longitude', 'latitude', 'altitude_m', 'velocity_kmh', 'on_ground', 'doubts'],
  rows: [
    [T, 8, 50, null, 20, true, null],
    [T + 10, 8.01, 50, 100, 300, false, null],
    [T + 20, 40, 20, 200, 300, false, 'jump frozen'],
    [T + 30, 8.04, 50, 300, 300, false, null],
    [T + 3000, 14, 50, 9000, 800, false, null],
    [T + 3010, 14.03, 50, 9000, 800, false, null],
  ],
  flight: { from: T, to: T + 3010, begins_before: false, rows: 6, within_m: 0 },
  airports: {},
};

describe('a track as a file', () => {
  test('is named by its flight and its beginning', () => {
    expect(trackFile('csv', ANSWER, 'DLH9LF')).toMatchObject({
      name: 'DLH9LF-202311142213.csv',
      type: 'text/csv',
    });
    expect(trackFile('kml', ANSWER, '../../x y').name).toBe('.._.._x_y-202311142213.kml');
    expect(trackFile('json', ANSWER, null).name).toBe('3c6444-202311142213.json');
  });

  test('has in CSV and JSON the rows of the table, doubts and all, and no value for what is not known', () => {
    const lines = trackFile('csv', ANSWER, null).text.split('\r\n');
    expect(lines[0]).toBe(
      'icao24,time,time_position,longitude,latitude,altitude_m,velocity_kmh,on_ground,doubts',
    );
    expect(lines[1]).toBe(`3c6444,2023-11-14T22:13:20Z,${T},8,50,,20,true,`);
    expect([lines.length, lines[3]?.endsWith('jump frozen')]).toEqual([8, true]);
    const { positions, version } = JSON.parse(trackFile('json', ANSWER, null).text) as {
      positions: { altitude_m: number | null }[];
      version: number;
    };
    expect([version, positions.length, positions[0]?.altitude_m]).toEqual([7, 6, null]);
  });

  test('has in GeoJSON a line for each part that was heard, without the jump', () => {
    const { features } = JSON.parse(trackFile('geojson', ANSWER, 'DLH9LF').text) as {
      features: { geometry: { coordinates: number[][] }; properties: { coordTimes: string[] } }[];
    };
    expect(features.map(({ geometry }) => geometry.coordinates)).toEqual([
      [
        [8, 50],
        [8.01, 50, 100],
        [8.04, 50, 300],
      ],
      [
        [14, 50, 9000],
        [14.03, 50, 9000],
      ],
    ]);
    expect(features[0]?.properties.coordTimes[0]).toBe('2023-11-14T22:13:20Z');
  });

  test('has in KML places with their times, and names that cannot break it', () => {
    const { text } = trackFile('kml', ANSWER, '<A&B>');
    expect(text).toContain('<name>&lt;A&amp;B&gt;</name>');
    expect(text).toContain('<when>2023-11-14T22:13:20Z</when>');
    expect(text.match(/<gx:coord>/g)).toHaveLength(text.match(/<when>/g)?.length ?? 0);
    expect(text).not.toContain('40 20 200');
  });
});
