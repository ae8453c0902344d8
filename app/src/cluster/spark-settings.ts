/** The settings that Spark's processes read when they start. */
import { join, resolve } from 'node:path';
import { type ChosenPorts, DEFAULT_MEGABYTES, type SparkOptions } from './spark-options.ts';

/** Logs warnings, and that a service has started. */
export const LOG4J = `rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS} %p %c{1}: %m%n%ex
${[
  ['connect', 'org.apache.spark.sql.connect.service.SparkConnectServer'],
  ['master', 'org.apache.spark.deploy.master.Master'],
  ['worker', 'org.apache.spark.deploy.worker.Worker'],
]
  .map(([id, name]) => `logger.${id}.name = ${name}\nlogger.${id}.level = info\n`)
  .join('')}`;

/** The settings of the Connect server, as `spark.conf` holds them. */
export function propertiesOf(folder: string, ports: ChosenPorts, options: SparkOptions): string {
  const jars = (options.jars ?? []).map((path) => join(resolve(path), '*')).join(':');
  const properties: Record<string, string | number> = {
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': ports.connect,
    // Sessions end when their owner ends them.
    'spark.connect.session.manager.defaultSessionTimeout': -1,
    ...(options.token === undefined ? {} : { 'spark.connect.authenticate.token': options.token }),
    'spark.driver.host': '127.0.0.1',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.executor.cores': 1,
    'spark.executor.memory': `${options.executorMegabytes ?? DEFAULT_MEGABYTES}m`,
    'spark.ui.port': ports.application,
    // Fail to start rather than listen on another port.
    'spark.port.maxRetries': 0,
    'spark.local.dir': join(folder, 'scratch'),
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    'spark.sql.session.timeZone': 'UTC',
    'spark.sql.shuffle.partitions': 4,
    'spark.scheduler.mode': 'FAIR',
    // One batch needs 170 compiled classes. With Spark's 100 each batch compiles all of them again, on any size of machine.
    'spark.sql.codegen.cache.maxEntries': 2000,
    // Spark's web page keeps the plans of a thousand queries by default, which takes most of a small driver's memory.
    'spark.sql.ui.retainedExecutions': 100,
    'spark.ui.retainedJobs': 200,
    'spark.ui.retainedStages': 400,
    // This collector competes less with the computing threads than the default one.
    'spark.driver.extraJavaOptions': '-XX:+UseParallelGC',
    'spark.executor.extraJavaOptions': '-XX:+UseParallelGC',
    ...(jars === '' ? {} : { 'spark.driver.extraClassPath': jars, 'spark.executor.extraClassPath': jars }),
    ...options.conf,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name} ${String(value).replaceAll('\\', '\\\\')}\n`)
    .join('');
}
