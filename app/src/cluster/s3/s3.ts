/** An S3 server on this machine, for developers and tests: Garage if it is installed, else versitygw. On 127.0.0.1. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ContrailError } from '../../errors.ts';
import { answersHttp } from '../health.ts';
import { type ServiceProcess, startService } from '../service-process.ts';
import { findGarage, garageCommand } from './garage.ts';
import type { S3Command, S3Options } from './options.ts';
import { versitygw, VERSITYGW_PAGE, versitygwCommand } from './versitygw.ts';

export const S3_KINDS = ['garage', 'versitygw'] as const;
export type S3Kind = (typeof S3_KINDS)[number];

const START_WAIT_MS = 60_000;
const FAILURE = 's3-start-failed';

/**
 * The server that this machine can start most easily: Garage if it is installed, else versitygw, which may have to be
 * built first.
 */
export const usualS3 = async (cacheFolder: string): Promise<S3Kind> =>
  (await findGarage(cacheFolder)) === null ? 'versitygw' : 'garage';

/** The web page of a server; null if it has none. */
export const s3Page = (kind: S3Kind, port: number): string | null =>
  kind === 'versitygw' ? `http://127.0.0.1:${port}${VERSITYGW_PAGE}` : null;

/**
 * Starts a server and resolves when it answers. It ends with our process, and has the same objects when it is started
 * again.
 * @throws ContrailError `invalid` / `garage-missing`; what building versitygw throws; `unavailable` / `s3-start-failed`.
 */
export async function startS3(kind: S3Kind, options: S3Options): Promise<ServiceProcess> {
  const folder = join(resolve(options.folder), kind);
  await mkdir(folder, { recursive: true });
  const { command, args, environment } = await commandOf(kind, { ...options, folder });
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return startService({
    title: kind === 'garage' ? 'Garage' : 'versitygw',
    failure: FAILURE,
    command: 'env',
    args: [...assignments, command, ...args],
    logFile: join(resolve(options.folder), 's3.log'),
    started: () =>
      answersHttp(`http://127.0.0.1:${options.port}/`).then(
        () => true,
        () => false,
      ),
    startWaitMs: START_WAIT_MS,
    pidFile: options.pidFile,
    signal: options.signal,
  });
}

async function commandOf(kind: S3Kind, options: S3Options): Promise<S3Command> {
  if (kind === 'versitygw') return versitygwCommand(await versitygw(options), options);
  const garage = await findGarage(options.cacheFolder);
  if (garage !== null) return garageCommand(garage, options);
  throw new ContrailError(
    'garage-missing',
    `Garage 2.4 or later is neither on the PATH nor in ${join(options.cacheFolder, 's3/bin')}. Build it (cargo install garage --version 2.4.0 --locked, half an hour), or use versitygw.`,
  );
}
