// Header blocks that nobody should send: ours with strange values, the server's own, and bytes that are no headers.
import { header } from '@router-mesh/contracts';
import { scrambled } from './bodies.ts';
import type { Random } from './random.ts';

const names: readonly string[] = [
  ...Object.values(header),
  'Nats-Rollup',
  'Nats-Trace-Dest',
  'Nats-Trace-Only',
  'Nats-Expected-Stream',
  'Nats-Schedule',
  'Nats-TTL',
  'KV-Operation',
  'router-request',
  'X-Unknown',
];

const values: readonly string[] = [
  '',
  ' ',
  '0',
  '1',
  '-1',
  '1e9',
  '99999999999999999999',
  'NaN',
  'yes',
  'ok,ok,ok',
  '01HZX3KQ5V9J8M2N4P6R7S8T9W',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  '00-00000000000000000000000000000000-0000000000000000-00',
  '_INBOX.fuzz.elsewhere',
  '$JS.API.STREAM.DELETE.ROUTER_V2_METER',
  'router.v2.holder',
  '{"at":1}',
  '[]',
  '{"at":1,"verb":"chat","stream":false,"policy":"p","route":"r","candidates":[],"attempts":[],"needs":[]}',
  'policy@x;1;2;3;ok',
  ';;;;@,,,',
  'gzip',
  'application/json',
  'text/html',
  'ÄÖÜ',
  'x'.repeat(2000),
  'x'.repeat(9000),
  'sub;all',
];

/** Whether NATS itself acts on it, and may keep the message. */
export function isForServer(block: Buffer): boolean {
  return block.includes('Nats-Trace-');
}

/** A header block, or none. @param valid headers that belong there; some of them get other values */
export function hostileHeaders(random: Random, valid: Readonly<Record<string, string>> = {}): Buffer {
  const dice = random.fraction();
  if (Object.keys(valid).length === 0 && dice < 0.3) return Buffer.alloc(0);
  if (dice < 0.05) return random.bytes(1 + random.below(200));
  if (dice < 0.1) return Buffer.from(`NATS/1.0 ${random.pick(['503', '408', '100 Idle', '999', 'x'])}\r\n\r\n`);
  if (dice < 0.12) return block(Array.from({ length: 1000 }, (_, n) => [`X-${n}`, 'y']));
  const said: [string, string][] = Object.entries(valid)
    .filter(() => !random.chance(0.03))
    .map(([name, value]) => [name, random.chance(0.08) ? random.pick(values) : value]);
  for (let n = random.below(4); n > 0; n -= 1) said.push([random.pick(names), random.pick(values)]);
  return random.chance(0.1) ? scrambled(random, block(said)) : block(said);
}

function block(said: readonly (readonly [string, string])[]): Buffer {
  return Buffer.from(`NATS/1.0\r\n${said.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
}
