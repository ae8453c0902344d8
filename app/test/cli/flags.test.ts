import { Command, CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { settingsOf, withSettings } from '../../src/cli/flags.ts';
import { SETTING_GROUPS } from '../../src/cli/setting-groups.ts';
import { SETTING_NAMES } from '../../src/config/variables.ts';

/** A command that uses two groups and a single setting. */
function command(): Command {
  const made = new Command('try').exitOverride().configureOutput({ writeErr: () => undefined });
  return withSettings(made.option('--once', 'its own flag'), ['Page', 'Network', 'SOURCE']);
}

const parsed = (...words: readonly string[]) => settingsOf(command().parse(words, { from: 'user' }).opts());

describe('the flags of a command', () => {
  it('know every setting, in one group each', () => {
    const grouped = Object.values(SETTING_GROUPS).flat();
    expect(grouped.toSorted()).toEqual([...SETTING_NAMES].toSorted());
  });

  it('take every setting, also those that the help does not list', () => {
    const settings = parsed('--dashboard-port', '9000', '--kafka-bootstrap', 'a:1', '--data', '/x', '--once');
    expect(settings).toMatchObject({ dashboardPort: 9000, kafkaBootstrap: 'a:1', dataDir: '/x' });
  });

  it('take a source several times, and a flag that begins with no', () => {
    const settings = parsed('--source', 'opensky', '--source', 'sbs:pi', '--no-proxy', 'a.example');
    expect(settings).toMatchObject({ sources: ['opensky', 'sbs:pi'], noProxy: 'a.example' });
    expect(parsed()).toMatchObject({ noProxy: null });
  });

  it('refuse a secret without showing it', () => {
    let refusal: unknown = null;
    try {
      parsed('--secret-key', 'hunter2');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(CommanderError);
    expect(String(refusal)).toContain('Set SECRET_KEY in the environment');
    expect(String(refusal)).not.toContain('hunter2');
  });

  it('are in the help as its own first, then the settings that it uses, by group', () => {
    const help = command().helpInformation();
    const places = ['--once', '--source', '--dashboard-port', '--ca-file'].map((flag) => help.indexOf(flag));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(help).toContain('Settings: Page');
    expect(help).not.toMatch(/--kafka-bootstrap|--secret-key|--credits/);
  });
});
