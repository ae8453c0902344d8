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
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly entrypoint?: readonly string[];
  readonly env_file?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly mem_limit?: string;
  readonly network_mode?: string;
  readonly pids_limit?: number;
  readonly ports?: readonly string[];
  readonly privileged?: boolean;
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly restart?: string;
  readonly security_opt?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly volumes?: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Names and texts, as a `.env` file gives them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A Compose file as Compose reads it: anchors and merge keys resolved, and then, in each text by itself, the variables
 * filled in. Without an environment they stay as they are.
 */
export function parseCompose(text: string, environment?: Variables): ComposeFile {
  const file: unknown = parse(text, { merge: true });
  return (environment === undefined ? file : filledIn(file, environment)) as ComposeFile;
}

function filledIn(value: unknown, environment: Variables): unknown {
  if (typeof value === 'string') return interpolate(value, environment);
  if (Array.isArray(value)) return value.map((one) => filledIn(one, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filledIn(one, environment)]));
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}` filled in from an environment; `$$` is a dollar. */
function interpolate(text: string, environment: Variables): string {
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

/** `.env.example`, the environment of the example: its secrets are empty. */
export const exampleEnvironment = (): Variables => parseEnv(readDeploy('.env.example'));

/** The secrets that `secrets.sh` makes, in the order of its list. */
export const SECRETS = ['SECRET_KEY', 'GARAGE_RPC_SECRET', 'GARAGE_ADMIN_TOKEN', 'JUPYTER_TOKEN'] as const;

/** The example with secrets in it, each another one. */
export const filledEnvironment = (): Variables => ({
  ...exampleEnvironment(),
  ...Object.fromEntries(SECRETS.map((name, at) => [name, String(at + 1).repeat(64)])),
});

/** Every variable that a text wants filled in. */
export const variablesIn = (text: string): readonly string[] =>
  Array.from(text.matchAll(/\$\{(\w+)/g), ([, name]) => name ?? '');
