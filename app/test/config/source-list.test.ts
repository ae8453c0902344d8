import { describe, expect, it } from 'vitest';
import { splitSources, togetherProblem } from '../../src/config/source-list.ts';

describe('a list of sources', () => {
  it.each([
    ['opensky', ['opensky']],
    ['opensky,readsb:http://pi/data,more', ['opensky', 'readsb:http://pi/data,more']],
    ['adsblol:47.4,8.5,100', ['adsblol:47.4,8.5,100']],
    ['adsblol:47.4,8.5,100,sbs:pi:30003,opensky', ['adsblol:47.4,8.5,100', 'sbs:pi:30003', 'opensky']],
    ['replay:/a,b/opensky,x.json', ['replay:/a,b/opensky,x.json']],
    ['ndjson:a,simulatorx', ['ndjson:a,simulatorx']],
  ])('%s is cut before each source, not at other commas', (text, sources) => {
    expect(splitSources(text)).toEqual(sources);
  });

  it('cannot mix simulated and real positions, choose by itself, or name a source twice', () => {
    expect(togetherProblem(['simulator'])).toBeNull();
    expect(togetherProblem(['opensky', 'readsb:x'])).toBeNull();
    expect(togetherProblem(['simulator', 'opensky'])).toContain('never both');
    expect(togetherProblem(['auto', 'opensky'])).toContain('alone');
    expect(togetherProblem(['opensky', 'opensky'])).toContain('once');
  });
});
