// Usage as text. Pure.
import { showAge } from './ages.ts';
import { dim, table, warning, type Column } from './output.ts';
import type { StartedCall, UsageSum } from './usage-sums.ts';

const numbers: readonly Column[] = [
  'CALLS',
  'ANSWERED',
  'FAILED',
  'CACHED',
  'INPUT',
  'OUTPUT',
  'ESTIMATED',
  'LATE',
  'SWEPT',
].map((title) => ({ title, right: true }));

/** A row a group, and one of all together when there are several. */
export function showSums(
  { groups, total }: { readonly groups: readonly UsageSum[]; readonly total: UsageSum },
  open: number,
): string {
  if (total.calls + total.cached === 0) return `no calls have ended${open === 0 ? '' : `, and ${open} are open`}`;
  const names = [
    ...(groups[0]?.tenant === undefined ? [] : ['TENANT']),
    ...(groups[0]?.model === undefined ? [] : ['MODEL']),
  ];
  const rows = groups.map((group) => [...[group.tenant, group.model].flatMap((name) => name ?? []), ...cells(group)]);
  const all = [...names.map((_, index) => (index === 0 ? 'all' : '')), ...cells(total)];
  const columns = [...names.map((title) => ({ title })), ...numbers];
  const sums = table(columns, groups.length > 1 ? [...rows, all] : rows);
  return open === 0 ? sums : `${sums}\n\n${dim(`${open} calls are open; router usage --open lists them`)}`;
}

function cells(sum: UsageSum): string[] {
  const tokens = sum.input_tokens + sum.output_tokens;
  const estimated = tokens === 0 ? '-' : `${Math.round((100 * sum.estimated_tokens) / tokens)} %`;
  const { calls, answered, failed, cached, input_tokens: input, output_tokens: output, late, swept } = sum;
  return [...[calls, answered, failed, cached, input, output].map(String), estimated, String(late), String(swept)];
}

/** Calls without an end, the oldest first. */
export function showOpen(calls: readonly StartedCall[], now: number): string {
  if (calls.length === 0) return 'no calls are open';
  const columns = ['CALL', 'AGE', 'DEADLINE', 'TENANT', 'MODEL', 'INSTANCE', 'REQUEST'].map((title) => ({ title }));
  const rows = calls.map(({ call, at, deadline, tenant, model, instance, request }) => {
    const left = deadline > now ? `in ${showAge(deadline - now)}` : warning(`passed ${showAge(now - deadline)} ago`);
    return [call, showAge(now - at), left, tenant, model, instance, request];
  });
  return table(columns, rows);
}
