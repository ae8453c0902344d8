import type { TestProject } from 'vitest/node';
import { installJupyter } from './jupyter.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Python environment with the kernel; null where it is not to be had. */
    readonly jupyter: string | null;
  }
}

/** Vitest's global set-up of the project `notebooks`. */
export default function setup(project: TestProject): void {
  project.provide('jupyter', installJupyter());
}
