// Every type by its name, in a project that may have neither Node's types nor a new `lib`: packed.test.ts type-checks it in one.
/* eslint-disable @nx/enforce-module-boundaries -- it stands for a file of a user's */
import { connect, RouterError, type ConnectOptions, type ErrorCode } from '@router-mesh/client';

export type {
  AnswerReport,
  AssistantMessage,
  Attempt,
  Candidate,
  ChatAnswer,
  ChatChoice,
  ChatChunk,
  ChatDelta,
  ChatMessage,
  ChatRequest,
  ChatStream,
  ChunkChoice,
  Client,
  ConnectOptions,
  ContentPart,
  Decision,
  EmbedAnswer,
  Embedding,
  EmbedRequest,
  ErrorCode,
  FinishReason,
  Plan,
  RequestOptions,
  RouterOptions,
  StreamReport,
  TokenUsage,
  Tool,
  ToolCall,
  ToolCallDelta,
  TrailEntry,
  Usage,
} from '@router-mesh/client';

export async function use(options: ConnectOptions): Promise<string> {
  const client = await connect(options);
  const { choices, router, usage } = await client.chat({ model: 'auto', messages: [{ role: 'user', content: 'hi' }] });
  const tried: string[] = router.attempts.map(({ model }) => model);
  const tokens: number | undefined = usage?.total_tokens;
  const code: ErrorCode = new RouterError('internal', 'no').code;
  // @ts-expect-error a stream is asked for by client.stream
  void client.chat({ model: 'auto', messages: [], stream: true });
  // @ts-expect-error there is no such code
  void new RouterError('nonsense', 'no');
  return `${choices[0]?.message.content ?? ''} ${tried.join()} ${tokens} ${code}`;
}
