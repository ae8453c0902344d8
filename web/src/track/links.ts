/** Who an aircraft is, as far as other sites ask for it. */
export interface Named {
  /** Lower-case hex; with `~` in front it is no ICAO address, and no site knows it. */
  readonly icao24: string;
  readonly callsign: string | null;
  readonly registration: string | null;
}

/** A page about an aircraft or its flight on another site. Nothing is asked of that site before a person follows it. */
export interface SiteLink {
  readonly site: string;
  readonly about: 'aircraft' | 'flight';
  readonly url: string;
}

/** Sites and what they are asked by. */
const BY_ADDRESS: readonly (readonly [string, (icao24: string) => string])[] = [
  ['OpenSky', (icao24) => `https://opensky-network.org/aircraft-profile?icao24=${icao24}`],
  ['ADS-B Exchange', (icao24) => `https://globe.adsbexchange.com/?icao=${icao24}`],
  ['adsb.lol', (icao24) => `https://adsb.lol/?icao=${icao24}`],
  ['Planespotters', (icao24) => `https://www.planespotters.net/hex/${icao24.toUpperCase()}`],
];
const BY_CALLSIGN: readonly (readonly [string, (callsign: string) => string])[] = [
  ['Flightradar24', (callsign) => `https://www.flightradar24.com/${callsign}`],
  ['FlightAware', (callsign) => `https://www.flightaware.com/live/flight/${callsign}`],
];
const BY_REGISTRATION: readonly (readonly [string, (registration: string) => string])[] = [
  ['JetPhotos', (registration) => `https://www.jetphotos.com/registration/${registration}`],
];

/** Pages of well-known sites about an aircraft, those about its flight first. */
export function linksOf({ icao24, callsign, registration }: Named): SiteLink[] {
  const links = (sites: typeof BY_ADDRESS, about: SiteLink['about'], asked: string | null): SiteLink[] =>
    asked === null ? [] : sites.map(([site, url]) => ({ site, about, url: url(encodeURIComponent(asked)) }));
  const address = /^[0-9a-f]{6}$/.test(icao24) ? icao24 : null;
  return [
    ...links(BY_CALLSIGN, 'flight', callsign),
    ...links(BY_ADDRESS, 'aircraft', address),
    ...links(BY_REGISTRATION, 'aircraft', registration),
  ];
}
