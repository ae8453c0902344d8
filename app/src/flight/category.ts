/**
 * OpenSky's words for the ADS-B emitter category, by number 0..20.
 * Source: OpenSky REST API, "All State Vectors", field `category`.
 */
export const CATEGORY_NAMES = [
  'No information at all',
  'No ADS-B Emitter Category Information',
  'Light (< 15500 lbs)',
  'Small (15500 to 75000 lbs)',
  'Large (75000 to 300000 lbs)',
  'High Vortex Large (aircraft such as B-757)',
  'Heavy (> 300000 lbs)',
  'High Performance (> 5g acceleration and 400 kts)',
  'Rotorcraft',
  'Glider / sailplane',
  'Lighter-than-air',
  'Parachutist / Skydiver',
  'Ultralight / hang-glider / paraglider',
  'Reserved',
  'Unmanned Aerial Vehicle',
  'Space / Trans-atmospheric vehicle',
  'Surface Vehicle – Emergency Vehicle',
  'Surface Vehicle – Service Vehicle',
  'Point Obstacle (includes tethered balloons)',
  'Cluster Obstacle',
  'Line Obstacle',
] as const;
