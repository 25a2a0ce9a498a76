// The request that `router policy eval` judges: a JSON file over the built-in sample.
import { sampleInput, type Input } from '@router-mesh/wend';
import { z } from 'zod';
import { readDocument } from '../documents.ts';
import { UsageError } from '../errors.ts';

const picoUsdPerUsd = 1e12;
/** As the wire has it: `"12.50"`. */
const Usd = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,12})?$/, 'must be a decimal number of USD, in quotes')
  .transform((usd) => Math.round(Number(usd) * picoUsdPerUsd));
const Text = z.string().max(4096);
const Count = z.int().nonnegative();
const Time = z.union([
  z.int(),
  z.string().transform((text, context) => {
    const at = Date.parse(text);
    if (Number.isNaN(at)) context.addIssue('must be a time, as 2026-11-22T06:00Z, or epoch ms');
    return at;
  }),
]);

const { request, tenant, user, session } = sampleInput;

/** `wend/input/1` as people write it: what is left out is as in the sample, amounts are USD in quotes, a time may be a text. */
const EvalInput = z.strictObject({
  request: z
    .strictObject({
      kind: z.enum(['chat', 'embed']).default(request.kind),
      model: Text.default(request.model),
      tokens_in: Count.default(request.tokens_in),
      max_tokens: Count.nullable().default(request.max_tokens),
      stream: z.boolean().default(request.stream),
      tools: z.boolean().default(request.tools),
      modalities: z.array(Text).default([...request.modalities]),
      pii: z.boolean().nullable().default(request.pii),
      lang: Text.nullable().default(request.lang),
      metadata: z.record(Text, z.json()).default({}),
    })
    .prefault({}),
  tenant: z
    .strictObject({
      id: Text.default(tenant.id),
      path: Text.default(tenant.path),
      tier: z.enum(['free', 'pro', 'enterprise']).default(tenant.tier),
      region: Text.nullable().default(tenant.region),
      spent: Usd.nullable().default(tenant.spent),
      budget: Usd.nullable().default(tenant.budget),
      quotas: z.record(Text, Count).default({}),
    })
    .prefault({}),
  user: z
    .strictObject({ id: Text.nullable().default(user.id), roles: z.array(Text).default([...user.roles]) })
    .prefault({}),
  session: z.strictObject({ id: Text.nullable().default(session.id) }).prefault({}),
  attributes: z.record(Text, z.json()).default({}),
  health: z
    .record(
      Text,
      z.strictObject({
        ok: z.boolean(),
        p95: z.number().nonnegative().nullable(),
        errors: z.number().min(0).max(1),
        open: z.boolean(),
      }),
    )
    .default({}),
  now: Time.default(sampleInput.now),
  seed: Text.default(sampleInput.seed),
});

/** @throws UsageError naming the field that is not of its form */
export async function readEvalInput(file: string | undefined, seed: string | undefined): Promise<Input> {
  const input = parseInput(file === undefined ? {} : await readDocument(file), file ?? '');
  return seed === undefined ? input : { ...input, seed };
}

function parseInput(document: unknown, file: string): Input {
  const parsed = EvalInput.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new UsageError(`"${file}" is no input of a policy: ${where}${issue?.message ?? ''}`);
}
