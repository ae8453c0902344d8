import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { settingsFrom } from '../../src/program/environment.ts';

it.each([
  ['does not exist', '/no/such/settings.env'],
  ['is a folder', tmpdir()],
])('a settings file that %s is refused by its name, with the flag to correct', (_, file) => {
  expect(() => settingsFrom({}, file)).toThrowError(
    expect.objectContaining({
      code: 'settings-invalid',
      message: expect.stringMatching(
        `^The settings file ${file} cannot be read: .*Give --env the path of a file`,
      ) as string,
    }),
  );
});
