// Strings in strings, in linear time: what V8 has needs the product of both lengths for some (300 KB of "a" took 0.2 s).

/** Up to here the product is small. */
const shortPattern = 32;

/** The first place from `from` on, or -1. */
export function indexOf(text: string, part: string, from = 0): number {
  if (part.length <= shortPattern) return text.indexOf(part, from);
  if (text.length - from < part.length) return -1;
  return search(text, part, failuresOf(part), from);
}

/** The pieces between the separators, which are not empty; at most `most`. */
export function pieces(text: string, by: string, most = Infinity): string[] {
  if (by.length <= shortPattern) return text.split(by, Math.min(most, 2 ** 32 - 1));
  const failures = failuresOf(by);
  const found: string[] = [];
  let start = 0;
  while (found.length < most) {
    const end = search(text, by, failures, start);
    found.push(text.slice(start, end === -1 ? text.length : end));
    if (end === -1) break;
    start = end + by.length;
  }
  return found;
}

/** Knuth, Morris and Pratt: no character of the text is looked at again. */
function search(text: string, part: string, failures: Int32Array, from: number): number {
  let matched = 0;
  for (let place = from; place < text.length; place += 1) {
    const code = text.charCodeAt(place);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = failures[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched += 1;
    if (matched === part.length) return place - matched + 1;
  }
  return -1;
}

/** Of each beginning of the part, how long a beginning its end is. */
function failuresOf(part: string): Int32Array {
  const failures = new Int32Array(part.length);
  let matched = 0;
  for (let place = 1; place < part.length; place += 1) {
    const code = part.charCodeAt(place);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = failures[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched += 1;
    failures[place] = matched;
  }
  return failures;
}
