/**
 * Gives the memory of bytes back at once, all that their buffer has: they are to be the only ones in it, and of no use afterwards. The garbage collector would do it too, but it looks at
 * its own heap, which is small: tens of megabytes of dead bytes would wait for it.
 */
export function release({ buffer }: Uint8Array<ArrayBuffer>): void {
  // An empty one is shared.
  if (buffer.byteLength > 0) buffer.transfer(0);
}
