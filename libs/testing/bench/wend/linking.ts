// How long it takes until a text can decide: parsed, checked, linked, compiled.
import { decide, generate, link, parse, prepare, sourceLimits, UnitCache, type LinkedPolicy } from '@router-mesh/wend';
import { manyRulesText } from './many-rules.ts';
import { base, linked, requests, sha256 } from './representative.ts';

/** ms, one number a round. */
export type LinkTimes = Readonly<Record<string, readonly number[]>>;

/** A small policy of a tenant, on top of the base; no two are the same text. */
export function smallChild(place: number): string {
  return `policy "t${place}/main" extends "platform/base@^2" {
  rule small when request.tokens_in > ${1000 + place} { limit max_tokens = ${100 + (place % 900)} }
  rule eu when tenant.region == "eu" { only m => m.region == "eu" }
  route vip when tenant.tier == "enterprise" { candidates @openai/gpt-4.1 fallback @azure-eu/gpt-4.1 on any }
}
`;
}

/** 59 rules of three lines, and the four around them. */
const lines181 = manyRulesText(59, 'no guard true') + '\n';

/** Sources as large as they may be, each of many of one thing. */
const largest: Readonly<Record<string, string>> = {
  functions: filled((place) => `  fn f${place}(a: Int) -> Int { return a * ${place} + 1 }\n`),
  'constants that need each other': filled(
    (place) => `  const c${place} = ${place === 0 ? '1' : `c${place - 1} + 1`}\n`,
  ),
  'one rule of many statements': filled(
    (place) => `    let x${place} = request.tokens_in + ${place}\n`,
    'rule r {',
    '}',
  ),
  'operators in one expression': filled(
    (place) => `    let x${place} = ${Array.from({ length: 90 }, () => '1').join('+')}\n`,
    'rule r {',
    '}',
  ),
  'nothing that can be read': filled((place) => `  rule { let ${place} = }\n`),
};

export const small = 'a small child of a cached parent: link';
export const smallFirst = 'a small child of a cached parent: link, and first decision';
export const parse181 = '181 lines: parse';
export const link181 = '181 lines: parse, check, link';
export const compile181 = '181 lines: parse, check, link, compile';
export const largestOf = (what: string): string => `256 KiB, ${what}: parse, check, link`;

export function timeLinking(rounds: number): LinkTimes {
  const times: Record<string, number[]> = {};
  const note = (name: string, ms: number) => (times[name] ??= []).push(ms);
  const units = new UnitCache();
  const turns = 50;
  let made = 0;
  const children = (use: (policy: LinkedPolicy) => unknown) => () => {
    for (let turn = 0; turn < turns; turn += 1) {
      made += 1;
      use(linked({ file: `t${made}.wend`, text: smallChild(made) }, { backEnd: generate, units }));
    }
  };
  const [facts] = requests;
  if (facts === undefined) throw new Error('there is no request');
  for (let round = 0; round <= rounds; round += 1) {
    const measured: readonly (readonly [string, number])[] = [
      [small, msOf(children(() => undefined)) / turns],
      [smallFirst, msOf(children((policy) => decide(policy, facts))) / turns],
      [parse181, msOf(() => parse(lines181, 'l.wend'))],
      [link181, msOf(() => linkAlone(lines181))],
      [compile181, msOf(() => [...prepare(linked({ file: 'l.wend', text: lines181 }, { backEnd: generate }))])],
      ...Object.entries(largest).map(([what, text]) => [largestOf(what), msOf(() => linkAlone(text))] as const),
    ];
    // The first round warms up.
    if (round > 0) for (const [name, ms] of measured) note(name, ms);
  }
  return times;
}

/** With errors too: they take their time. */
function linkAlone(text: string): void {
  link({ file: 'one.wend', text }, { resolve: () => base, digest: sha256, backEnd: generate });
}

/** A policy of as many of them as a source has room for. */
function filled(one: (place: number) => string, open = '', close = ''): string {
  const parts = [`policy "large" {\n  route default { candidates cheapest(1) }\n${open}\n`];
  const end = `${close}\n}\n`;
  let left = sourceLimits.bytes - (parts[0]?.length ?? 0) - end.length;
  for (let place = 0; ; place += 1) {
    const part = one(place);
    left -= part.length;
    if (left < 0) break;
    parts.push(part);
  }
  return [...parts, end].join('');
}

function msOf(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
