// What users are told that a request may be is what the mesh reads.
import type { ChatRequest as ChatBody, EmbedRequest as EmbedBody } from '@router-mesh/contracts';
import { expectTypeOf, test } from 'vitest';
import type { ChatRequest, ChatStream, EmbedRequest } from './index.ts';

type Writable<Type> = Type extends object ? { -readonly [Key in keyof Type]: Writable<Type[Key]> } : Type;

test('the bodies are those of the contracts', () => {
  expectTypeOf<Writable<ChatRequest>>().toExtend<ChatBody>();
  expectTypeOf<Writable<EmbedRequest>>().toExtend<EmbedBody>();
});

test('the fields that contracts name are named here', () => {
  type Named<Type> = keyof { [Key in keyof Type as string extends Key ? never : Key]: Type[Key] };
  expectTypeOf<Named<ChatRequest>>().toEqualTypeOf<Named<ChatBody>>();
  expectTypeOf<Named<EmbedRequest>>().toEqualTypeOf<Named<EmbedBody>>();
});

test('a stream is what `for await` and Readable.from take', () => {
  expectTypeOf<ChatStream>().toExtend<AsyncIterable<object>>();
});
