// The TypeScript SDK of Router Mesh. Everything that its users may import is named here.
export type { AssistantMessage, ChatAnswer, ChatChoice, FinishReason, TokenUsage } from './chat-answer.ts';
export type { ChatChunk, ChatDelta, ChunkChoice, ToolCallDelta } from './chat-chunk.ts';
export type { ChatMessage, ChatRequest, ContentPart, Tool, ToolCall } from './chat-request.ts';
export type { ChatStream, StreamReport } from './chat-stream.ts';
export type { Client } from './client.ts';
export { connect, type ConnectOptions } from './connect.ts';
export type { EmbedAnswer, Embedding, EmbedRequest } from './embedding.ts';
export type { RequestOptions } from './request-options.ts';
export { RouterError } from '@router-mesh/contracts';
export type {
  AnswerReport,
  Attempt,
  Candidate,
  Decision,
  ErrorCode,
  Plan,
  RouterOptions,
  TrailEntry,
  Usage,
} from './told.ts';
