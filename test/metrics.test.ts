import { expect, it } from 'vitest';
import { metricsPage } from './metrics-page.ts';

it('the numbers that Contrail tells stand in docs/metrics.md as they are defined', async () => {
  await expect(metricsPage()).toMatchFileSnapshot('../docs/metrics.md');
});
