// The effects, and how those of several layers become one decision, in the reference.
import { code, table } from './markdown.ts';

type Row = readonly [form: string, where: string, meaning: string];

/** By the kind of the tree; a test sees to it that none is missing. */
export const effects: Readonly<Record<string, Row>> = {
  deny: [
    'deny "reason" status 403 message "…"',
    'both',
    'Refuses the request, and ends the rule. The first one by priority is told.',
  ],
  candidates: [
    'candidates list',
    'routes',
    'The models to try, in the order of preference: a ModelId, a Model, or a list of either. A second one replaces the first.',
  ],
  split: [
    'split by key { @a/x: 70, @b/y: 30 }',
    'routes',
    'One of several models by weight; the others are no fallbacks. Without `by` the key of `sticky`, else `seed`.',
  ],
  fallback: [
    'fallback model on timeout, server_error retry 2 backoff exp(100ms, 5s)',
    'routes',
    'A model, or a list, to be tried after the candidates, on these classes of failure. Without `on`: after all but `bad_request` and `content_filter`, which another model would not mend.',
  ],
  sticky: ['sticky by key', 'routes', 'Orders the candidates by a hash of the key.'],
  limit: [
    'limit max_tokens = 1024',
    'both',
    '`max_tokens` (Int), `timeout` (Duration), `rpm`, `tpm`, `concurrency` (Int) of the tenant that asks; all above 0.',
  ],
  only: ['only m => test', 'both', 'Keeps the candidates, fallbacks and arms for which it is true.'],
  exclude: ['exclude m => test', 'both', 'Removes those for which it is true.'],
  use: [
    'use validate "name@^1" with { … } required timeout 1s stream window 80',
    'both',
    'An extension: `pre` changes the request, `validate` looks at it, `post` changes the answer. `required` fails closed.',
  ],
  transform: [
    'transform request a.b["c"] = value',
    'both',
    'Sets a field of the request or of the answer. Not what others decide: model, stream, router, limits.',
  ],
  experiment: [
    'experiment name by key { a: { … }, b: { … } }',
    'both',
    'Arms of which one is taken. In a rule, an arm may hold what a rule may.',
  ],
  cache: [
    'cache key x ttl 10min',
    'both',
    'Answers equal requests from a store; `cache off` forbids it. Errors and cut answers are never stored.',
  ],
  hedge: ['hedge after 800ms', 'both', 'A second call races the first when that has not begun to answer by then.'],
  tag: ['tag a.b = value', 'both', 'A fact on the decision, for logs and usage.'],
};

export const effectsTable = table(
  ['effect', 'in', ''],
  Object.values(effects).map(([form, where, meaning]) => [code(form), where, meaning]),
);

export const combiningTable = table(
  ['', 'how'],
  [
    ['`deny`', 'one is enough; the first by priority is told'],
    ['`limit`', 'the tightest'],
    ['`only`, `exclude`', 'all of them: a child can never widen'],
    [
      '`use`',
      'root to leaf; an extension of one range and configuration once, in the strictest mode. `combine pipeline replace`, in the root policy alone: the lowest layer that uses any replaces what the others use, except what they require',
    ],
    ['routes', '`final` ones root first, then the others leaf to root; the first that matches wins'],
    ['`tag`, `transform`', 'the later layer wins a path; what a `final` route wrote stays'],
    ['`cache`', '`off` wins, then the upper layer'],
    ['`hedge`', 'the longest wait'],
    ['`breaker`', "the upper layer's, for its models"],
    ['`sticky`', 'the first that the route says'],
    ['`param`', "the lowest layer's value, unless it is `final`"],
    ['`open` rules and functions', "the lowest layer's; without `open` the same name is an error"],
  ],
);
