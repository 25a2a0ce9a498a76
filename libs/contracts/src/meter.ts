// The record of a call: one request to a model that left the process. Stored in METER, one record a line, all of one tenant and one kind.
import { z } from 'zod';
import { Usage } from './answer.ts';

const call = {
  /** ULID, minted by the provider. */
  call: z.string(),
  request: z.string(),
  attempt: z.int(),
  leg: z.int(),
  /** Policy's stamp from the plan, epoch ms: every window and report goes by it. */
  at: z.int(),
  tenant: z.string(),
  verb: z.string(),
  /** `vendor/model` */
  model: z.string(),
  stream: z.boolean(),
  policy: z.string(),
  route: z.string(),
  instance: z.string(),
  /** What it may cost at most, guessed before the call. */
  estimate: z.object({ input_tokens: z.int(), output_tokens: z.int().optional() }),
  /** Epoch ms. */
  deadline: z.int(),
  started_at: z.int(),
};

export const StartedRecord = z.object({ kind: z.literal('started'), ...call });
export type StartedRecord = z.infer<typeof StartedRecord>;

export const Outcome = z.enum(['answered', 'failed', 'cancelled', 'interrupted', 'superseded']);
export type Outcome = z.infer<typeof Outcome>;

export const FinishedRecord = z.object({
  kind: z.literal('finished'),
  ...call,
  /** An `Outcome`; a reader takes new ones as they come. */
  outcome: z.string(),
  usage: Usage,
  /** Failure class or error code; absent when answered. */
  error: z.string().optional(),
  status: z.int().optional(),
  /** When the first bytes of the answer arrived, epoch ms. */
  first_at: z.int().optional(),
  finished_at: z.int(),
  trail: z.string(),
  /** The answer came from the cache: no model was called, and its tokens, which are those of the answer, cost nothing. */
  cache: z.literal('hit').optional(),
  /** It came by the spool of an instance: JetStream did not take it when the call ended. */
  late: z.boolean().optional(),
  /** Nobody stored how the call ended; its usage is the estimate. A real record of the call replaces this one. */
  swept: z.boolean().optional(),
});
export type FinishedRecord = z.infer<typeof FinishedRecord>;

export const MeterRecord = z.discriminatedUnion('kind', [StartedRecord, FinishedRecord]);
export type MeterRecord = z.infer<typeof MeterRecord>;

/** What both records of a call say of it. */
export type RecordedCall = Omit<StartedRecord, 'kind'>;
/** What its second one says beyond that. */
export type RecordedEnd = Omit<FinishedRecord, keyof StartedRecord>;

/** What both records of a call say, as it stands in them: made once a call. Its id is to stand first, where `readLine` finds it quickly. */
export function callText(call: RecordedCall): string {
  return JSON.stringify(call).slice(1, -1);
}

/** @param text as `callText` made it */
export function startedLine(text: string): string {
  return `{"kind":"started",${text}}`;
}

/** @param text as `callText` made it */
export function finishedLine(text: string, end: RecordedEnd): string {
  return `{"kind":"finished",${text},${JSON.stringify(end).slice(1)}`;
}

/** The same record, as it is stored when it comes late. */
export function lateLine(finished: string): string {
  return `${finished.slice(0, -1)},"late":true}`;
}

/** How the lines above begin: the kind, and a ULID. */
const ownLine = /^\{"kind":"(started|finished)","call":"([0-9A-Z]{26})",/;

/** Of which kind the record of a line is, and of which call; quickly where we wrote it. Undefined when it is no record of a call. */
export function readLine(line: string): { readonly kind: string; readonly call: string } | undefined {
  const [, kind, call] = (line.endsWith('}') ? ownLine.exec(line) : undefined) ?? [];
  return kind === undefined || call === undefined ? parseLine(line) : { kind, call };
}

function parseLine(line: string): { readonly kind: string; readonly call: string } | undefined {
  try {
    const { kind, call } = (JSON.parse(line) as { readonly kind?: unknown; readonly call?: unknown } | null) ?? {};
    return typeof kind === 'string' && typeof call === 'string' ? { kind, call } : undefined;
  } catch {
    return undefined;
  }
}

/** The payload of one METER message. */
export function encodeRecords(records: readonly MeterRecord[]): string {
  return records.map((record) => JSON.stringify(record)).join('\n');
}

/** Read a METER message; records of kinds that are not known are skipped. */
export function decodeRecords(payload: string): MeterRecord[] {
  return payload.split('\n').flatMap((line) => {
    const parsed = MeterRecord.safeParse(JSON.parse(line));
    return parsed.success ? [parsed.data] : [];
  });
}
