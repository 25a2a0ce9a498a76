// What a policy may read, in the reference: the input, a model, and in tests the decision.
import { decisionType } from '../types/decision-schema.ts';
import { inputSchema } from '../types/input-schema.ts';
import { modelFields } from '../types/model-fields.ts';
import { show } from '../types/show.ts';
import type { Type } from '../types/type.ts';
import { code, table } from './markdown.ts';

/** What the fields mean; a test sees to it that none is missing. */
export const meanings: Readonly<Record<string, string>> = {
  'request.kind': 'what is asked for',
  'request.model': 'the model as the client named it: `vendor/model`, an alias, or `auto`',
  'request.tokens_in': 'an estimate: ⌈UTF-8 bytes of the body / 4⌉',
  'request.max_tokens': 'the longest answer that the client wants',
  'request.stream': 'whether the answer is to be streamed',
  'request.tools': 'whether the request offers tools',
  'request.modalities': 'what its messages hold: `"text"`, `"image"`, `"audio"`, `"file"`',
  'request.pii': 'whether it holds personal data, where a classifier has looked; none is built yet',
  'request.lang': 'its language, where a classifier has looked; none is built yet',
  'request.metadata':
    '`metadata` of the body, as the client sent it: nothing that a client may not choose should hang on it',
  'tenant.id': 'the last token of its path',
  'tenant.path': 'as `acme.web`',
  'tenant.tier': 'of its document; `"free"` where that says nothing',
  'tenant.region': 'of its document',
  'tenant.spent': 'in this month, where a cost service tells; none is built yet',
  'tenant.budget': 'of this month, likewise',
  'tenant.quotas': 'limits of its document: `rpm`, `tpm`, `concurrency`',
  'user.id': '`user` of the body, as the client says',
  'user.roles': 'what an entrance knows of the user; none is built yet',
  'session.id': '`router.session` of the body, as the client says',
  attributes: '`router.attributes` of the body',
  health: 'of the models that were asked in the last minute, by `vendor/model`; `errors` is a fraction of 1',
  now: 'the time at which policy let the request in',
  seed: 'of the request id, under a key that clients do not know: the same for each try of a request',
};

export function inputSection(): string[] {
  const rows = Object.entries(inputSchema as Readonly<Record<string, Type>>).flatMap(([root, type]) =>
    fields(root, type),
  );
  return [
    table(
      ['', 'type', ''],
      rows.map(([path, type]) => [code(path), code(show(type)), meanings[path] ?? '']),
    ),
  ];
}

/** `tenant.tier` for each field of a record, and the root itself where it is none. */
export function fields(root: string, type: Type): (readonly [path: string, type: Type])[] {
  return type.kind === 'record'
    ? [...type.fields].map(([name, field]) => [`${root}.${name}`, field] as const)
    : [[root, type]];
}

export function modelSection(): string {
  return table(
    ['field', 'type'],
    [...modelFields].map(([name, type]) => [code(name), code(show(type))]),
  );
}

export function decisionSection(): string {
  const rows = decisionType.kind === 'record' ? [...decisionType.fields] : [];
  return table(
    ['', 'type'],
    rows.map(([name, type]) => [code(`decision.${name}`), code(show(type))]),
  );
}
