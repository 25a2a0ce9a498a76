// The messages that stand in no contract: requests, answers, frames, the plan and usage records, by name.
import type { z } from 'zod';
import { AnswerReport } from '../answer.ts';
import { requestSchemas } from '../chat.ts';
import { ErrorBody } from '../errors.ts';
import { AcceptFrame, BeatFrame, EndFrame } from '../frames.ts';
import { FinishedRecord, StartedRecord } from '../meter.ts';
import { Decision, Plan } from '../plan.ts';
import { TrailEntry } from '../trail.ts';

/**
 * Who has to understand a message that changes. `taken`: we read what others write, so it may allow more and never less.
 * `told`: others read what we write, so it may say more and never less.
 */
export type Direction = 'taken' | 'told';

export interface Message {
  readonly schema: z.ZodType;
  readonly direction: Direction;
  readonly summary: string;
}

export const messages: Readonly<Record<string, Message>> = {
  'request.chat': {
    schema: requestSchemas.chat,
    direction: 'taken',
    summary: 'OpenAI Chat Completions, with the options of the router',
  },
  'request.embed': {
    schema: requestSchemas.embed,
    direction: 'taken',
    summary: 'OpenAI Embeddings, with the options of the router',
  },
  'request.decide': {
    schema: requestSchemas.decide,
    direction: 'taken',
    summary: 'The body of a chat request; no model is called',
  },
  'answer.router': {
    schema: AnswerReport,
    direction: 'told',
    summary: 'The way an answer came: `router` in answers and `end` frames',
  },
  'answer.decision': { schema: Decision, direction: 'told', summary: 'What `decide` answers' },
  'answer.error': { schema: ErrorBody, direction: 'told', summary: 'Every error, framed or not' },
  'frame.accept': { schema: AcceptFrame, direction: 'told', summary: 'Before the model is called' },
  'frame.beat': {
    schema: BeatFrame,
    direction: 'told',
    summary: 'The producer lives: every 2 s, and from any stop that keeps a request over 500 ms',
  },
  'frame.end': { schema: EndFrame, direction: 'told', summary: 'Once, after usage is stored' },
  plan: { schema: Plan, direction: 'told', summary: 'The plan that policy writes and every stop reads, in its header' },
  trail: { schema: TrailEntry, direction: 'told', summary: "One stop's passage" },
  'meter.started': { schema: StartedRecord, direction: 'told', summary: 'A call is about to leave the process' },
  'meter.finished': { schema: FinishedRecord, direction: 'told', summary: 'A call is over, however it ended' },
};
