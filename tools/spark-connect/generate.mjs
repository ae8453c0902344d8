// Writes libs/spark-connect/src/gen from libs/spark-connect/proto: protoc-gen-es, run by buf, then one change.
// protoc-gen-es declares TypeScript enums, which Contrail's compiler options refuse (`erasableSyntaxOnly`: Node runs the
// sources as they are); each becomes a constant object and the union of its numbers, which is used in the same way.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const here = import.meta.dirname;
const library = join(here, '../../libs/spark-connect');
const out = join(library, 'src/gen');
const template = {
  version: 'v2',
  plugins: [
    {
      local: join(here, 'node_modules/.bin/protoc-gen-es'),
      out,
      opt: ['target=ts', 'import_extension=ts'],
    },
  ],
};

const ENUM = /^export enum (\w+) \{\n([\s\S]*?)^\}\n/gm;
const MEMBER = /^ {2}(\w+) = (\d+),$/gm;

/** `export enum X { A = 0, }` as `export const X = { A: 0 } as const` and `export type X = 0 | …`. */
function withoutEnums(text) {
  return text.replaceAll(ENUM, (_, name, body) => {
    const members = body.replaceAll(MEMBER, '  $1: $2,');
    return `export const ${name} = {\n${members}} as const;\nexport type ${name} = (typeof ${name})[keyof typeof ${name}];\n`;
  });
}

rmSync(out, { recursive: true, force: true });
execFileSync(
  join(here, 'node_modules/.bin/buf'),
  ['generate', join(library, 'proto'), '--template', JSON.stringify(template)],
  {
    stdio: 'inherit',
    env: { ...process.env, PATH: `${join(here, 'node_modules/.bin')}${delimiter}${process.env.PATH}` },
  },
);
for (const file of globSync('**/*.ts', { cwd: out })) {
  const path = join(out, file);
  writeFileSync(path, withoutEnums(readFileSync(path, 'utf8')));
}
