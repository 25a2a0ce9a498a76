import { expect, test } from 'vitest';
import type { Instance } from './instances.ts';
import { showStatus } from './show-status.ts';

const provider: Instance = {
  service: 'provider',
  instance: 'aaaaaaaaaa',
  version: '2.0.0',
  started: 0,
  missing: [],
  notes: [],
  stops: {},
  snapshots: {},
  totals: { missing: 0, refused_addresses: 0, refused_publishes: 0, unsent: 0 },
  spool: { records: 0, bytes: 0 },
  stores: {},
};

/** The lines of a status that begin with a name, without their colours and wide spaces. */
function line(name: string, instances: readonly Instance[]): string | undefined {
  const text = showStatus({ url: 'nats://x', version: '2.15.1' }, instances, 1000);
  const lines = text.split('\n').map((each) => each.replace(/ +/g, ' '));
  return lines.find((each) => each.startsWith(`${name} `));
}

test('what waits on a disk is shown, and whose', () => {
  expect(line('spool', [provider])).toBe('spool empty');
  const waiting = { ...provider, instance: 'bbbbbbbbbb', spool: { records: 3, bytes: 2100 } };
  expect(line('spool', [provider, waiting])).toBe('spool 3 records (2100 bytes) wait in provider bbbbbbbbbb');
  const { spool: _, ...without } = provider;
  expect(line('spool', [without])).toBe('spool empty');
});

test('stores that hold anything are shown with how full they are, the fullest first', () => {
  expect(line('stores', [provider])).toBe('stores empty');
  const stores = {
    ROUTER_V2_METER: { bytes: 10, max_bytes: 10_000, messages: 1 },
    router_v2_slots: { bytes: 850, max_bytes: 1000, messages: 3 },
    router_v2_cache: { bytes: 990, max_bytes: 1000, messages: 3 },
    router_v2_leases: { bytes: 0, max_bytes: 1000, messages: 0 },
  };
  expect(line('stores', [{ ...provider, stores }])).toBe(
    'stores router_v2_cache 99 % full, router_v2_slots 85 % full, ROUTER_V2_METER <1 % full',
  );
});
