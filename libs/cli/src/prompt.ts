// The question of a command: its words, or what comes on stdin.
import { text } from 'node:stream/consumers';
import { UsageError } from './errors.ts';

/** @throws UsageError when nothing is asked */
export async function readPrompt(words: readonly string[]): Promise<string> {
  const given = words.join(' ');
  const prompt = given === '' || given === '-' ? await readStdin() : given;
  if (prompt.trim() === '') throw new UsageError('nothing to ask: give a text, or pipe one in');
  return prompt;
}

async function readStdin(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write('reading from the terminal; end with Ctrl-D\n');
  return (await text(process.stdin)).replace(/\n$/, '');
}
