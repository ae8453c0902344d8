import { defineConfig } from 'vitest/config';

const condition = '@contrail/source';

/** Tests that start processes or wait leave much of a core idle: two files at a time, also on two cores. */
const twoAtATime = { maxWorkers: 2, sequence: { groupOrder: 0 } };
/** What measures a page or fills a machine runs alone, when the others have ended. */
const oneAtATime = { fileParallelism: false, maxWorkers: 1, sequence: { groupOrder: 1 } };
/** Tests of real processes on a busy machine get a second try; the closing lines name each that needed it. */
const secondTry = { retry: 1 };

export default defineConfig({
  resolve: { conditions: [condition] },
  ssr: { resolve: { conditions: [condition] } },
  test: {
    reporters: ['default', './test/closing-line.ts'],
    // A busy machine is no failure: the second that is usual is soon over.
    expect: { poll: { timeout: 20_000 } },
    hookTimeout: 120_000,
    coverage: { provider: 'v8', include: ['libs/*/src/**', 'app/src/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          ...twoAtATime,
          isolate: false,
          // A busy machine is no failure.
          testTimeout: 120_000,
          include: ['{libs/*,app,web}/test/**/*.test.ts', 'test/{,golden/,deploy/}*.test.ts'],
          exclude: ['libs/*/test/{interop,faults}/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          ...secondTry,
          ...twoAtATime,
          include: ['test/faults/**/*.test.ts', 'libs/*/test/faults/**/*.test.ts'],
          globalSetup: ['libs/delta-lake/test/storage/s3/install.ts'],
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          ...secondTry,
          include: ['test/e2e/**/*.test.ts'],
          ...oneAtATime,
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        // Other programs on our tables and we on theirs; `npm run test:interop` alone runs it.
        test: {
          name: 'interop',
          include: ['libs/*/test/interop/**/*.test.ts'],
          globalSetup: ['libs/delta-lake/test/interop/install.ts'],
          isolate: false,
          ...oneAtATime,
          testTimeout: 600_000,
        },
      },
      {
        extends: true,
        // The notebooks in Jupyter's kernel, from PyPI. A part of `npm test`; `npm run test:notebooks` runs nothing else.
        test: {
          name: 'notebooks',
          include: ['test/notebooks/**/*.test.ts'],
          globalSetup: ['test/notebooks/setup.ts'],
          ...oneAtATime,
          testTimeout: 180_000,
        },
      },
      {
        extends: true,
        // On a broker of its own; not a part of `npm test`, `npm run test:kafka` runs it.
        test: {
          name: 'kafka',
          ...secondTry,
          include: ['test/kafka/**/*.test.ts'],
          globalSetup: ['test/kafka/setup.ts'],
          ...oneAtATime,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        // On a whole cluster of its own; not a part of `npm test`, `npm run test:cluster` runs it.
        test: {
          name: 'cluster',
          ...secondTry,
          include: ['test/cluster/**/*.test.ts'],
          globalSetup: ['test/cluster/setup.ts'],
          ...oneAtATime,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        // A cluster with Garage, a million messages, and other readers; `npm run test:garage` alone runs it.
        test: {
          name: 'garage',
          include: [
            'libs/delta-lake/test/faults/s3-servers.test.ts',
            'test/cluster/pipeline.test.ts',
            'test/garage/**/*.test.ts',
          ],
          globalSetup: ['test/garage/setup.ts'],
          ...oneAtATime,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        // On a Spark of its own; not a part of `npm test`, `npm run test:spark` runs it.
        test: {
          name: 'spark',
          ...secondTry,
          include: ['test/spark/**/*.test.ts'],
          globalSetup: ['test/spark/setup.ts'],
          ...oneAtATime,
          testTimeout: 180_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
