/**
 * Apache Spark from PyPI's source package of PySpark. Its folder `deps/` holds everything that runs a cluster,
 * including the Spark Connect server. Python only fetches it; Spark itself needs only Java.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContrailError } from '../errors.ts';
import type { FetchOptions } from './maven.ts';
import { failureOf } from './run-program.ts';

/** One version of Spark, as it can be fetched. */
export interface SparkDistribution {
  readonly version: string;
  /** SHA-256 of the source package, in hex. */
  readonly sha256: string;
  /** Size of the download. */
  readonly megabytes: number;
  /** Major version of Java that it needs at least. */
  readonly java: number;
}

/** The version that Contrail is built for. */
export const SPARK: SparkDistribution = {
  version: '4.2.0',
  sha256: '5ad689d53570ee1674193fd4f9bda065f0db3be9363a27d2a3406cc457b70b61',
  megabytes: 450,
  java: 17,
};

/** Whether `python3` with pip can be started, which fetches Spark. */
export const hasPip = async (): Promise<boolean> =>
  (await failureOf('python3', ['-m', 'pip', '--version'], undefined)) === undefined;

/**
 * The home folder of Spark. It is fetched with pip if it is missing: 450 MB to download, 460 MB on disk. pip's own
 * settings (index, mirrors, proxies) apply. Any number of processes may fetch it at the same time.
 * @throws ContrailError `invalid` / `pip-missing`; `unavailable` / `spark-unavailable` when pip cannot get it;
 * `corrupt` / `spark-differs` when it is not the file that was pinned.
 */
export async function fetchSpark(distribution: SparkDistribution, options: FetchOptions): Promise<string> {
  const name = `spark-${distribution.version}`;
  const home = join(options.cacheFolder, name);
  // The folder is moved into place when it is complete, so its presence says enough.
  if (await isFolder(home)) return home;
  if (!(await hasPip()))
    throw new ContrailError(
      'pip-missing',
      'Spark must be fetched from PyPI, but "python3 -m pip" cannot be started. Install pip (package "python3-pip").',
    );
  await mkdir(options.cacheFolder, { recursive: true });
  const workshop = await mkdtemp(join(options.cacheFolder, `${name}-`));
  try {
    options.say(
      `Fetching Apache Spark ${distribution.version} with pip, once (${distribution.megabytes} MB) …`,
    );
    const archive = await download(distribution, workshop, options);
    await verify(distribution, archive);
    const unpacked = join(workshop, 'home');
    await mkdir(unpacked);
    await unpack(distribution, archive, unpacked, options);
    await rename(unpacked, home).catch(async (error: unknown) => {
      // Another process was quicker.
      if (!(await isFolder(home))) throw error;
    });
    return home;
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function download(
  { version, sha256 }: SparkDistribution,
  workshop: string,
  options: FetchOptions,
): Promise<string> {
  const requirements = join(workshop, 'requirements.txt');
  await writeFile(requirements, `pyspark==${version} --hash=sha256:${sha256}\n`);
  const pip = ['-m', 'pip', '--quiet', '--disable-pip-version-check', 'download'];
  const what = ['--no-deps', '--no-binary', ':all:', '--require-hashes', '-r', requirements, '-d', workshop];
  const failure = await failureOf('python3', [...pip, ...what], options.signal);
  if (failure !== undefined) {
    const differs = failure.includes('DO NOT MATCH THE HASHES');
    throw new ContrailError(
      differs ? 'spark-differs' : 'spark-unavailable',
      `pip could not fetch PySpark ${version}: ${failure}. Check the network and pip’s settings.`,
    );
  }
  return join(workshop, `pyspark-${version}.tar.gz`);
}

/** Compares the hash once more, because pip's settings may switch its own check off. */
async function verify({ version, sha256 }: SparkDistribution, archive: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(archive)) hash.update(chunk as Buffer);
  if (hash.digest('hex') === sha256) return;
  throw new ContrailError(
    'spark-differs',
    `pip downloaded a file of PySpark ${version} with another checksum than Contrail expects. Check the mirror in pip’s settings; no file was kept.`,
  );
}

async function unpack(
  { version }: SparkDistribution,
  archive: string,
  folder: string,
  options: FetchOptions,
): Promise<void> {
  const prefix = `pyspark-${version}/deps`;
  const args = [
    '-xzf',
    archive,
    '-C',
    folder,
    '--strip-components=2',
    `--exclude=${prefix}/examples`,
    prefix,
  ];
  const failure = await failureOf('tar', args, options.signal);
  if (failure !== undefined)
    throw new ContrailError(
      'spark-unavailable',
      `Spark could not be unpacked into ${folder}: ${failure}. Free space on that disk, then start the cluster again.`,
    );
}
