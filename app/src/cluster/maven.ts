import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContrailError } from '../errors.ts';
import { runProgram } from './run-program.ts';

/** Jars that belong together: what to ask Maven for, and the exact files that must come of it. */
export interface JarSet {
  /** Name of the folder below the cache, with the version. */
  readonly name: string;
  /** For a person, with the size of the download. */
  readonly title: string;
  /** `group:artifact:version`; what these need at run time comes with them. */
  readonly coordinates: readonly string[];
  /** `group:artifact` of dependencies that are left out; an artifact may be `*`. */
  readonly exclusions?: readonly string[];
  /** Each file and its SHA-256 in hex; no other file may be there. */
  readonly sha256: Readonly<Record<string, string>>;
}

/** How a set is fetched. */
export interface FetchOptions {
  /** Sets lie in folders below this one. */
  readonly cacheFolder: string;
  /** Takes a line of progress for a person. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The folder of a set of jars. It is fetched with Maven if it is missing, and verified each time. Maven's own settings
 * (mirrors, proxies, the local repository) apply. Any number of processes may fetch the same set at the same time.
 * @throws ContrailError `invalid` / `maven-missing`; `unavailable` / `jars-unavailable` when Maven cannot get them;
 * `corrupt` / `jars-differ` when they are not the bytes that were pinned.
 */
export async function fetchJars(set: JarSet, options: FetchOptions): Promise<string> {
  const folder = join(options.cacheFolder, set.name);
  if ((await differences(set, folder)).length === 0) return folder;
  await mkdir(options.cacheFolder, { recursive: true });
  const workshop = await mkdtemp(join(options.cacheFolder, `${set.name}-`));
  try {
    options.say(`Fetching ${set.title} with Maven, once …`);
    await copyDependencies(set, workshop, options);
    const found = await differences(set, join(workshop, 'jars'));
    if (found.length > 0) {
      throw new ContrailError(
        'jars-differ',
        `The jars of ${set.title} that Maven downloaded are not those that Contrail expects: ${found.join(', ')}. Check the mirror in ` +
          'Maven’s settings; no file was kept.',
        { facts: { differences: found } },
      );
    }
    // The existing folder is incomplete or damaged, or another process was faster: then its files are the same as ours.
    await rm(folder, { recursive: true, force: true });
    await rename(join(workshop, 'jars'), folder).catch(async (error: unknown) => {
      if ((await differences(set, folder)).length > 0) throw error;
    });
    return folder;
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Missing, changed and unknown files of a folder. */
async function differences(set: JarSet, folder: string): Promise<readonly string[]> {
  const present: readonly string[] = await readdir(folder).catch(() => []);
  const found = present.filter((file) => !(file in set.sha256)).map((file) => `${file} is unknown`);
  for (const [file, sha256] of Object.entries(set.sha256)) {
    if (!present.includes(file)) found.push(`${file} is missing`);
    else if (sha256Of(await readFile(join(folder, file))) !== sha256)
      found.push(`${file} has another checksum`);
  }
  return found;
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Runs Maven on a project that has the coordinates as its dependencies. */
async function copyDependencies(set: JarSet, workshop: string, options: FetchOptions): Promise<void> {
  await writeFile(join(workshop, 'pom.xml'), projectOf(set));
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=jars'];
  const total = Object.keys(set.sha256).length;
  let copied = 0;
  let reason: string | undefined;
  const { code, complaints } = await runProgram('mvn', ['--batch-mode', ...goal], {
    folder: workshop,
    signal: options.signal,
    onOutput: (line) => {
      if (line.startsWith('[ERROR]')) reason ??= line.slice('[ERROR]'.length).trim();
      if (line.includes('Copying ') && ++copied % 10 === 0) options.say(`${copied} of ${total} jars`);
    },
  });
  if (code === 0) return;
  if (code === null) {
    throw new ContrailError(
      'maven-missing',
      `${set.title} must be fetched with Maven, but "mvn" cannot be started: ${complaints}. Install Maven (package "maven").`,
    );
  }
  throw new ContrailError(
    'jars-unavailable',
    `Maven could not fetch ${set.title}: ${reason ?? (complaints || 'it gave no reason')}. Check the network and Maven’s settings.`,
  );
}

/** The `pom.xml` of a project that depends on a set and has nothing else. Also what `deploy/spark/pom.xml` is made from. */
export function projectOf(set: JarSet): string {
  const exclusions = (set.exclusions ?? []).map((exclusion) => `<exclusion>${named(exclusion)}</exclusion>`);
  const dependencies = set.coordinates.map(
    (coordinate) =>
      `<dependency>${named(coordinate)}<exclusions>${exclusions.join('')}</exclusions></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>contrail</groupId><artifactId>${set.name}</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
}

/** `group:artifact:version`, or without a version, as Maven's elements. */
function named(coordinate: string): string {
  const names = ['groupId', 'artifactId', 'version'];
  return coordinate
    .split(':')
    .map((text, index) => `<${names[index]}>${text}</${names[index]}>`)
    .join('');
}
