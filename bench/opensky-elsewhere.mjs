// `node --import` this: requests to OpenSky go to the server of OPENSKY_ELSEWHERE, as if it were OpenSky.
const { fetch } = globalThis;
const elsewhere = process.env.OPENSKY_ELSEWHERE;

globalThis.fetch = (input, init) => {
  const { hostname, pathname, search } = new URL(input instanceof Request ? input.url : input);
  if (hostname === 'auth.opensky-network.org') return fetch(`${elsewhere}/token`, init);
  if (hostname === 'opensky-network.org') return fetch(`${elsewhere}${pathname}${search}`, init);
  return fetch(input, init);
};
