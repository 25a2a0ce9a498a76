// JSON schemas of our messages, as a reader of them needs them.
import { z } from 'zod';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of what is on the wire, before any transform; in draft 7, the dialect of AsyncAPI. */
export function jsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      // What every integer of JSON is bounded by says nothing about ours.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  return rest;
}
