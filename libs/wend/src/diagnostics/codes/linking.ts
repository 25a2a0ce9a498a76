// E4xx: linking. Up to E419 they are found while a source is checked against what it stands on, from E420 on when they are put together.
import type { CodePage } from '../code-page.ts';

const route = 'route default { candidates @openai/gpt-4.1 }';

/** `policy "name" extends "above"`, with something in it. */
function policyText(name: string, above: string | undefined, body = ''): string {
  return `policy "${name}" ${above === undefined ? '' : `extends "${above}" `}{ ${body} }`;
}

export const linkingCodes = {
  E400: {
    title: 'not open',
    meaning:
      'A layer above has something of this name, and it means there what it means there. Choose another name, or let the layer above say `open`.',
    example: 'policy "p" extends "base" { rule pii { deny "no" } }',
    beside: ['policy "base" { rule pii { tag x = 1 } }'],
  },
  E401: {
    title: 'final param',
    meaning: 'A layer above says that the value of this param is the last word.',
    example: 'policy "p" extends "base" { param soft = 95% }',
    beside: ['policy "base" { final param soft = 90% rule r when rollout(seed, "s", soft) { tag x = 1 } }'],
  },
  E402: {
    title: 'param of another type',
    meaning: 'The layer above that has the param says its type.',
    example: 'policy "p" extends "base" { param most: Int = $5 }',
    beside: ['policy "base" { param most = $5 rule r when (tenant.spent ?? $0) > most { tag x = 1 } }'],
  },
  E403: {
    title: 'function of another signature',
    meaning: 'What replaces an `open` function takes and gives what that does.',
    example: 'policy "p" extends "base" { fn most() -> Float { return 1.5 } }',
    beside: ['policy "base" { open fn most() -> Int { return 1 } }'],
  },
  E404: {
    title: 'not in the import',
    meaning: 'The library has no such function or const.',
    example: 'import "lib" as lib policy "p" { const n = lib.thrice(1) }',
    beside: ['library "lib" { fn twice(x: Int) -> Int { return x * 2 } }'],
  },
  E405: {
    title: 'final route',
    meaning: 'A layer above has a route of this name and says that it is final.',
    example: 'policy "p" extends "base" { route eu { candidates cheapest(1) } }',
    beside: [
      'policy "base" { final route eu when request.stream { candidates cheapest(1) } route default { candidates cheapest(1) } }',
    ],
  },
  E420: {
    title: 'not found',
    meaning:
      'No policy or library of this name is there, at least none in a version of this range. Publish it first, or correct the name.',
    example: policyText('acme/chat', 'platform/base@^2', route),
  },
  E421: {
    title: 'stands on itself',
    meaning:
      'A policy extends itself, or a library imports itself, by way of others. Break the circle: move what both need into a library of its own.',
    example: policyText('acme/chat', 'acme/base', route),
    beside: [policyText('acme/base', 'acme/chat', route)],
  },
  E422: {
    title: 'wrong kind',
    meaning: 'Only a policy can be extended, and only a library can be imported.',
    example: policyText('acme/chat', 'acme/helpers', route),
    beside: ['library "acme/helpers" { fn two() -> Int { return 2 } }'],
  },
  E423: {
    title: 'version out of range',
    meaning:
      'What was found is not of a version in the range. Widen the range, or publish such a version; what has no version fits no range but `*`.',
    example: policyText('acme/chat', 'acme/base@^2', route),
    beside: [`policy "acme/base" version "1.4.0" { ${route} }`],
  },
  E424: {
    title: 'not a reference',
    meaning:
      'After `extends` and `import` stands a name, or a name, `@` and a range of versions: `^2`, `~1.2`, `1.x`, `1.2.3`, `*`.',
    example: policyText('acme/chat', 'acme/base@newest', route),
  },
  E425: {
    title: 'too many layers',
    meaning: 'A chain of policies has at most 8 layers. Put what the ones in the middle say together.',
    example: policyText('acme/chat', 'layer/1', route),
    beside: Array.from({ length: 9 }, (_, place) =>
      policyText(`layer/${place + 1}`, place === 8 ? undefined : `layer/${place + 2}`, route),
    ),
  },
  E426: {
    title: 'too many sources',
    meaning:
      'A policy is linked from at most 64 sources: its layers, and the libraries that they import, directly or not.',
    example: `import "library/0" ${policyText('acme/chat', undefined, route)}`,
    beside: Array.from({ length: 70 }, (_, place) =>
      place < 10
        ? `${Array.from({ length: 6 }, (__, next) => `import "library/${10 + 6 * place + next}" as l${next}`).join(' ')} ${place < 9 ? `import "library/${place + 1}" as next` : ''} library "library/${place}" {}`
        : `library "library/${place}" {}`,
    ),
  },
  E427: {
    title: 'too many rules',
    meaning:
      'All layers of a policy together have at most 500 rules, and 500 routes. Say with a list or a map what differs only in a value.',
    example: policyText('acme/chat', 'acme/base', 'rule one_more when request.stream { tag streamed = true }'),
    beside: [
      policyText(
        'acme/base',
        undefined,
        `${Array.from({ length: 500 }, (_, place) => `rule r${place} when request.stream { tag t = ${place} }`).join('\n')} ${route}`,
      ),
    ],
  },
  E428: {
    title: 'value cannot be computed',
    meaning:
      'Params and constants are computed once, when the policy is linked, and this one fails: by a division by zero, a number that is too large, or because it depends on itself.',
    example: policyText('acme/chat', undefined, `const share = 1 div (2 - 2) ${route}`),
  },
  E429: {
    title: 'value takes too much',
    meaning:
      'Params and constants of one source together may spend what one run may: fuel, calls within calls, and bytes.',
    example: policyText(
      'acme/chat',
      undefined,
      `fn forever() -> Int { var n = 0 while true { set n = n + 1 } return n } const endless = forever() ${route}`,
    ),
  },
  E430: {
    title: 'no such model',
    meaning: 'No provider has this model now, and none of this vendor takes models that it does not list.',
    example: policyText('acme/chat', undefined, 'route default { candidates @openai/gpt-5.1 }'),
  },
  E431: {
    title: 'no such alias',
    meaning: 'No provider gives a model this alias, or this name.',
    example: policyText('acme/chat', undefined, 'route default { candidates @"fsat" }'),
  },
  E432: {
    title: 'no such extension',
    meaning: 'No extension of this name is registered.',
    example: policyText('acme/chat', undefined, `rule guard { use validate "pii-gard" } ${route}`),
  },
} as const satisfies Record<string, CodePage>;
