// Random names, drawn from the system's random numbers in lots: a draw costs microseconds, and a ULID by itself would take sixteen.
import { randomFillSync } from 'node:crypto';
import { ulid } from 'ulid';

const lot = Buffer.alloc(4096);
let used = lot.length;

/** The next bytes of the lot, each given once; where they begin. */
function draw(bytes: number): number {
  if (used + bytes > lot.length) {
    randomFillSync(lot);
    used = 0;
  }
  used += bytes;
  return used - bytes;
}

/** A random name that cannot be guessed: 128 bits as hex. */
export function randomToken(): string {
  const at = draw(16);
  return lot.toString('hex', at, at + 16);
}

/** A new ULID: 26 characters, in the order of their milliseconds, 80 bits of them random. */
export function newUlid(): string {
  return ulid(undefined, randomFraction);
}

function randomFraction(): number {
  return lot.readUInt8(draw(1)) / 256;
}
