import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

/** A tar of some files. */
export async function tar(files: Readonly<Record<string, string | Uint8Array>>): Promise<Buffer> {
  const packing = pack();
  for (const [name, content] of Object.entries(files)) packing.entry({ name }, Buffer.from(content));
  packing.finalize();
  return buffer(packing);
}
