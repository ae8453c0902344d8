import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Metric, METRICS } from '../../app/src/metrics/catalogue.ts';
import { expressionsOf, grafanaDashboard } from './grafana.ts';
import { filledEnvironment, parseCompose, readDeploy, ROOT } from './read.ts';

const catalogue = new Map(Object.entries<Metric>(METRICS));
const { services } = parseCompose(readDeploy('docker-compose.yml'), filledEnvironment());

/** The metrics that an expression names, and labels that it asks for and they do not have. */
function wrongIn(expr: string): readonly string[] {
  return Array.from(expr.matchAll(/\b((?:contrail|process)_\w+)(?:\{([^}]*)\})?/g)).flatMap(
    ([, series = '', matchers = '']) => {
      const name = catalogue.has(series) ? series : series.replace(/_(bucket|sum|count)$/, '');
      const metric = catalogue.get(name);
      if (metric === undefined || (name !== series) !== (metric.type === 'histogram')) return [series];
      const labels = Array.from(matchers.matchAll(/(\w+)\s*[=!]/g), ([, label]) => label ?? '');
      return labels.filter((label) => !['job', 'instance', ...metric.labels].includes(label));
    },
  );
}

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}
const rules = (parse(readDeploy('prometheus/alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
);

describe('the dashboard for Grafana', () => {
  it('is the file that people import', async () => {
    const text = `${JSON.stringify(grafanaDashboard(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../deploy/grafana/contrail.json');
  });

  it.each(expressionsOf(grafanaDashboard()))('names only what Contrail tells: %s', (expr) => {
    expect(wrongIn(expr)).toEqual([]);
  });

  it('would notice a name or a label that does not exist', () => {
    expect(wrongIn('rate(contrail_rows_total[5m])')).toEqual(['contrail_rows_total']);
    expect(wrongIn('contrail_stage_state{stages="x"}')).toEqual(['stages']);
    expect(wrongIn('contrail_pipeline_batch_seconds')).toEqual(['contrail_pipeline_batch_seconds']);
    expect(wrongIn('contrail_spool_polls_count')).toEqual(['contrail_spool_polls_count']);
  });
});

describe('the alert rules', () => {
  it.each(rules)(
    '$alert names only what Contrail tells, and says what to do',
    ({ expr, labels, annotations }) => {
      expect(wrongIn(expr)).toEqual([]);
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary).toMatch(/\{\{ \$/);
      expect(annotations.description).toMatch(/\.$/);
    },
  );

  it('have a name each, which docs/operating.md lists', () => {
    const names = rules.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
    const text = readDeploy('../docs/operating.md');
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
    const listed = Array.from(text.matchAll(/`(Contrail[A-Z]\w+)`/g), ([, name]) => name ?? '');
    expect(listed.filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('the profile monitoring of Compose', () => {
  const mounts = (name: string): readonly string[] => services[name]?.volumes ?? [];
  const config = parse(readDeploy('prometheus/prometheus.yml')) as {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  };

  it('starts Prometheus and Grafana, and nothing else starts them', () => {
    const profiled = Object.entries(services).filter(([, { profiles }]) => profiles !== undefined);
    expect(profiled.map(([name, { profiles }]) => [name, profiles])).toEqual([
      ['prometheus', ['monitoring']],
      ['grafana', ['monitoring']],
    ]);
  });

  it('asks the services of Contrail where they answer', () => {
    const targets = config.scrape_configs.flatMap(({ static_configs: all }) =>
      all.flatMap((one) => one.targets),
    );
    const { DASHBOARD_PORT } = services['dashboard']?.environment ?? {};
    expect(targets).toEqual([`dashboard:${DASHBOARD_PORT}`, 'pipeline:8502', 'producer:8502']);
    for (const name of ['pipeline', 'producer'])
      expect(services[name]?.environment?.['STATUS_ADDRESS']).toBe('0.0.0.0:8502');
  });

  it('shows the dashboard with the Prometheus beside it', () => {
    const source = parse(readDeploy('grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { type: string; url: string }[];
    };
    expect(source.datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090' }]);
    const provider = parse(readDeploy('grafana/provisioning/dashboards/contrail.yml')) as {
      providers: { options: { path: string } }[];
    };
    const path = provider.providers[0]?.options.path ?? '';
    expect(mounts('grafana')).toContain(`./grafana/contrail.json:${path}/contrail.json:ro`);
    expect(mounts('grafana')).toContain('./grafana/provisioning:/etc/grafana/provisioning:ro');
    expect(mounts('prometheus')).toContain('./prometheus:/etc/prometheus:ro');
    expect(existsSync(join(ROOT, 'deploy/prometheus/prometheus.yml'))).toBe(true);
  });
});
