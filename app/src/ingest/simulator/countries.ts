/** A country whose aircraft fly in the simulator. */
export interface Country {
  /** The name that OpenSky gives to the block of addresses. */
  readonly name: string;
  /** ISO 3166-1 alpha-2, as the airports say it. */
  readonly iso: string;
  /** First 24-bit address of the country's block, and how many it holds (ICAO Annex 10, volume III, chapter 9). */
  readonly firstAddress: number;
  readonly addresses: number;
  /** Share of the traffic, in parts. */
  readonly weight: number;
  /** ICAO codes of airlines at home here. */
  readonly airlines: readonly string[];
  /** What registrations of light aircraft begin with, without the dash; they are their callsigns. */
  readonly registration: string;
}

const country = (
  name: string,
  iso: string,
  firstAddress: number,
  addresses: number,
  weight: number,
  airlines: string,
  registration: string,
): Country => ({ name, iso, firstAddress, addresses, weight, airlines: airlines.split(' '), registration });

/**
 * Where the traffic comes from: mostly North America, Europe and East Asia. Names and shares follow a recorded answer
 * of OpenSky, with East Asia as strong as its traffic is rather than as its receivers are.
 */
export const COUNTRIES: readonly Country[] = [
  country(
    'United States',
    'US',
    0xa00000,
    0x100000,
    260,
    'AAL DAL UAL SWA JBU ASA SKW RPA ENY FDX UPS FFT',
    'N',
  ),
  country('Canada', 'CA', 0xc00000, 0x40000, 22, 'ACA WJA JZA POE TSC', 'C'),
  country('Mexico', 'MX', 0x0d0000, 0x8000, 12, 'AMX VOI VIV', 'XA'),
  country('United Kingdom', 'GB', 0x400000, 0x40000, 60, 'BAW EZY EXS TOM VIR LOG', 'G'),
  country('Germany', 'DE', 0x3c0000, 0x40000, 55, 'DLH EWG CFG TUI BOX', 'D'),
  country('France', 'FR', 0x380000, 0x40000, 36, 'AFR TVF CRL HOP', 'F'),
  country('Spain', 'ES', 0x340000, 0x40000, 30, 'IBE VLG AEA IBS ANE', 'EC'),
  country('Italy', 'IT', 0x300000, 0x40000, 16, 'ITY NOS DLA', 'I'),
  country('Ireland', 'IE', 0x4ca000, 0x1000, 24, 'RYR EIN', 'EI'),
  country('Kingdom of the Netherlands', 'NL', 0x480000, 0x8000, 20, 'KLM TRA TFL', 'PH'),
  country('Switzerland', 'CH', 0x4b0000, 0x8000, 16, 'SWR EZS EDW', 'HB'),
  country('Austria', 'AT', 0x440000, 0x8000, 12, 'AUA LDM', 'OE'),
  country('Turkey', 'TR', 0x4b8000, 0x8000, 26, 'THY PGT SXS', 'TC'),
  country('Poland', 'PL', 0x488000, 0x8000, 10, 'LOT ENT', 'SP'),
  country('Portugal', 'PT', 0x490000, 0x8000, 10, 'TAP RZO', 'CS'),
  country('Hungary', 'HU', 0x470000, 0x8000, 8, 'WZZ', 'HA'),
  country('Sweden', 'SE', 0x4a8000, 0x8000, 10, 'SAS BRX', 'SE'),
  country('Norway', 'NO', 0x478000, 0x8000, 10, 'NOZ WIF', 'LN'),
  country('Denmark', 'DK', 0x458000, 0x8000, 5, 'DTR SUS', 'OY'),
  country('Finland', 'FI', 0x460000, 0x8000, 6, 'FIN', 'OH'),
  country('Belgium', 'BE', 0x448000, 0x8000, 7, 'BEL JAF', 'OO'),
  country('Czech Republic', 'CZ', 0x498000, 0x8000, 6, 'TVS CSA', 'OK'),
  country('Greece', 'GR', 0x468000, 0x8000, 7, 'AEE OAL', 'SX'),
  country('Romania', 'RO', 0x4a0000, 0x8000, 4, 'ROT', 'YR'),
  country('Iceland', 'IS', 0x4cc000, 0x1000, 3, 'ICE', 'TF'),
  country('Morocco', 'MA', 0x020000, 0x8000, 4, 'RAM', 'CN'),
  country('Egypt', 'EG', 0x010000, 0x8000, 5, 'MSR', 'SU'),
  country('Israel', 'IL', 0x738000, 0x8000, 4, 'ELY AIZ', '4X'),
  country('Saudi Arabia', 'SA', 0x710000, 0x8000, 7, 'SVA KNE', 'HZ'),
  country('United Arab Emirates', 'AE', 0x896000, 0x1000, 18, 'UAE ETD FDB ABY', 'A6'),
  country('Qatar', 'QA', 0x06a000, 0x400, 9, 'QTR', 'A7'),
  country('India', 'IN', 0x800000, 0x40000, 24, 'IGO AIC SEJ', 'VT'),
  country('China', 'CN', 0x780000, 0x40000, 75, 'CCA CES CSN CHH CXA CSZ', 'B'),
  country('Japan', 'JP', 0x840000, 0x40000, 42, 'ANA JAL SKY APJ JJP', 'JA'),
  country('Republic of Korea', 'KR', 0x718000, 0x8000, 22, 'KAL AAR JNA TWB', 'HL'),
  country('Singapore', 'SG', 0x768000, 0x8000, 8, 'SIA TGW', '9V'),
  country('Thailand', 'TH', 0x880000, 0x8000, 7, 'THA AIQ', 'HS'),
  country('Malaysia', 'MY', 0x750000, 0x8000, 7, 'MAS AXM', '9M'),
  country('Viet Nam', 'VN', 0x888000, 0x8000, 7, 'HVN VJC', 'VN'),
  country('Indonesia', 'ID', 0x8a0000, 0x8000, 8, 'GIA LNI', 'PK'),
  country('Philippines', 'PH', 0x758000, 0x8000, 5, 'PAL CEB', 'RP'),
  country('Australia', 'AU', 0x7c0000, 0x40000, 15, 'QFA VOZ JST', 'VH'),
  country('New Zealand', 'NZ', 0xc80000, 0x8000, 4, 'ANZ', 'ZK'),
  country('South Africa', 'ZA', 0x008000, 0x8000, 5, 'SAA SFR', 'ZS'),
  country('Ethiopia', 'ET', 0x040000, 0x1000, 3, 'ETH', 'ET'),
  country('Kenya', 'KE', 0x04c000, 0x1000, 2, 'KQA', '5Y'),
  country('Brazil', 'BR', 0xe40000, 0x40000, 20, 'TAM GLO AZU', 'PR'),
  country('Argentina', 'AR', 0xe00000, 0x40000, 5, 'ARG FBZ', 'LV'),
  country('Chile', 'CL', 0xe80000, 0x1000, 5, 'LAN SKU', 'CC'),
  country('Colombia', 'CO', 0x0ac000, 0x1000, 5, 'AVA', 'HK'),
];
