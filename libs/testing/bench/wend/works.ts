// What is timed in threads: every contender in one of its own, and policies of many rules in one together.
import { contenderNames, contenders, type Contender } from './contenders.ts';
import { manyRulesNames, manyRulesWorks } from './many-rules.ts';
import { requests } from './representative.ts';
import type { Place, Work } from './timing.ts';

const many = 'many rules';

export const places: readonly Place[] = [
  ...contenderNames.map((name) => ({ group: name, work: name })),
  ...manyRulesNames.map((work) => ({ group: many, work })),
];

export function worksOf(group: string): readonly Work[] {
  if (group === many) return manyRulesWorks();
  return contenders()
    .filter(({ name }) => name === group)
    .map(workOf);
}

/** The requests in turn. */
function workOf({ name, ask }: Contender): Work {
  const asked = requests.map(ask);
  let place = 0;
  const run = () => {
    place = place + 1 === asked.length ? 0 : place + 1;
    return asked[place]?.();
  };
  return { name, run, asynchronous: name === 'jsonata' };
}
