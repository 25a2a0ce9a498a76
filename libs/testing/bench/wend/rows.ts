// From what was measured of Wend to the rows of the table. Pure.
import { atMost, judge, told, type Row, type Target, type Unit } from '../rows.ts';
import { median } from '../statistics.ts';
import { contenderNames } from './contenders.ts';
import { policies, type Heap } from './heap.ts';
import type { Hold } from './holds.ts';
import type { LinkTimes } from './linking.ts';
import { guardsOf, manyRules, ruleCounts, truths } from './many-rules.ts';
import type { PublishToDecision } from './publish-to-decision.ts';

/** ns an evaluation by work, one number a round. */
export type Times = ReadonlyMap<string, readonly number[]>;

const [ours, closed, byHand, ...others] = contenderNames;

/** The representative policy: by itself, and beside everybody else who was asked it. */
export function contenderRows(times: Times, errors: number): Row[] {
  const work = 'representative policy';
  if (!times.has(ours)) return [];
  return [
    value(work, 'ns', median(times.get(ours) ?? []), atMost(1000), errors),
    ...[byHand, closed, ...others]
      .filter((other) => times.has(other))
      .map((other) => ratio(work, ours, other, other, times, other === byHand ? atMost(5) : undefined, errors)),
  ];
}

/** Decisions of many rules, beside the code of their guards. */
export function manyRulesRows(times: Times, errors: number): Row[] {
  return ruleCounts.flatMap((count) =>
    truths.flatMap((truth) => {
      const name = manyRules(count, truth);
      if (!times.has(name) || !times.has(guardsOf(name))) return [];
      const target = count === 200 && truth === 'no guard true' ? atMost(5000) : undefined;
      const row = ratio(name, name, guardsOf(name), 'its guards alone', times);
      if (target === undefined) return [row];
      return [value(name, 'ns', median(times.get(name) ?? []), target, errors), row];
    }),
  );
}

export function linkRows(times: LinkTimes): Row[] {
  return Object.entries(times).map(([name, ms]) => value(name, 'ms', median(ms)));
}

/** The longest of each kind is what matters: nobody writes the others to do harm. */
export function holdRows(holds: Readonly<Record<string, Hold>>): Row[] {
  const all = Object.entries(holds);
  const longest = (read: (hold: Hold) => number) => all.toSorted(([, a], [, b]) => read(b) - read(a))[0];
  const cold = longest(({ coldMs }) => coldMs);
  const warm = longest(({ warmMs }) => warmMs);
  return [
    ...(cold === undefined ? [] : [value(`20 000 fuel, cold: ${cold[0]}`, 'ms', cold[1].coldMs)]),
    ...(warm === undefined ? [] : [value(`20 000 fuel, warm: ${warm[0]}`, 'ms', warm[1].warmMs, atMost(20))]),
  ];
}

export function heapRows({ linkedMb, decidedMb }: Heap): Row[] {
  const name = `heap of ${policies / 1000} 000 policies`;
  return [value(`${name}, linked`, 'MB', linkedMb, atMost(100)), value(`${name}, each asked once`, 'MB', decidedMb)];
}

export function publishRows({ p50Ms, p99Ms, publishP50Ms }: PublishToDecision): Row[] {
  const name = 'published until every replica decides by it';
  return [
    value(`${name}, p50`, 'ms', p50Ms, atMost(5)),
    value(`${name}, p99`, 'ms', p99Ms),
    value('publish answered, p50', 'ms', publishP50Ms),
  ];
}

function value(work: string, unit: Unit, measured: number, target?: Target, errors = 0): Row {
  const row: Row = { work, unit, against: '', judged: 'value', ...told('ours', measured), ...told('result', measured) };
  return judge(row, target, errors > 0);
}

function ratio(work: string, of: string, to: string, against: string, times: Times, target?: Target, errors = 0): Row {
  const one = times.get(of) ?? [];
  const other = times.get(to) ?? [];
  const quotients = one.map((ns, round) => ns / (other[round] ?? Number.NaN));
  const row: Row = {
    work,
    unit: 'ns',
    against,
    judged: 'ratio',
    ...told('ours', median(one)),
    ...told('yardstick', median(other)),
    ...told('result', median(quotients)),
  };
  return judge(row, target, errors > 0);
}
