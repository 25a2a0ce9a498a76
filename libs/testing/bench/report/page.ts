// A page of which parts are written by people and parts are generated, between markers. Pure.

const opening = (name: string): string => `<!-- generated: ${name} -->`;
const closing = '<!-- /generated -->';

/** Put a part in the place of the one that stands there. @throws Error naming the marker when the page has no such part */
export function replacePart(page: string, name: string, text: string): string {
  const start = page.indexOf(opening(name));
  const end = page.indexOf(closing, start);
  if (start < 0 || end < 0) throw new Error(`the page has no part "${opening(name)}" … "${closing}"`);
  return `${page.slice(0, start)}${opening(name)}\n\n${text.trim()}\n\n${page.slice(end)}`;
}

/** A table of text. */
export function block(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}
