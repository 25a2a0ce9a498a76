// The request that every suite asks with.

/** A chat request of about 1 KB, as JSON. */
export function chatBody(model: string, more: Readonly<Record<string, unknown>> = {}): string {
  const messages = [
    { role: 'system', content: 'You are a careful assistant who answers in few words and names its sources.' },
    { role: 'user', content: 'What did the committee decide about the harbour, and why? '.repeat(14) },
  ];
  return JSON.stringify({ model, messages, temperature: 0.2, max_tokens: 512, ...more });
}
