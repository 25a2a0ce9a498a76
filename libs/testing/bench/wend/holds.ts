// The longest that a policy may hold the event loop: programs that spend all their fuel on what takes longest for it.
// As a program of its own it runs one of them in a process that has run nothing else, and prints what `Hold` says.
import { decide, generate, sampleCatalogue, sampleInput, type Facts } from '@router-mesh/wend';
import { median } from '../statistics.ts';
import { runAlone } from './child.ts';
import { linked } from './representative.ts';

/** How long one decision takes, ms. */
export interface Hold {
  /** The first of its process: nothing is compiled yet. */
  readonly coldMs: number;
  /** The median of those after the first ten: a single one may have waited for the machine. */
  readonly warmMs: number;
}

const letters = Array.from({ length: 4000 }, (_, place) => 'ab'[((place * 7919) % 13) % 2]).join('');
const facts: Facts = {
  catalogue: sampleCatalogue,
  input: {
    ...sampleInput,
    request: { ...sampleInput.request, model: letters, metadata: { a: 'a'.repeat(150_000) } },
    user: { id: 'äB'.repeat(1500), roles: [] },
  },
};

/** Bodies of a rule: the dearest that libs/wend tests, and two cheap ones. */
const bodies: Readonly<Record<string, string>> = {
  'nothing at all': 'while true { }',
  'calls of functions': 'while true { let x = add(1, 2) }',
  'a regex with many states': 'while true { let x = request.model matches re"(?:a|b)*a(?:a|b){50}[cd]" }',
  'a regex with bounds of words': String.raw`while true { let x = request.model matches re"\B[ab]\B.*a.{15}\B[cd]" }`,
  'a search that almost finds':
    'let part = join(map(range(1000), n => "a")) while true { let x = contains(long, part + "b" + part) }',
  'times in a zone': 'while true { let x = between(now, "10:00", "12:00", "Europe/Berlin") }',
  groups: 'let l = map(range(1000), n => text(n)) while true { let x = group(l, n => n) }',
  'lists compared': 'let l = map(range(200), n => [n]) while true { let x = unique(l) }',
  'drawing by a key': 'while true { let x = bucket(user.id ?? "", "s") }',
  'effects told': 'while true { tag t = { a: [1, 2, 3], b: "x" } }',
};

export const holdNames = Object.keys(bodies);

/** Each in a process of its own. */
export async function measureHolds(): Promise<Readonly<Record<string, Hold>>> {
  const holds: Record<string, Hold> = {};
  for (const name of holdNames) holds[name] = (await runAlone(import.meta.filename, [name])) as Hold;
  return holds;
}

if (import.meta.main) process.stdout.write(JSON.stringify(hold(process.argv[2] ?? '')));

function hold(name: string): Hold {
  const text = `policy "expensive" {
    fn add(a: Int, b: Int) -> Int { return a + b }
    rule r { let long = as_string(request.metadata["a"]) ?? "" ${bodies[name] ?? ''} }
    route default { candidates cheapest(1) }
  }`;
  const policy = linked({ file: 'expensive.wend', text }, { backEnd: generate });
  const times = Array.from({ length: 40 }, () => {
    const start = performance.now();
    const { unavailable } = decide(policy, facts);
    if (unavailable?.reason !== 'policy_limit') throw new Error(`"${name}" came to an end`);
    return performance.now() - start;
  });
  return { coldMs: times[0] ?? Number.NaN, warmMs: median(times.slice(10)) };
}
