/** What a line of BaseStation says; what is left out stays empty. */
export interface LineFields {
  readonly kind?: string;
  readonly type?: number;
  readonly icao24?: string;
  readonly date?: string;
  readonly time?: string;
  readonly callsign?: string;
  readonly altitude?: string;
  readonly speed?: string;
  readonly track?: string;
  readonly latitude?: string;
  readonly longitude?: string;
  readonly rate?: string;
  readonly squawk?: string;
  readonly alert?: string;
  readonly emergency?: string;
  readonly spi?: string;
  readonly ground?: string;
}

/** A line of BaseStation without its end. */
export function line(fields: LineFields): string {
  const { kind = 'MSG', type = 3, icao24 = '4CA2D6', date = '2026/11/30', time = '12:00:00.000' } = fields;
  const { callsign = '', altitude = '', speed = '', track = '', latitude = '', longitude = '' } = fields;
  const { rate = '', squawk = '', alert = '', emergency = '', spi = '', ground = '' } = fields;
  return [
    [kind, type, 1, 1, icao24, 1, date, time, date, time, callsign, altitude, speed, track, latitude],
    [longitude, rate, squawk, alert, emergency, spi, ground],
  ]
    .flat()
    .join(',');
}
