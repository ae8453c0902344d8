import { inject } from 'vitest';

/** Whether there is a broker. Without, the tests are skipped, and `setup.ts` says so aloud. */
export const HAS_KAFKA = inject('bootstrap') !== '';
