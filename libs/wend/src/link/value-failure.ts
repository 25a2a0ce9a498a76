// A param or const that could not be computed, for its author.
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { unitOf } from './unit-of.ts';
import type { ValueFailure } from './values.ts';

export function failureDiagnostic({ instance, value, failure }: ValueFailure): Diagnostic {
  const unit = unitOf(failure.at, instance);
  return {
    code: failure.reason === 'policy_limit' ? 'E429' : 'E428',
    severity: 'error',
    message: `"${value.name}" cannot be computed: ${failure.message}`,
    file: unit.file,
    span: failure.at,
  };
}
