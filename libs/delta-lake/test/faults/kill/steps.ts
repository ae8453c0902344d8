import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

/** A step by its name and how often that came before: the order of steps that go on side by side is not always the same. */
export type KillStep = string;

/**
 * Kills this process, by SIGKILL, at a step (null: never) of those in which it changes the disk: each call of Node
 * that makes, fills, syncs, names or removes a file, taken before it happens, and each write of bytes once more in the
 * middle. What the local store does is seen here without its knowledge, so a step that it will take some day counts too.
 * Answers the steps so far. "Killed" is written to standard output before the end.
 */
export function killAt(doomed: KillStep | null): () => readonly KillStep[] {
  const steps: KillStep[] = [];
  const occurrences = new Map<string, number>();
  const step = (name: string, before?: () => void): void => {
    const occurrence = (occurrences.get(name) ?? 0) + 1;
    occurrences.set(name, occurrence);
    const id = occurrence === 1 ? name : `${name}, ${occurrence}`;
    steps.push(id);
    if (id !== doomed) return;
    before?.();
    fs.writeSync(1, 'killed\n');
    process.kill(process.pid, 'SIGKILL');
  };
  const { copyFile, link, mkdir, open, rename, unlink } = fs.promises;

  fs.promises.open = async (path, flags, mode) => {
    if (flags !== 'r') step(`open ${nameOf(path)}`);
    return watched(await open(path, flags, mode), nameOf(path), step);
  };
  fs.promises.copyFile = async (from, to, mode) => {
    step(`copy ${nameOf(to)}`);
    step(`half of ${nameOf(to)}`, () => fs.writeFileSync(to, halfOf(fs.readFileSync(from))));
    return copyFile(from, to, mode);
  };
  fs.promises.link = async (from, to) => {
    step(`link ${nameOf(to)}`);
    return link(from, to);
  };
  fs.promises.rename = async (from, to) => {
    step(`rename ${nameOf(to)}`);
    return rename(from, to);
  };
  fs.promises.unlink = async (path) => {
    step(`unlink ${nameOf(path)}`);
    return unlink(path);
  };
  fs.promises.mkdir = (async (path: fs.PathLike, options: fs.MakeDirectoryOptions) => {
    step(`mkdir ${nameOf(path)}`);
    return mkdir(path, options);
  }) as typeof mkdir;
  syncBuiltinESMExports();
  return () => steps;
}

type Step = (name: string, before?: () => void) => void;

function watched(file: FileHandle, name: string, step: Step): FileHandle {
  const [writeFile, sync] = [file.writeFile.bind(file), file.sync.bind(file)];
  file.writeFile = async (body, options) => {
    step(`write ${name}`);
    step(`half of ${name}`, () => fs.writeSync(file.fd, halfOf(Buffer.from(body as string))));
    return writeFile(body, options);
  };
  file.sync = async () => {
    step(`sync ${name}`);
    return sync();
  };
  return file;
}

function halfOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.byteLength >> 1);
}

/** The last part of a path, without what makes a name unique. */
function nameOf(path: unknown): string {
  return basename(String(path)).replace(/\.?[0-9a-f]{8}-[0-9a-f-]{27}/g, '');
}
