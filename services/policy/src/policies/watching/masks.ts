// What of an input the decision log does not hold. Pure.
import { maskableFields, type MaskableField } from '@router-mesh/contracts';
import type { Input } from '@router-mesh/wend';

export interface Masked {
  readonly input: Input;
  /** Fields that held something and were taken out. */
  readonly masked: readonly string[];
}

/** How one field is looked at, and how the input is without it. */
const fields: Readonly<Record<MaskableField, { holds(input: Input): boolean; without(input: Input): Input }>> = {
  metadata: {
    holds: ({ request }) => Object.keys(request.metadata).length > 0,
    without: (input) => ({ ...input, request: { ...input.request, metadata: {} } }),
  },
  'user.id': {
    holds: ({ user }) => user.id !== null,
    without: (input) => ({ ...input, user: { ...input.user, id: null } }),
  },
  attributes: {
    holds: ({ attributes }) => Object.keys(attributes).length > 0,
    without: (input) => ({ ...input, attributes: {} }),
  },
  'session.id': {
    holds: ({ session }) => session.id !== null,
    without: (input) => ({ ...input, session: { id: null } }),
  },
};

/** @param told fields that are told as they are */
export function mask(input: Input, told: ReadonlySet<MaskableField>): Masked {
  const masked = maskableFields.filter((field) => !told.has(field) && fields[field].holds(input));
  return { input: masked.reduce((rest, field) => fields[field].without(rest), input), masked };
}
