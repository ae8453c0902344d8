/** Our slim messages against those of Spark's own clients, field by field. Needs python3 with pip, and no Java. */
import { fromBinary } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CACHE_FOLDER } from '../../app/src/cluster/cluster-folder.ts';
import { file_spark_connect_connect as ours } from '../../libs/spark-connect/src/gen/spark/connect/connect_pb.ts';

/** Source packages of `pyspark-client`, 1.6 MB each, with their SHA-256. */
const CLIENTS = {
  '4.0.0': 'c552aad63b8a36d1dc7dac7044157049e2f2980e4e1446de21fb8f8525c92c82',
  '4.1.3': 'ff687ddd8176f3f96e5f53eb4184d6b5052af38d6bebf313c860e5062962351b',
  '4.2.0': '4008fe5e537bf0e57e7243d03abfaac089b7c87316bd07024784d8ea726f5d41',
} as const;

/** One line per field, enum value and method: `spark.connect.Plan.root` -> what it is. */
function facts(files: readonly FileDescriptorProto[]): ReadonlyMap<string, string> {
  const all = new Map<string, string>();
  const addEnum = (prefix: string, one: EnumDescriptorProto): void =>
    one.value.forEach(({ name, number }) => all.set(`${prefix}.${one.name}.${name}`, `= ${number}`));
  const addMessage = (prefix: string, message: DescriptorProto): void => {
    const path = `${prefix}.${message.name}`;
    for (const field of message.field) all.set(`${path}.${field.name}`, factOf(field, message));
    for (const one of message.enumType) addEnum(path, one);
    for (const nested of message.nestedType) addMessage(path, nested);
  };
  for (const file of files) {
    for (const message of file.messageType) addMessage(file.package, message);
    for (const one of file.enumType) addEnum(file.package, one);
    for (const service of file.service)
      for (const { name, inputType, outputType, clientStreaming, serverStreaming } of service.method)
        all.set(
          `${file.package}.${service.name}.${name}`,
          `${clientStreaming ? 'stream ' : ''}${inputType} -> ${serverStreaming ? 'stream ' : ''}${outputType}`,
        );
  }
  return all;
}

/** Number, type, repetition and oneof of a field. An optional field is a oneof of its own in the descriptor. */
function factOf(field: FieldDescriptorProto, message: DescriptorProto): string {
  const label = field.proto3Optional ? 'optional ' : field.label === Label.REPEATED ? 'repeated ' : '';
  const isInOneof = !field.proto3Optional && Object.hasOwn(field, 'oneofIndex');
  const oneof = isInOneof ? ` in oneof ${message.oneofDecl[field.oneofIndex]?.name}` : '';
  return `${label}${Type[field.type]} ${field.typeName} = ${field.number}${oneof}`.replaceAll('  ', ' ');
}

/** The descriptors of a version of Spark's client; undefined, said aloud, where it cannot be had. */
function theirs(version: keyof typeof CLIENTS): readonly FileDescriptorProto[] | undefined {
  const archive = join(CACHE_FOLDER, `pyspark_client-${version}.tar.gz`);
  if (!existsSync(archive)) {
    mkdirSync(CACHE_FOLDER, { recursive: true });
    const folder = mkdtempSync(join(CACHE_FOLDER, 'pyspark-client-'));
    const requirements = join(folder, 'requirements.txt');
    writeFileSync(requirements, `pyspark-client==${version} --hash=sha256:${CLIENTS[version]}\n`);
    const what = ['--no-deps', '--no-binary', ':all:', '--require-hashes', '-r', requirements, '-d', folder];
    const pip = spawnSync('python3', ['-m', 'pip', '--quiet', 'download', ...what], { encoding: 'utf8' });
    if (pip.status === 0) renameSync(join(folder, `pyspark_client-${version}.tar.gz`), archive);
    rmSync(folder, { recursive: true, force: true });
    if (pip.status !== 0) {
      const reason = pip.error?.message ?? pip.stderr.trim().split('\n').at(-1);
      process.stderr.write(
        `\nOur messages are not compared with Spark ${version}: SKIPPED. pip could not fetch its client: ${reason}. It needs pip of python3 (package python3-pip) and PyPI.\n\n`,
      );
      return undefined;
    }
  }
  const script = join(import.meta.dirname, 'descriptors.py');
  const { status, stdout, stderr } = spawnSync('python3', [script, archive], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const modules = Object.values(JSON.parse(stdout) as Record<string, string>);
  return modules.map((bytes) => fromBinary(FileDescriptorProtoSchema, Buffer.from(bytes, 'base64')));
}

/** A server of 4.0 answers these with UNIMPLEMENTED. */
const SINCE_4_1 = /\bCloneSession/;

describe('our messages', () => {
  const own = facts([ours.proto]);

  it.for(['4.0.0', '4.1.3', '4.2.0'] as const)('are those of Spark %s', (version, { skip }) => {
    const files = theirs(version) ?? skip();
    const known = facts(files);
    const asked = [...own].filter(([path]) => version !== '4.0.0' || !SINCE_4_1.test(path));
    const different = asked.filter(([path, fact]) => known.get(path) !== fact);
    expect(different.map(([path, fact]) => `${path}: ours ${fact}, Spark's ${known.get(path)}`)).toEqual([]);
    expect(own.size).toBeGreaterThan(150);
  });
});
