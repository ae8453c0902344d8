import { type Metric, METRICS, QUESTIONS } from '../app/src/metrics/catalogue.ts';
import { markdownTable } from './markdown-table.ts';

/** The text of docs/metrics.md, made from the catalogue in app/src/metrics. */
export function metricsPage(): string {
  const all = Object.entries<Metric>(METRICS);
  const sections = Object.entries(QUESTIONS).map(([key, question]) => {
    const rows = all
      .filter(([, metric]) => metric.question === key)
      .map(([name, { type, labels, help, by, when }]) => [
        `\`${name}\``,
        type,
        labels.map((label) => `\`${label}\``).join(', '),
        by.join(', '),
        when === undefined ? help : `${help} (${when})`,
      ]);
    return `## ${question}\n\n${markdownTable(['name', 'type', 'labels', 'told by', 'what it says'], rows)}`;
  });
  const processes = markdownTable(
    ['process', 'where', 'told by'],
    [
      [
        '`contrail up` and `contrail dashboard`',
        'the address of the page, `http://127.0.0.1:8501/metrics`',
        '`page`',
      ],
      [
        '`contrail pipeline`',
        '`STATUS_ADDRESS`, as `STATUS_ADDRESS=0.0.0.0:8502`; nowhere if unset',
        '`pipeline`',
      ],
      ['`contrail produce`', '`STATUS_ADDRESS`', '`produce`'],
    ],
  );
  return `# Metrics

Each process of Contrail answers \`/metrics\` in the text form of Prometheus.

${processes}

\`STATUS_ADDRESS\` answers \`/healthz\` and \`/readyz\` too: \`/readyz\` is 503 with a sentence while a pipeline waits for a service or a
producer for the topic.

**Several processes tell the same.** A dashboard reads the reports of the pipeline in the lake, so it and the pipeline tell the same
numbers of the pipeline, and so does each further dashboard. So take \`max by (job)\`, never \`sum\`, over processes, and give all
processes of one Contrail one \`job\`. The alert rules and the Grafana dashboard do that. One of them is enough: scrape the
dashboard alone, or the pipeline too: for its memory and disk, and where no dashboard runs. Counters of the pipeline begin at 0 with
the process that tells them, and count the micro-batches that finish after its start.

**Ready to use**, in \`deploy/\`: [scrape configuration](../deploy/prometheus/prometheus.yml),
[alert rules](../deploy/prometheus/alerts.yml), [a dashboard for Grafana](../deploy/grafana/contrail.json). With Compose
\`docker compose --profile monitoring up --detach\` starts Prometheus and Grafana with all three; see
[operating.md](operating.md#watching).

Times are seconds, sizes bytes, instants seconds since 1970. A number that nobody knows is left out, and is never 0. Labels take few values: sources, tables, partitions of the topic, reasons, steps.

${sections.join('\n\n')}

---

Made from \`app/src/metrics/catalogue.ts\`; after a change there, write it again with
\`npx vitest run test/metrics.test.ts --update\`.
`;
}
