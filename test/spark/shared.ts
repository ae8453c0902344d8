import { inject } from 'vitest';

/** Whether there is a Spark. Without, the tests are skipped, and `setup.ts` says so aloud. */
export const HAS_SPARK = inject('spark').address !== '';
