import { CACHE_FOLDER } from '../../app/src/cluster/cluster-folder.ts';
import { hasGo } from '../../app/src/cluster/go-program.ts';
import { javaVersion } from '../../app/src/cluster/java.ts';
import { KAFKA_JARS } from '../../app/src/cluster/kafka-jars.ts';
import { fetchJars, type FetchOptions } from '../../app/src/cluster/maven.ts';
import { runProgram } from '../../app/src/cluster/run-program.ts';
import { findGarage } from '../../app/src/cluster/s3/garage.ts';
import { usualS3 } from '../../app/src/cluster/s3/s3.ts';
import { versitygw } from '../../app/src/cluster/s3/versitygw.ts';
import { fetchSpark, hasPip, SPARK } from '../../app/src/cluster/spark-distribution.ts';
import { SPARK_JARS } from '../../app/src/cluster/spark-jars.ts';
import { ContrailError } from '../../app/src/errors.ts';

/** Says a line to the person who runs the tests. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Something that a person has to install: what brings it, and whether it is here. */
interface Tool {
  readonly is: string;
  readonly isHere: () => Promise<boolean>;
}

const hasGarage = async (): Promise<boolean> => (await findGarage(CACHE_FOLDER)) !== null;

const TOOLS = {
  java: {
    is: `Java ${SPARK.java} or later (package openjdk-${SPARK.java}-jre-headless)`,
    isHere: async () => ((await javaVersion()) ?? 0) >= SPARK.java,
  },
  maven: {
    is: 'Maven (package maven)',
    isHere: async () => (await runProgram('mvn', ['--version'])).code === 0,
  },
  pip: { is: 'pip of python3 (package python3-pip)', isHere: hasPip },
  s3: {
    is: 'Go (https://go.dev/doc/install), which builds the S3 server, or Garage',
    isHere: async () => (await hasGarage()) || (await hasGo()),
  },
  garage: {
    is: 'Garage 2.4 or later (cargo install garage --version 2.4.0 --locked, half an hour)',
    isHere: hasGarage,
  },
} as const satisfies Record<string, Tool>;

/** How a part of a cluster is brought here, once; what is here already is not fetched again. */
const FETCHES = {
  kafka: (options: FetchOptions) => fetchJars(KAFKA_JARS, options),
  spark: async (options: FetchOptions) => {
    await fetchSpark(SPARK, options);
    await fetchJars(SPARK_JARS, options);
  },
  s3: async (options: FetchOptions) => {
    if ((await usualS3(CACHE_FOLDER)) === 'versitygw') await versitygw(options);
  },
} as const;

/** What some tests need of this machine. */
export interface Needs {
  readonly tools: readonly (keyof typeof TOOLS)[];
  readonly fetches: readonly (keyof typeof FETCHES)[];
}

export const KAFKA_NEEDS: Needs = { tools: ['java', 'maven'], fetches: ['kafka'] };
export const SPARK_NEEDS: Needs = { tools: ['java', 'maven', 'pip'], fetches: ['spark'] };
export const CLUSTER_NEEDS: Needs = {
  tools: ['java', 'maven', 'pip', 's3'],
  fetches: ['kafka', 'spark', 's3'],
};

/**
 * Whether this machine lacks what tests need: then it is said aloud that they are skipped, and what to install. Nothing is
 * fetched before all tools are here. Other bytes than expected are thrown.
 * @param tests for a person: "Kafka tests"
 */
export async function isLacking(tests: string, { tools, fetches }: Needs): Promise<boolean> {
  const here = await Promise.all(tools.map((tool) => TOOLS[tool].isHere()));
  const missing = tools.filter((_, index) => here[index] !== true).map((tool) => TOOLS[tool].is);
  const reason =
    missing.length > 0 ? `Install what this machine lacks: ${missing.join('; ')}.` : await failureOf(fetches);
  if (reason !== null) say(`\nThe ${tests} are SKIPPED. ${reason}\n`);
  return reason !== null;
}

async function failureOf(fetches: Needs['fetches']): Promise<string | null> {
  try {
    for (const fetch of fetches) await FETCHES[fetch]({ cacheFolder: CACHE_FOLDER, say });
    return null;
  } catch (error) {
    if (error instanceof ContrailError && error.kind !== 'corrupt') return error.message;
    throw error;
  }
}
