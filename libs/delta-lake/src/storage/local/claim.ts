/**
 * Put-if-absent on a file system without hard links (exFAT, many shares and FUSE file systems). It needs one promise of
 * the file system: a folder is not renamed onto a folder that is not empty.
 *
 *     .N.<uuid>.tmp/<uuid>   the draft: a folder with the whole, synced file in it
 *            │ rename: fails while somebody's claim is there     ← decided who is next: from here the claim is whole
 *     .N.claim/<uuid>
 *            │ rename, unless N exists                           ← N appears, whole
 *     N
 *
 * A process that finds a claim completes it for its owner (`settle`), so a claim that a dead process has left blocks
 * nobody, and no claim is ever broken. A claim of `<uuid>` can only move `<uuid>`, and N is checked after the claim was
 * seen. While the claim exists, nobody else can create N, so the move never replaces anything. N itself decides: an
 * owner that finds its file moved reads N.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errno, ignoreAbsent, isAbsent } from './failure.ts';
import { syncFolder } from './files.ts';
import { inFlight } from './in-flight.ts';

/** The names of claims; listings leave them out. */
export const CLAIM: RegExp = /^\..+\.claim$/;

/** Error codes of a rename onto a folder that is not empty. Windows and its shares have no code of their own for it. */
const TAKEN: ReadonlySet<string | undefined> = new Set(['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES', 'EBUSY']);

/** Other claims may come and go between two tries, but not this often unless the file system breaks its promise. */
const TRIES = 1000;

/**
 * Moves a whole, synced file to `target` unless that exists; answers whether it did. The file is gone afterwards, in
 * either case.
 */
export async function createByClaim(
  temporary: string,
  target: string,
  body: Uint8Array | string,
): Promise<'created' | 'exists'> {
  const folder = dirname(target);
  const id = randomUUID();
  const draft = join(folder, `.${basename(target)}.${id}.tmp`);
  const claim = join(folder, `.${basename(target)}.claim`);
  const take = async (): Promise<boolean> => {
    await mkdir(draft);
    await rename(temporary, join(draft, id));
    await syncFolder(draft);
    return takeClaim(draft, claim, target);
  };
  try {
    if (!(await inFlight(draft, take))) return 'exists';
  } finally {
    // Nothing is left here if the draft became the claim.
    await rm(draft, { recursive: true, force: true });
  }
  await syncFolder(folder);
  const isOurs = (await settleOne(claim, id, target)) ?? isSame(await readFile(target), body);
  await removeIfEmpty(claim);
  return isOurs ? 'created' : 'exists';
}

/** Makes the draft the claim; false when the target exists. */
async function takeClaim(draft: string, claim: string, target: string): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    if (existsSync(target)) {
      // An owner that died after its move has left the empty folder.
      await removeIfEmpty(claim);
      return false;
    }
    try {
      await rename(draft, claim);
      return true;
    } catch (error) {
      if (!TAKEN.has(errno(error)) || tries === TRIES) throw error;
      await settle(claim, target);
    }
  }
}

/** Completes a claim for its owner, which may be dead. */
async function settle(claim: string, target: string): Promise<void> {
  let ids: readonly string[];
  try {
    ids = await readdir(claim);
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  for (const id of ids) await settleOne(claim, id, target);
  await removeIfEmpty(claim);
}

/** Whether the claimed file has become the target; null when somebody else has settled it. */
async function settleOne(claim: string, id: string, target: string): Promise<boolean | null> {
  const isLate = existsSync(target);
  try {
    // From here the object exists, whole, or the claim came too late and has no effect.
    await (isLate ? unlink(join(claim, id)) : rename(join(claim, id), target));
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
  await syncFolder(dirname(target));
  return !isLate;
}

/** Removes a claim that has been settled. */
async function removeIfEmpty(claim: string): Promise<void> {
  try {
    await rmdir(claim);
  } catch (error) {
    // The next claim exists already.
    if (!TAKEN.has(errno(error))) ignoreAbsent(error);
  }
}

function isSame(found: Uint8Array, body: Uint8Array | string): boolean {
  return Buffer.from(body).equals(found);
}
