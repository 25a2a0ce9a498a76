// Values as the JSON of a decision, with what they take there.
import type { Catalogue } from '../data/catalogue.ts';
import { stringBytes, type Json } from '../data/json.ts';
import type { At } from '../ir/ir.ts';
import { valueLimits } from '../limits.ts';
import type { Value } from '../run/instance.ts';
import { PolicyFailure } from '../run/meter.ts';
import { valueDepth } from '../run/values/equality.ts';
import { isModel } from '../run/values/models.ts';
import { isList, own } from '../run/values/records.ts';

/** How much more may go into a decision: bytes of JSON, shared parts counted as often as they are written. */
export class Room {
  used = 0;
  /** By which a model is known from a record. */
  readonly catalogue: Catalogue;

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
  }

  /** @throws PolicyFailure when there is no more room */
  take(bytes: number, at: At): void {
    this.used += bytes;
    if (this.used > valueLimits.decisionBytes) {
      throw new PolicyFailure('policy_limit', `a decision of more than ${valueLimits.decisionBytes} bytes`, at);
    }
  }
}

/**
 * A copy of a value as plain JSON; a Model is its id.
 * @throws PolicyFailure when there is no room for it
 */
export function toJson(value: Value, room: Room, at: At, depth = 0): Json {
  if (typeof value === 'string') {
    room.take(stringBytes(value), at);
    return value;
  }
  if (typeof value === 'number') {
    room.take(24, at);
    return value === 0 ? 0 : value; // JSON knows no -0
  }
  if (value === null || typeof value === 'boolean') {
    room.take(5, at);
    return value;
  }
  if (depth === valueDepth)
    throw new PolicyFailure('policy_limit', `values nested deeper than ${valueDepth} levels`, at);
  if (isList(value)) {
    room.take(2 + value.length, at);
    return value.map((item) => toJson(item, room, at, depth + 1));
  }
  if (isModel(room.catalogue, value)) return toJson(value.id, room, at, depth);
  room.take(2, at);
  const record: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    room.take(stringBytes(key) + 2, at);
    put(record, key, toJson(own(value, key), room, at, depth + 1));
  }
  return record;
}

/** Of a plain record: by assignment `__proto__` would set its prototype. */
export function put(record: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__')
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  else record[key] = value;
}

/** One text for equal values, whatever the order of their keys. */
export function canonical(json: Json): string {
  if (Array.isArray(json)) return `[${(json as readonly Json[]).map(canonical).join(',')}]`;
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  const entries = Object.entries(json).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`).join(',')}}`;
}
