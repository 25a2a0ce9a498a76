// Whether policies run as generated code: where the settings want it and the host lets it.
import type { House } from '@router-mesh/kernel';
import { canGenerate } from '@router-mesh/wend';

/** A host that forbids it is told once how to say so; its policies run all the same, for both ways decide the same. */
export function mayGenerate({ log }: Pick<House, 'log'>, wanted: boolean): boolean {
  if (!wanted || canGenerate()) return wanted;
  log.warn('the host forbids generated code: policies run without it, and slower; ROUTER_POLICY_CODEGEN=0 says so');
  return false;
}
