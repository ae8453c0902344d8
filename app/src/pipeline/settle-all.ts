/** Like `Promise.all`, but none is still on its way when it rejects. */
export async function allSettledOrThrow<T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
