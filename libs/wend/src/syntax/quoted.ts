// Pieces of a source in messages about it.

/** So much of it as a message can hold. */
export function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** In quotes; a string has its own. */
export function quoted(text: string): string {
  return text.startsWith('"') ? shortened(text) : `"${shortened(text)}"`;
}
