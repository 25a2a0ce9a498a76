// The frames of an answer: accept, deltas, then end or error, then an empty message (EOS).
import { z } from 'zod';
import { AnswerReport, Usage } from './answer.ts';

export const frameKinds = ['accept', 'delta', 'beat', 'end', 'error'] as const;
export type FrameKind = (typeof frameKinds)[number];

/** Sent before the model is called. `control` is where `cancel` may be published. */
export const AcceptFrame = z.object({
  request: z.string(),
  instance: z.string(),
  control: z.string(),
  route: z.string(),
  provider: z.string(),
  model: z.string(),
});
export type AcceptFrame = z.infer<typeof AcceptFrame>;

/** Says that the producer lives. */
export const BeatFrame = z.object({ leg: z.int() });
export type BeatFrame = z.infer<typeof BeatFrame>;

/** Sent once, after usage is stored. A unary answer that was asked for in frames rides whole in `answer`. */
export const EndFrame = z.object({
  usage: Usage.optional(),
  router: AnswerReport,
  usage_stored: z.boolean(),
  answer: z.unknown().optional(),
});
export type EndFrame = z.infer<typeof EndFrame>;

/** `Router-Seq`: `<leg>.<n>`, n dense from 0 over the accept, delta, end and error of one leg. */
export interface Sequence {
  readonly leg: number;
  readonly n: number;
}

export function formatSequence({ leg, n }: Sequence): string {
  return `${leg}.${n}`;
}

/** Undefined when the text is no sequence. */
export function parseSequence(text: string): Sequence | undefined {
  const match = /^(\d{1,9})\.(\d{1,9})$/.exec(text);
  return match === null ? undefined : { leg: Number(match[1]), n: Number(match[2]) };
}
