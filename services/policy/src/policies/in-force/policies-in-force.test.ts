// Ten thousand children of one parent, linked again while requests are judged.
import type { PolicyDocument, PolicySource } from '@router-mesh/contracts';
import type { Snapshot } from '@router-mesh/kernel';
import { until } from '@router-mesh/testing';
import { decide, sampleCatalogue, sampleInput } from '@router-mesh/wend';
import { expect, test } from 'vitest';
import { digestOf, Sources } from '../documents/sources.ts';
import { Linker } from './linker.ts';
import { PoliciesInForce } from './policies-in-force.ts';
import { Slices } from './slices.ts';

const children = process.env['MESH_TEST_LONG'] === undefined ? 2000 : 10_000;

class Shelf {
  readonly sources = new Map<string, PolicySource>();
  readonly documents = new Map<string, PolicyDocument>();
  readonly revisions = new Map<string, number>();
  #revision = 0;

  publish(name: string, version: string, source: string): void {
    const digest = digestOf(source);
    this.sources.set(digest, { name, kind: 'policy', version, source, lock: [], by: 'ada', at: 1 });
    const { versions = [], history = [] } = this.documents.get(name) ?? {};
    this.documents.set(name, {
      active: digest,
      versions: [{ digest, version, by: 'ada', at: 1 }, ...versions],
      history: [{ what: 'published', digest, by: 'ada', at: 1 }, ...history],
    });
    this.#revision += 1;
    this.revisions.set(name, this.#revision);
  }

  get snapshot(): Snapshot<PolicyDocument> {
    return { documents: new Map(this.documents), revisions: new Map(this.revisions), revision: this.#revision };
  }

  get house() {
    return {
      immutable: {
        fetch: async (_bucket: unknown, key: string) => this.sources.get(key),
        prune: async () => undefined,
      },
    } as unknown as ConstructorParameters<typeof Sources>[0];
  }
}

const parent = (version: string, tag: string): string =>
  `policy "acme/base" version "${version}" { rule base { tag base = "${tag}" } route default { candidates cheapest(2) } }`;
const child = (number: number): string =>
  `policy "acme/c${number}/main" version "1.0.0" extends "acme/base@^1" { rule own { tag own = ${number} } }`;

async function settled(inForce: PoliciesInForce): Promise<void> {
  while (inForce.left > 0) await new Promise((resolve) => setImmediate(resolve));
}

test('children of a changed parent are linked again in slices, the newest change first, and the loop is never held', async () => {
  const shelf = new Shelf();
  shelf.publish('acme/base', '1.0.0', parent('1.0.0', 'one'));
  shelf.publish(
    'free/main',
    '1.0.0',
    'policy "free/main" version "1.0.0" { route default { candidates cheapest(1) } }',
  );
  for (let number = 0; number < children; number += 1) shelf.publish(`acme/c${number}/main`, '1.0.0', child(number));
  const seated: string[] = [];
  const linker = new Linker({ fuel: 20_000, depth: 64, codegen: true });
  const inForce = new PoliciesInForce(linker, new Sources(shelf.house), sampleCatalogue, {
    seated: ({ name }) => seated.push(name),
  });
  inForce.follow(shelf.snapshot);
  await settled(inForce);
  expect(seated).toHaveLength(children + 1 + 1);
  const first = inForce.seat('acme/c0/main')?.judge?.linked?.digest;

  seated.length = 0;
  shelf.publish('acme/base', '1.1.0', parent('1.1.0', 'two'));
  inForce.follow(shelf.snapshot);
  const stalls: number[] = [];
  let last = performance.now();
  let turns = 0;
  let leftWhenSeated: number | undefined;
  while (inForce.left > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = performance.now();
    stalls.push(now - last);
    last = now;
    turns += 1;
    // Whoever waits is judged by its last good link.
    expect(inForce.seat(`acme/c${children - 1}/main`)?.judge?.linked).toBeDefined();
    if (turns === 20) {
      shelf.publish(
        'free/main',
        '2.0.0',
        'policy "free/main" version "2.0.0" { route default { candidates cheapest(2) } }',
      );
      inForce.follow(shelf.snapshot);
    }
    if (seated.includes('free/main')) leftWhenSeated ??= inForce.left;
  }
  expect(inForce.seat('acme/c0/main')?.judge?.linked?.digest).not.toBe(first);
  // What was published last came before nearly all that waited.
  expect(leftWhenSeated).toBeGreaterThan(children - 100);
  stalls.sort((a, b) => a - b);
  // One policy a turn, and none of them for long: on a busy machine the longest turns are those in which others ran.
  expect(turns).toBeGreaterThanOrEqual(children);
  expect(stalls[Math.floor(stalls.length * 0.99)]).toBeLessThan(50);
}, 120_000);

test('what was linked and is in force no more leaves the memory', async () => {
  const shelf = new Shelf();
  for (let number = 0; number < 100; number += 1) shelf.publish(`acme/c${number}/main`, '1.0.0', child(number));
  const linker = new Linker({ fuel: 20_000, depth: 64, codegen: true });
  let times = 0;
  const inForce = new PoliciesInForce(
    linker,
    new Sources(shelf.house),
    sampleCatalogue,
    { tidied: () => (times += 1) },
    10,
  );
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    shelf.publish('acme/base', version, parent(version, version));
    const before = times;
    inForce.follow(shelf.snapshot);
    await until('it to be tidied', () => times > before && inForce.left === 0 && linker.size === 101);
  }
});

test('a source that is gone refuses at once, and judges as soon as it is there again', async () => {
  const shelf = new Shelf();
  shelf.publish(
    'free/main',
    '1.0.0',
    'policy "free/main" version "1.0.0" { route default { candidates cheapest(1) } }',
  );
  const [[digest, source] = ['', undefined]] = shelf.sources;
  shelf.sources.clear();
  const told: string[] = [];
  const linker = new Linker({ fuel: 20_000, depth: 64, codegen: true });
  const inForce = new PoliciesInForce(linker, new Sources(shelf.house, 10), sampleCatalogue, {
    stale: ({ name, state }) => told.push(`${name} ${state}`),
  });
  inForce.follow(shelf.snapshot);
  const active = inForce.seat('free/main')?.active;
  await active?.tried;
  expect([active?.state, told]).toEqual(['broken', ['free/main broken']]);
  if (source !== undefined) shelf.sources.set(digest, source);
  await until('it to judge', () => inForce.seat('free/main')?.judge === active);
  expect([active?.state, told]).toEqual(['linked', ['free/main broken']]);
});

test('in a bucket that was made anew the same revision is of another document', async () => {
  const shelf = new Shelf();
  const source = (model: string) => `policy "free/main" version "1.0.0" { route default { candidates [${model}] } }`;
  shelf.publish('free/main', '1.0.0', source('@openai/gpt-4o'));
  shelf.publish('other/main', '1.0.0', child(1).replace('acme/c1', 'other').replace(' extends "acme/base@^1"', ''));
  const linker = new Linker({ fuel: 20_000, depth: 64, codegen: true });
  const inForce = new PoliciesInForce(linker, new Sources(shelf.house), sampleCatalogue);
  inForce.follow(shelf.snapshot);
  await settled(inForce);
  const first = inForce.seat('free/main')?.document.active;
  const anew = new Shelf();
  anew.publish('free/main', '1.0.0', source('@openai/gpt-4o-mini'));
  inForce.follow(anew.snapshot);
  expect(inForce.seat('free/main')?.document.active).not.toBe(first);
});

test('a large policy is linked and compiled while other things are done, before it judges', async () => {
  const shelf = new Shelf();
  const functions = Array.from({ length: 3000 }, (_, n) => `fn f${n}(a: Int) -> Int { return a + ${n} }`).join(' ');
  const rule = 'rule own when f1(request.tokens_in) > 5 { tag own = f2(1) }';
  shelf.publish(
    'acme/main',
    '1.0.0',
    `policy "acme/main" version "1.0.0" { ${functions} ${rule} route default { candidates cheapest(1) } }`,
  );
  let compiledLate: boolean[] | undefined;
  const linker = new Linker({ fuel: 20_000, depth: 64, codegen: true });
  const inForce = new PoliciesInForce(linker, new Sources(shelf.house), sampleCatalogue, {
    seated({ judge }) {
      const { rules = [], routes = [], layers = [] } = judge?.linked ?? {};
      const all = [...rules, ...routes].flatMap(({ when, body }) => (when === undefined ? [body] : [when, body]));
      compiledLate = [...all, ...layers.flatMap(({ code }) => code.functions)].map((one) => one.prepare());
    },
  });
  inForce.follow(shelf.snapshot);
  let turns = 0;
  while (inForce.left > 0) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  expect(turns).toBeGreaterThan(5);
  expect(compiledLate?.length).toBe(3003);
  expect(compiledLate).not.toContain(true);
});

test('a policy that does not compile fails closed by itself: it takes its seat, and holds up no other', async () => {
  const shelf = new Shelf();
  for (const name of ['bad', 'good'])
    shelf.publish(`${name}/main`, '1.0.0', child(1).replace('acme/c1', name).replace(' extends "acme/base@^1"', ''));
  const broken = new Error('does not compile');
  class Breaking extends Linker {
    override *steps(...[leaf, ...others]: Parameters<Linker['steps']>): ReturnType<Linker['steps']> {
      const made = yield* super.steps(leaf, ...others);
      if (made instanceof Promise || !leaf.file.includes('bad')) return made;
      const fail = (): never => {
        throw broken;
      };
      for (const { body } of made.policy?.rules ?? []) Object.assign(body, { prepare: fail, run: fail });
      return made;
    }
  }
  const linker = new Breaking({ fuel: 20_000, depth: 64, codegen: true });
  const inForce = new PoliciesInForce(linker, new Sources(shelf.house), sampleCatalogue);
  inForce.follow(shelf.snapshot);
  const [bad, good] = ['bad', 'good'].map((name) => inForce.seat(`${name}/main`));
  await until('both to judge', () => [bad, good].every((seat) => seat?.judge?.linked !== undefined));
  const policy = bad?.judge?.linked;
  if (policy === undefined) throw new Error('it does not judge');
  const decision = decide(policy, { input: sampleInput, catalogue: sampleCatalogue });
  expect(decision).toMatchObject({ effect: 'unavailable', unavailable: { reason: 'policy_error' } });
});

test('a parent that moves while its child is linked is not missed', async () => {
  const shelf = new Shelf();
  shelf.publish('acme/base', '1.0.0', parent('1.0.0', 'one'));
  const functions = Array.from({ length: 3000 }, (_, n) => `fn f${n}(a: Int) -> Int { return a + ${n} }`).join(' ');
  shelf.publish(
    'acme/main',
    '1.0.0',
    `policy "acme/main" version "1.0.0" extends "acme/base@^1" { ${functions} rule own { tag own = 1 } }`,
  );
  const linker = new Linker({ fuel: 20_000, depth: 64, codegen: true });
  const inForce = new PoliciesInForce(linker, new Sources(shelf.house), sampleCatalogue);
  inForce.follow(shelf.snapshot);
  await until('the child to be on its way', () => linker.size > 0);
  expect(inForce.seat('acme/main')?.judge).toBe(undefined);
  shelf.publish('acme/base', '1.1.0', parent('1.1.0', 'two'));
  inForce.follow(shelf.snapshot);
  await settled(inForce);
  expect(inForce.seat('acme/main')?.judge?.linked?.sources[0]?.version).toBe('1.1.0');
});

test('slices are done newest first, each once, one a turn', async () => {
  const done: string[] = [];
  let turn = 0;
  const turns: number[] = [];
  await new Promise<void>((idle) => {
    const slices = new Slices(function* (key) {
      yield undefined;
      done.push(key);
      turns.push(turn);
      if (key === 'a') slices.add(['x', 'c']);
      return undefined;
    }, idle);
    const count = (): void => {
      turn += 1;
      if (slices.left > 0) setImmediate(count);
    };
    slices.add(['a', 'b', 'c', 'd']);
    setImmediate(count);
  });
  expect(done).toEqual(['a', 'x', 'c', 'b', 'd']);
  expect(new Set(turns).size).toBe(5);
});

test('a slice that waits for something from elsewhere holds up none, and is done again then', async () => {
  const done: string[] = [];
  let arrive: () => void = () => undefined;
  const elsewhere = new Promise<void>((resolve) => (arrive = resolve));
  let had = false;
  await new Promise<void>((idle) => {
    const slices = new Slices(function* (key) {
      yield undefined;
      if (key === 'far' && !had) return elsewhere.then(() => (had = true));
      done.push(key);
      if (key === 'near') arrive();
      return undefined;
    }, idle);
    slices.add(['far', 'near']);
  });
  expect(done).toEqual(['near', 'far']);
});
