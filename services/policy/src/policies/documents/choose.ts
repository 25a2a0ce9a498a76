// Which version `name@range` stands for. Pure.
import { tenantOfPolicy, type PolicyDocument, type PolicyVersion } from '@router-mesh/contracts';
import { satisfies } from '@router-mesh/wend';
import { isOver } from './names.ts';
import { newestOf } from './pointers.ts';

/** Their active version if it is in the range, else the newest one that is. */
export function chooseVersion(document: PolicyDocument, range: string | undefined): PolicyVersion | undefined {
  const fitting = document.versions.filter(({ version }) => fits(version, range));
  return fitting.find(({ digest }) => digest === document.active) ?? newestOf(fitting) ?? fitting[0];
}

function fits(version: string | undefined, range: string | undefined): boolean {
  return range === undefined || range === '*' || (version !== undefined && satisfies(version, range) === true);
}

/** Whether a policy may stand on another one: on those of its own tenant and of all above it. */
export function mayUse(leaf: string, name: string): boolean {
  return name.includes('/') && isOver(tenantOfPolicy(name), tenantOfPolicy(leaf));
}
