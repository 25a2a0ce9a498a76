// `router chat`: ask a model, as any client of a tenant would.
import type { ChatAnswer, ChatRequest, ChatStream, Client } from '@router-mesh/client';
import type { AnswerReport } from '@router-mesh/contracts';
import { Option, type Command } from 'commander';
import { connectAsTenant } from './access.ts';
import { allOptions, type GlobalOptions } from './global-options.ts';
import { hint, print } from './output.ts';
import { readPrompt } from './prompt.ts';
import { addRequestOptions, readDuration, type RequestOptions } from './request-options.ts';

interface ChatOptions extends RequestOptions {
  readonly stream?: boolean;
  readonly timeout: number;
}

const examples = `
Examples:
  router chat "hi"
  router chat "tell me a story" --stream --model openai/gpt-5-nano
  router chat --tenant acme.web --timeout 5s < question.txt
  router chat "hi" --json | jq .router`;

export function addChat(program: Command): void {
  addRequestOptions(program.command('chat'))
    .summary('ask a model')
    .description('Ask a model and print what it says.')
    .argument('[text...]', 'what to ask; read from stdin when it is absent or -')
    .option('--stream', 'print the answer while it is being given')
    .addOption(
      new Option('--timeout <duration>', 'how long the whole answer may take')
        .argParser(readDuration)
        .default(60_000, '60s'),
    )
    .addHelpText('after', examples)
    .action(async (words: string[], _options, command: Command) => {
      const options = allOptions<ChatOptions>(command);
      const messages = [{ role: 'user', content: await readPrompt(words) }];
      const client = await connectAsTenant(options, options.timeout);
      try {
        await ask(client, { model: options.model, messages }, options);
      } finally {
        await client.close();
      }
    });
}

async function ask(client: Client, request: ChatRequest, options: ChatOptions & GlobalOptions): Promise<void> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  const started = performance.now();
  const about = { signal: interrupted.signal };
  const report = options.stream
    ? await follow(client.stream(request, about), options)
    : await whole(client.chat(request, about), options);
  const how = report.cache === undefined ? '' : ' from the cache';
  hint(`${report.model}${how}, ${Math.round(performance.now() - started)} ms, request ${report.request}`);
}

async function whole(answering: Promise<ChatAnswer>, options: { readonly json?: boolean }): Promise<AnswerReport> {
  const answer = await answering;
  print(options, answer, () => said(answer));
  return answer.router;
}

/** What the model said; tools that it wants to call as `name(arguments)`. */
function said({ choices }: ChatAnswer): string {
  const message = choices[0]?.message;
  const calls = (message?.tool_calls ?? []).map(({ function: { name, arguments: given } }) => `${name}(${given})`);
  return [message?.content ?? message?.refusal ?? '', ...calls].filter((part) => part !== '').join('\n');
}

/** In JSON a chunk a line, and last what the router did. */
async function follow(stream: ChatStream, options: { readonly json?: boolean }): Promise<AnswerReport> {
  for await (const chunk of stream) {
    process.stdout.write(options.json ? `${JSON.stringify(chunk)}\n` : (chunk.choices[0]?.delta.content ?? ''));
  }
  const report = await stream.report;
  print(options, report, () => '');
  return report.router;
}
