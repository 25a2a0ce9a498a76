// Why a policy decides as it does: of a request that might come, and of one that came and stands in the log.
import {
  events,
  eventSubject,
  parseAs,
  platformTenant,
  policyDecided,
  requestSchemas,
  RouterError,
  type policyAdministration,
  type TenantDocument,
} from '@router-mesh/contracts';
import type { Handlers, House } from '@router-mesh/kernel';
import { explain, type Explanation, type Input, type LinkedPolicy } from '@router-mesh/wend';
import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { nearestDocument } from '../../tenant.ts';
import { isOver, isSeen } from '../documents/names.ts';
import { findVersion } from '../documents/pointers.ts';
import { fileOf, refOf, type Resolve } from '../in-force/linker.ts';
import type { Judging } from '../judging/judging.ts';
import { outcomeOf } from '../watching/outcome.ts';
import { checkSource, noVersion, type Registry } from './publishing.ts';
import { ulidTime } from './ulid-time.ts';

type Administration = Handlers<typeof policyAdministration>;
type EvalRequest = Parameters<Administration['eval']>[0];
type Logged = z.output<typeof policyDecided.body>;

export interface Answering {
  readonly registry: Registry;
  readonly judging: Judging;
  readonly house: Pick<House, 'read'>;
  readonly documents: () => ReadonlyMap<string, TenantDocument>;
  /** The name of the policy that holds for a tenant; undefined where it is the built-in one. */
  readonly holds: (tenant: string) => string | undefined;
}

/** The log is read from so long before the time of a request's id, for clocks differ, to so long after it, ms. */
const beforeMs = 60_000;
const afterMs = 10 * 60_000;
/** It is read for so long at most, ms, and so many decisions. */
const searchMs = 4000;
const searched = 50_000;

export function questions(answering: Answering): Pick<Administration, 'eval' | 'explain'> {
  const { registry, judging, documents } = answering;
  return {
    async eval(request, { tenant }) {
      const { body: raw, verb = 'chat', request: id = randomUUID() } = request;
      const body = parseAs(requestSchemas[verb], raw, 'body');
      const policy = await policyToAsk(answering, request, tenant);
      const document = nearestDocument(documents(), tenant) ?? {};
      const sizeBytes = Buffer.byteLength(JSON.stringify(raw));
      const input = judging.inputOf({ verb, tenant, document, body, sizeBytes, request: id, at: Date.now() });
      const explanation = explain(policy, { input, catalogue: registry.inForce.catalogue });
      return { ...judged(policy), ...told(explanation), input: { ...input } };
    },
    async explain({ request, at }, { tenant }) {
      const logged = await find(answering, request, at ?? ulidTime(request), tenant);
      const policy = await policyThen(registry, logged);
      const { catalogue } = registry.inForce;
      const explanation = explain(policy, { input: logged.input as unknown as Input, catalogue });
      const said = pick(logged);
      return {
        ...judged(policy),
        ...told(explanation),
        request,
        tenant: logged.tenant,
        at: logged.at,
        logged: said,
        same: JSON.stringify(pick(outcomeOf(explanation.decision))) === JSON.stringify(said),
        masked: logged.masked,
        catalogue: { then: logged.catalogue, now: catalogue.revision, same: logged.catalogue === catalogue.revision },
      };
    },
  };
}

function judged({ name, version, digest }: LinkedPolicy) {
  return { policy: name, ...(version === undefined ? {} : { version }), bundle: digest };
}

function told({ decision, steps }: Explanation) {
  return {
    decision: { ...decision },
    steps: steps.map(({ guard, effects, ...step }) => ({
      ...step,
      effects: [...effects],
      ...(guard === undefined ? {} : { guard }),
    })),
  };
}

function pick({ effect, route, picked, rule }: Partial<Logged> & Pick<Logged, 'effect'>) {
  return {
    effect,
    ...(route === undefined ? {} : { route }),
    ...(picked === undefined ? {} : { picked }),
    ...(rule === undefined ? {} : { rule }),
  };
}

/** A source that was not published, a version by name, or what holds for the tenant. */
async function policyToAsk(answering: Answering, request: EvalRequest, tenant: string): Promise<LinkedPolicy> {
  const { registry, holds } = answering;
  const { source, file, version } = request;
  if (source !== undefined) return await linked(registry, source, file, tenant);
  const name = request.name ?? holds(tenant);
  if (name === undefined)
    throw new RouterError('not_found', `the built-in policy holds for "${tenant}"; say a "source" or a "name"`, {
      param: 'name',
    });
  if (!isSeen(tenant, name)) throw noVersion(name, undefined, 'it is not there');
  const { document } = await registry.store.read(name);
  const digest = version === undefined ? document.active : findVersion(document, version)?.digest;
  const found = digest === undefined ? undefined : await registry.sources.fetch(digest);
  if (found === undefined) throw noVersion(name, version, 'no version of it is active');
  return await linked(registry, found.source, fileOf(name), platformTenant);
}

/** @throws RouterError `invalid_request` with the diagnostics when it cannot be linked */
async function linked(
  registry: Registry,
  text: string,
  file: string | undefined,
  asked: string,
): Promise<LinkedPolicy> {
  const { policy, diagnostics } = await checkSource(registry, text, file, asked);
  if (policy?.kind === 'policy') return policy;
  throw new RouterError('invalid_request', 'the source is no policy that could decide', {
    param: 'source',
    details: { diagnostics },
  });
}

/** The policy as it was linked when it decided: by the digests that the log names. */
async function policyThen(
  { inForce, linker, sources }: Registry,
  { policy, sources: digests, lock }: Logged,
): Promise<LinkedPolicy> {
  const byRef = new Map(lock.map(({ ref, digest }) => [ref, digest]));
  const resolve: Resolve = (name, range) => sources.resolve(byRef.get(refOf(name, range)));
  const leaf = await sources.fetch(digests.at(-1) ?? '');
  const made = leaf && (await linker.link({ file: fileOf(policy), text: leaf.source }, resolve));
  inForce.leave();
  if (made?.policy !== undefined) return made.policy;
  throw new RouterError('not_found', `the sources of policy "${policy}" by which it was decided are gone`, {
    param: 'request',
  });
}

/** What the log says of a request; of a tenant that is not below the one asked about nothing is told. */
async function find({ house }: Answering, request: string, at: number, tenant: string): Promise<Logged> {
  const signal = AbortSignal.timeout(searchMs);
  const filter = eventSubject(policyDecided, '>');
  const from = { at: Math.max(0, Math.min(at, Date.now()) - beforeMs) };
  let read = 0;
  for await (const { text } of house.read(events, { from, filter, toEnd: true, signal })) {
    read += 1;
    const logged = text.includes(request) ? policyDecided.body.safeParse(JSON.parse(text)).data : undefined;
    if (logged?.request === request && isOver(tenant, logged.tenant)) return logged;
    if (read >= searched || isAfter(text, at + afterMs)) break;
  }
  throw new RouterError(
    'not_found',
    `no decision about request "${request}" is in the log${tenant === platformTenant ? '' : ` of tenant "${tenant}"`}; which part of all decisions is told is set by ROUTER_DECISION_LOG`,
    { param: 'request' },
  );
}

/** Whether a decision was made after a moment; its stamp stands in it as policy wrote it. */
function isAfter(text: string, at: number): boolean {
  const stamp = /"at":(\d{13})/.exec(text)?.[1];
  return stamp !== undefined && Number(stamp) > at;
}
