import { until } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import { Outage } from './outage.ts';

test('an outage is told once, asked for in the background, and told when it is over', async () => {
  const told: string[] = [];
  let back = false;
  let probes = 0;
  const outage = new Outage({
    probe: async () => {
      probes += 1;
      if (!back) throw new Error('still away');
    },
    began: (why) => told.push(why),
    ended: () => told.push('over'),
    everyMs: 5,
  });
  expect(outage.lasts).toBe(false);
  for (const why of ['first', 'second']) outage.begin(new Error(why));
  expect([outage.lasts, told]).toEqual([true, ['first']]);
  await until('probes', () => probes > 2);
  expect(outage.lasts).toBe(true);
  back = true;
  await until('its end', () => !outage.lasts);
  outage.begin('again');
  expect(told).toEqual(['first', 'over', 'again']);
});
