import { ContrailError } from '../../errors.ts';

/** Where a receiver listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const PORT = 30_003;

/**
 * Reads `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`; the port of BaseStation is 30003.
 * @throws ContrailError `invalid` / `sbs-address`
 */
export function readAddress(text: string): Address {
  const [, six, name, port] = /^(?:\[([\da-f:.]+)\]|([^\s:[\]/]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = six ?? name;
  const number = port === undefined ? PORT : Number(port);
  if (host !== undefined && number >= 1 && number <= 65_535) return { host, port: number };
  throw new ContrailError(
    'sbs-address',
    `The receiver ${JSON.stringify(text)} has no address: write sbs:HOST:PORT, such as sbs:192.168.1.20:30003 or sbs:[fd00::20]:30003. The default port is 30003.`,
    { facts: { address: text } },
  );
}
