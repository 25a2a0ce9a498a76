// The built-in default policy: what may happen to a request until its tenant has a policy of its own. Pure.
import {
  RouterError,
  type Candidate,
  type ChatRequest,
  type EmbedRequest,
  type Plan,
  type TenantDocument,
  type Verb,
} from '@router-mesh/contracts';
import { resolveModel, type Catalogue } from './catalogue.ts';

export interface Question {
  readonly verb: Verb;
  readonly body: ChatRequest | EmbedRequest;
  readonly catalogue: Catalogue;
  /** Whether a candidate would be refused now, for its breaker is open. */
  isOpen(candidate: Candidate): boolean;
  /** Epoch ms. */
  readonly at: number;
}

export const defaultPolicy = {
  name: 'default',
  builtin: true,
  summary:
    'vendor/model goes there and nowhere else; an alias or auto goes to every vendor that has the model, cheapest or first named first, and those whose breaker is open last',
} as const;

/**
 * Decide by the default policy. For the verb `decide` it is the plan that the same body would have as `chat`.
 * @throws RouterError as `resolveModel` does
 */
export function decide({ verb, body, catalogue, isOpen, at }: Question): Plan {
  const { tags, session } = body.router ?? {};
  return {
    at,
    verb: verb === 'decide' ? 'chat' : verb,
    stream: verb !== 'embed' && body['stream'] === true,
    policy: defaultPolicy.name,
    route: 'default',
    candidates: openLast(resolveModel(catalogue, body.model, verb), isOpen),
    attempts: [],
    needs: [],
    ...(tags === undefined ? {} : { tags }),
    ...(session === undefined ? {} : { session }),
  };
}

/** What would be refused is tried last, all else in the order in which it stood. */
function openLast(candidates: readonly Candidate[], isOpen: (candidate: Candidate) => boolean): Candidate[] {
  if (candidates.length < 2) return [...candidates]; // a model that was named is tried, whatever is known of it
  const open = candidates.map(isOpen);
  return [...candidates.filter((_, index) => !open[index]), ...candidates.filter((_, index) => open[index])];
}

/** What a suspended tenant is told. */
export function suspended(): RouterError {
  return new RouterError('denied', 'the tenant is suspended', {
    details: { rule: 'suspended', reason: 'suspended', status: 403 },
  });
}

/** When the request must be answered, epoch ms: as asked, within what the mesh and the tenant allow. */
export function deadlineOf(
  at: number,
  askedMs: number | undefined,
  longestMs: number,
  document: TenantDocument,
): number {
  return at + Math.min(askedMs ?? longestMs, longestMs, document.max_timeout_ms ?? longestMs);
}
