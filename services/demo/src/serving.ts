/** The two endpoints that call a model: a call is read, what was told happens to it, and it is answered. */
import { toldFailure, unknownModel } from './api-error.ts';
import { answerJson, answerStream } from './answering.ts';
import type { Call } from './call.ts';
import { parseChatRequest, type ChatRequest } from './chat-request.ts';
import { splitAnswer, writeChunks } from './chunks.ts';
import { writeCompletion, writeUsage } from './completion.ts';
import { embeddingModel, parseEmbeddingsRequest, writeEmbeddings } from './embeddings.ts';
import { nextId } from './ids.ts';
import type { KeyCounts } from './key-counts.ts';
import { chatModels, type Model } from './models.ts';
import { decideFate } from './told.ts';

/**
 * Serve `POST /v1/chat/completions`.
 * @throws ApiError what the caller is to be answered instead
 */
export async function serveChat(call: Call, keys: KeyCounts): Promise<void> {
  const request = parseChatRequest(await call.body());
  const model = chatModels.get(request.model);
  if (!model) throw unknownModel(request.model);
  call.told = request.told;
  call.model = model.id;
  call.stream = request.stream;
  if (await survives(call, keys, model)) await answerChat(call, request, model);
}

/**
 * Serve `POST /v1/embeddings`.
 * @throws ApiError what the caller is to be answered instead
 */
export async function serveEmbeddings(call: Call, keys: KeyCounts): Promise<void> {
  const request = parseEmbeddingsRequest(await call.body());
  if (request.model !== embeddingModel) throw unknownModel(request.model);
  call.told = request.told;
  call.model = embeddingModel;
  if (await survives(call, keys, { firstDelayMs: 0, flaky: false }))
    answerJson(call, nextId(), writeEmbeddings(request));
}

/** Wait as told, then let happen what was told; whether the call is to be answered. */
async function survives(call: Call, keys: KeyCounts, model: Pick<Model, 'firstDelayMs' | 'flaky'>): Promise<boolean> {
  const { told } = call;
  // Counted on arrival, so that of two calls the one that came first is the one that fails first.
  const callsBefore = told.key === undefined ? 0 : keys.next(told.key);
  const firstDelayMs = told.first_delay_ms ?? model.firstDelayMs;
  if (firstDelayMs > 0) await call.wait(firstDelayMs);
  if (call.over) return false;
  const fate = decideFate(told, model.flaky, callsBefore);
  if (fate.type === 'fail') throw toldFailure(fate.status, told.code);
  if (fate.type === 'reset') call.reset();
  if (fate.type === 'garbage') call.garble();
  return fate.type === 'answer';
}

async function answerChat(call: Call, request: ChatRequest, model: Model): Promise<void> {
  const { told } = request;
  const answer = model.answer(request);
  const usage = writeUsage(request, answer);
  const head = { id: nextId(), createdSeconds: Math.floor(Date.now() / 1000), model: model.id };
  const delayMs = told.delay_ms ?? model.delayMs;
  if (request.stream) {
    const chunks = writeChunks(
      head,
      answer,
      splitAnswer(answer, told.chunks),
      request.includeUsage ? usage : undefined,
    );
    return answerStream(call, head.id, chunks, delayMs);
  }
  // A whole answer takes as long as its stream would.
  if (delayMs > 0) await call.wait(delayMs * Math.max(0, splitAnswer(answer, told.chunks).length - 1));
  answerJson(call, head.id, writeCompletion(head, answer, usage));
}
