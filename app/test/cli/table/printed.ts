import { vi } from 'vitest';

/** What some work prints on standard output. */
export async function printed(work: () => Promise<void>): Promise<string> {
  const texts: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => texts.push(String(text)) > 0);
  try {
    await work();
  } finally {
    spy.mockRestore();
  }
  return texts.join('');
}
