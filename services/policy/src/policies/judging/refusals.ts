// What a request is told that a policy refuses. Pure.
import { RouterError } from '@router-mesh/contracts';
import type { Decision } from '@router-mesh/wend';

/**
 * The error that a decision stands for; undefined when it lets the request in.
 *
 * INVARIANT (failures are the owner's): where a policy failed, and over what, is told as an event; a client is told only that it did.
 */
export function refusalOf({ effect, deny, unavailable, pipeline, policy }: Decision): RouterError | undefined {
  const judged = { policy: policy.name, policy_version: policy.digest };
  if (effect === 'deny') {
    const { rule = '', reason = 'denied', status = 403, message } = deny ?? {};
    return new RouterError(
      'denied',
      message ?? `rule "${rule}" of policy "${policy.name}" refuses the request: ${reason}`,
      {
        details: { rule, reason, status, ...judged },
      },
    );
  }
  if (effect === 'unavailable') {
    const reason = unavailable?.reason ?? 'policy_error';
    return new RouterError('unavailable', messages[reason](policy.name), { details: { reason, ...judged } });
  }
  const needed = pipeline.find(({ mode }) => mode === 'required');
  if (needed === undefined) return undefined;
  return new RouterError(
    'unavailable',
    `policy "${policy.name}" requires the extension "${needed.extension}", and no extensions are running`,
    { details: { reason: 'needs', need: 'extension', extension: needed.extension, ...judged } },
  );
}

const messages: Readonly<Record<NonNullable<Decision['unavailable']>['reason'], (policy: string) => string>> = {
  no_candidate: (policy) => `policy "${policy}" leaves no model for the request`,
  policy_limit: (policy) => `policy "${policy}" spent more than it may on the request`,
  policy_error: (policy) => `policy "${policy}" failed on the request`,
};

/** What a request is told whose policy cannot judge: it is not there, or was never linked. */
export function cannotJudge(policy: string, why: string): RouterError {
  return new RouterError('unavailable', `policy "${policy}" cannot judge: ${why}`, {
    details: { reason: 'policy_error', policy },
  });
}
