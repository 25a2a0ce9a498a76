// `decision`, for the expectations of tests (data/decision.ts has the values). Durations are Int ms there, as in its JSON.
import { optionalOf, recordOf, type Type } from './type.ts';

const int: Type = { kind: 'Int' };
const float: Type = { kind: 'Float' };
const string: Type = { kind: 'String' };
const json: Type = { kind: 'Json' };
const modelId: Type = { kind: 'ModelId' };
const optionalInt = optionalOf(int);
const listOf = (of: Type): Type => ({ kind: 'list', of });
const mapOf = (of: Type): Type => ({ kind: 'map', of });
const enumOf = (...values: readonly string[]): Type => ({ kind: 'enum', values });

const transforms = listOf(recordOf({ path: listOf(json), value: json }));

const effects = {
  candidates: listOf(recordOf({ model: modelId, weight: optionalOf(float) })),
  picked: optionalOf(modelId),
  fallbacks: listOf(
    recordOf({
      model: modelId,
      on: listOf(string),
      retry: optionalInt,
      backoff: optionalOf(recordOf({ base_ms: int, cap_ms: int })),
    }),
  ),
  pipeline: listOf(
    recordOf({
      stage: enumOf('pre', 'validate', 'post'),
      extension: string,
      range: optionalOf(string),
      mode: enumOf('required', 'optional'),
      on_fail: enumOf('block', 'warn', 'ignore'),
      config: optionalOf(json),
      timeout_ms: optionalInt,
      stream: optionalOf(recordOf({ kind: enumOf('buffer', 'skip', 'window'), size: optionalInt })),
    }),
  ),
  limits: recordOf({
    max_tokens: optionalInt,
    timeout: optionalInt,
    rpm: optionalInt,
    tpm: optionalInt,
    concurrency: optionalInt,
  }),
  transforms: recordOf({ request: transforms, response: transforms }),
  cache: optionalOf(recordOf({ off: optionalOf({ kind: 'Bool' }), key: optionalOf(string), ttl_ms: optionalInt })),
  hedge_after_ms: optionalInt,
  breakers: listOf(recordOf({ model: optionalOf(string), calls: int, failure_rate: float, open_ms: int })),
  tags: mapOf(json),
} as const satisfies Record<string, Type>;

const experiments = listOf(
  recordOf({ name: string, key: string, taken: string, arms: mapOf(recordOf({ ...effects, experiments: json })) }),
);

export const decisionType: Type = recordOf({
  effect: enumOf('allow', 'deny', 'unavailable'),
  deny: optionalOf(recordOf({ rule: string, layer: string, reason: string, status: int, message: optionalOf(string) })),
  unavailable: optionalOf(
    recordOf({
      reason: enumOf('no_candidate', 'policy_limit', 'policy_error'),
      layer: optionalOf(string),
      message: optionalOf(string),
    }),
  ),
  route: optionalOf(string),
  rules: listOf(string),
  policy: recordOf({ name: string, version: optionalOf(string), digest: string }),
  spent: listOf(recordOf({ layer: string, fuel: int, bytes: int })),
  ...effects,
  experiments,
});
