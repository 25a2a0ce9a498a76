// The bodies that clients send: OpenAI's own, checked where we act on them and passed through everywhere else.
import { z } from 'zod';

/** They travel in the plan, which has a limit of its own. */
const maxTags = 16;

const maxAttributes = 32;
const maxAttributesLength = 8192;

/** What a request may ask of the router itself. */
export const RouterOptions = z.strictObject({
  tags: z
    .record(z.string().min(1).max(64), z.string().max(256))
    .refine((tags) => Object.keys(tags).length <= maxTags, `must have at most ${maxTags} tags`)
    .optional(),
  session: z.string().min(1).max(128).optional(),
  /** Whatever a policy may want to know; it goes no further than policy. */
  attributes: z
    .record(z.string().min(1).max(64), z.unknown())
    .refine(
      (attributes) => Object.keys(attributes).length <= maxAttributes,
      `must have at most ${maxAttributes} attributes`,
    )
    .refine(
      (attributes) => JSON.stringify(attributes).length <= maxAttributesLength,
      `must have at most ${maxAttributesLength} characters as JSON`,
    )
    .optional(),
});
export type RouterOptions = z.infer<typeof RouterOptions>;

/** `vendor/model`, an alias without a vendor, or `auto`. */
const ModelName = z.string().min(1).max(256);

const ContentPart = z.looseObject({ type: z.string() });

const Message = z.looseObject({
  role: z.string().min(1),
  content: z.union([z.string(), z.array(ContentPart), z.null()]).optional(),
});

const common = {
  model: ModelName,
  user: z.string().optional(),
  router: RouterOptions.optional(),
};

/** OpenAI Chat Completions; also the body of `decide`. */
export const ChatRequest = z.looseObject({
  ...common,
  messages: z.array(Message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  temperature: z.number().nullish(),
  tools: z.array(z.looseObject({ type: z.string() })).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;

/** OpenAI Embeddings. */
export const EmbedRequest = z.looseObject({
  ...common,
  input: z.union([z.string(), z.array(z.string()), z.array(z.int()), z.array(z.array(z.int()))]),
  dimensions: z.int().positive().nullish(),
  encoding_format: z.string().nullish(),
});
export type EmbedRequest = z.infer<typeof EmbedRequest>;

export const verbs = ['chat', 'embed', 'decide'] as const;
export const Verb = z.enum(verbs);
export type Verb = z.infer<typeof Verb>;

/** The body that each verb takes. */
export const requestSchemas = { chat: ChatRequest, embed: EmbedRequest, decide: ChatRequest } as const satisfies Record<
  Verb,
  z.ZodType
>;

/** JSON may nest this deep in a request. */
export const maxBodyDepth = 128;
