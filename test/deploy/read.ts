import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';

/** Root of the checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** The text of a file below `deploy/`. */
export const readDeploy = (name: string): string => readFileSync(join(ROOT, 'deploy', name), 'utf8');

/** What the tests ask of a service; the schema has checked the rest. */
export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly env_file?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly mem_limit?: string;
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly volumes?: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** A Compose file as Compose reads it: anchors and merge keys resolved, variables not yet. */
export const parseCompose = (text: string): ComposeFile => parse(text, { merge: true }) as ComposeFile;

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}` filled in from an environment; `$$` is a dollar. */
export function interpolate(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(
    /\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (whole, name: string | undefined, kind, rest) => {
      if (name === undefined) return '$';
      const value = environment[name];
      if (value !== undefined && value !== '') return value;
      if (kind === '-') return String(rest);
      throw new Error(`${whole} is not set`);
    },
  );
}

/** `.env.example`, the environment of the example. */
export const exampleEnvironment = (): Readonly<Record<string, string | undefined>> =>
  parseEnv(readDeploy('.env.example'));

/** Every variable that a text wants filled in. */
export const variablesIn = (text: string): readonly string[] =>
  Array.from(text.matchAll(/\$\{(\w+)/g), ([, name]) => name ?? '');
