import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readDeploy, ROOT } from '../../deploy/read.ts';
import { expressionsOf, grafanaDashboard } from '../../deploy/grafana.ts';
import { findPrometheus } from './prometheus.ts';
import { SCENARIOS, WELL } from './scenarios.ts';

const run = promisify(execFile);
const prometheus = await findPrometheus();
const promtool = prometheus?.promtool ?? '';
const RULES = resolve(ROOT, 'deploy/prometheus/alerts.yml');
const alerts = (
  parse(readDeploy('prometheus/alerts.yml')) as { groups: { rules: { alert: string }[] }[] }
).groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));

/** Runs promtool on a file with this content; answers what it prints, and throws that when it refuses. */
async function check(words: readonly string[], name: string, content: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'contrail-promtool-'));
  try {
    await writeFile(join(folder, name), stringify(content));
    const { stdout } = await run(promtool, [...words, name], { cwd: folder });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${stdout}\n${stderr}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

describe.skipIf(prometheus === null)('the alert rules, by promtool', () => {
  it('are rules, and the configuration of the example is one', async () => {
    expect((await run(promtool, ['check', 'rules', RULES])).stdout).toContain(`${alerts.length} rules found`);
    const config = resolve(ROOT, 'deploy/prometheus/prometheus.yml');
    expect((await run(promtool, ['check', 'config', config])).stdout).toContain('SUCCESS');
  });

  it('each fire in a scenario, and are silent in one that is near', () => {
    expect([...new Set(SCENARIOS.flatMap(({ firing }) => firing))].toSorted()).toEqual(alerts.toSorted());
    expect(SCENARIOS.flatMap(({ near }) => near ?? []).toSorted()).toEqual(alerts.toSorted());
    for (const { firing, near } of SCENARIOS) expect(firing).not.toContain(near);
  });

  it('fire in each scenario as it says, and no other does', async () => {
    const tests = SCENARIOS.map(({ name, series, at, firing }) => ({
      name,
      interval: '1m',
      input_series: Object.entries({ ...WELL, ...series }).flatMap(([one, values]) =>
        values === null ? [] : [{ series: one, values }],
      ),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: `${at}m`,
          exp_samples: firing.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
        },
      ],
    }));
    const file = { rule_files: [RULES], evaluation_interval: '1m', tests };
    expect(await check(['test', 'rules'], 'scenarios.yml', file)).toContain('SUCCESS');
  });
});

describe.skipIf(prometheus === null)('the dashboard for Grafana, by promtool', () => {
  it('asks what Prometheus understands', async () => {
    const rules = expressionsOf(grafanaDashboard()).map((expr, index) => ({
      record: `panel:${index}`,
      expr,
    }));
    expect(rules.length).toBeGreaterThan(30);
    const file = { groups: [{ name: 'panels', rules }] };
    expect(await check(['check', 'rules'], 'panels.yml', file)).toContain(`${rules.length} rules found`);
  });
});
