import { homedir } from 'node:os';
import { join } from 'node:path';
import { hasGo } from '../../app/src/cluster/go-program.ts';
import { javaVersion } from '../../app/src/cluster/java.ts';
import { KAFKA_JARS } from '../../app/src/cluster/kafka-jars.ts';
import { fetchJars } from '../../app/src/cluster/maven.ts';
import { findGarage } from '../../app/src/cluster/s3/garage.ts';
import { usualS3 } from '../../app/src/cluster/s3/s3.ts';
import { versitygw } from '../../app/src/cluster/s3/versitygw.ts';
import { fetchSpark, hasPip, SPARK } from '../../app/src/cluster/spark-distribution.ts';
import { SPARK_JARS } from '../../app/src/cluster/spark-jars.ts';
import { ContrailError } from '../../app/src/errors.ts';

/** Where programs and jars are kept. */
export const CACHE: string = join(homedir(), '.cache/contrail');

/** What this machine lacks to run a cluster; null when nothing. */
export async function lackingTool(): Promise<string | null> {
  if (((await javaVersion()) ?? 0) < SPARK.java) return `Java ${SPARK.java}`;
  if (!(await hasPip())) return 'python3 with pip';
  if ((await findGarage(CACHE)) === null && !(await hasGo())) return 'Go or Garage';
  return null;
}

/** Fetches all that a cluster runs on. What could not be had; null when all is here. Other bytes than expected are thrown. */
export async function fetchAll(say: (line: string) => void): Promise<string | null> {
  const options = { cacheFolder: CACHE, say };
  try {
    await fetchJars(KAFKA_JARS, options);
    await fetchSpark(SPARK, options);
    await fetchJars(SPARK_JARS, options);
    if ((await usualS3(CACHE)) === 'versitygw') await versitygw(options);
    return null;
  } catch (error) {
    if (error instanceof ContrailError && error.kind !== 'corrupt') return error.message;
    throw error;
  }
}
