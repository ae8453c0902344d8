import type { FetchOptions } from '../maven.ts';

/** What an S3 server is started with. */
export interface S3Options extends FetchOptions {
  /** Objects, settings and log; created if it is missing. Each kind of server has folders of its own. */
  readonly folder: string;
  readonly port: number;
  /** Garage listens there for its own commands. */
  readonly rpcPort: number;
  /** Created if it is missing; the keys give full access to it. */
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  /** At least 16 characters. */
  readonly secretKey: string;
  /** When given, the server goes on when our process ends, and this file names its process. */
  readonly pidFile?: string;
}

/** What to run. */
export interface S3Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}
