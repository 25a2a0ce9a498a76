// Addresses and versions.
import { isRange, parseVersion, satisfies } from '../../semver.ts';
import { readString } from '../operations/allocation.ts';
import { inNetwork } from '../values/cidr.ts';
import type { LibraryFunction } from './library-function.ts';
import { bool, optional, string, takes } from './types.ts';

export const others: readonly LibraryFunction[] = [
  {
    name: 'cidr',
    group: 'other',
    parameters: [takes('ip', string), takes('net', string)],
    returns: optional(bool),
    summary:
      'Whether an address (IPv4 or IPv6) lies in a network; null where the one is no address or the other no network.',
    examples: [
      ['cidr("10.1.2.3", "10.0.0.0/8")', true],
      ['cidr("2001:db8::1", "2001:db8::/32")', true],
      ['cidr("somewhere", "10.0.0.0/8")', null],
    ],
    price: '8, and ⌈characters / 64⌉',
    run({ run, at }, ip: string, net: string) {
      run.meter.burn(8, at);
      readString(run.meter, ip.length + net.length, at);
      return inNetwork(ip, net);
    },
  },
  {
    name: 'semver',
    group: 'other',
    parameters: [takes('version', string), takes('range', string)],
    returns: optional(bool),
    summary: 'Whether a version is in a range of versions; null where the one is no version or the other no range.',
    examples: [
      ['semver("1.4.2", "^1.2")', true],
      ['semver("2.0.0", "~1.2")', false],
      ['semver("new", "*")', null],
    ],
    price: '4, and ⌈characters / 16⌉',
    run({ run, at }, version: string, range: string) {
      run.meter.burn(4 + ((version.length + range.length + 15) >> 4), at);
      return parseVersion(version) === undefined || !isRange(range) ? null : satisfies(version, range);
    },
  },
];
