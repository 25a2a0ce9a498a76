/** The texts the demo speaks, cut from one prebuilt paragraph, and how many tokens a text counts as. */

const paragraph =
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna ' +
  'aliqua ut enim ad minim veniam quis nostrud exercitation ullamco laboris nisi ut aliquip ex ea commodo consequat ' +
  'duis aute irure dolor in reprehenderit in voluptate velit esse cillum dolore eu fugiat nulla pariatur excepteur ' +
  'sint occaecat cupidatat non proident sunt in culpa qui officia deserunt mollit anim id est laborum ';

/** Where each word of the paragraph ends, so that n words are a slice. */
const wordEnds = [...paragraph.matchAll(/ /g)].map((space) => space.index);

/** That many words of lorem ipsum; at most a million. */
export function loremWords(words: number): string {
  const wanted = Math.min(words, 1_000_000);
  const whole = Math.floor((wanted - 1) / wordEnds.length);
  return paragraph.repeat(whole) + paragraph.slice(0, wordEnds[(wanted - 1) % wordEnds.length]);
}

/** A text of exactly that many bytes, none of which JSON has to escape. */
export function loremBytes(bytes: number): string {
  return paragraph.repeat(Math.ceil(bytes / paragraph.length)).slice(0, bytes);
}

/** The text, said again until it is at least that long in UTF-16 units; an empty one becomes lorem ipsum. */
export function stretch(text: string, units: number): string {
  if (text.length >= units) return text;
  if (text === '') return loremBytes(units);
  return `${text} `.repeat(Math.ceil((units + 1) / (text.length + 1))).slice(0, -1);
}

/** Tokens of a text: a quarter of its UTF-8 bytes, rounded up. The demo's own rule, simple enough to predict in a test. */
export function countTokens(...texts: readonly string[]): number {
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text);
  return Math.ceil(bytes / 4);
}
