// "did you mean": the name that was likely meant.

const longest = 40;

/** No more names are compared: a source may have tens of thousands. */
const mostNames = 2000;

/** The nearest of the names by edit distance, as help; `otherwise` where none is near. Computed where it is shown. */
export function didYouMean(text: string, names: Iterable<string>, otherwise?: string): () => string | undefined {
  return () => nearest(text, names) ?? otherwise;
}

function nearest(text: string, names: Iterable<string>): string | undefined {
  if (text.length > longest) return undefined;
  let left = mostNames;
  let best: string | undefined;
  let least = Math.floor(Math.max(3, text.length) / 3) + 1;
  for (const name of names) {
    if (left-- === 0) break;
    if (name === '') continue; // stands in for one that was missing
    if (Math.abs(name.length - text.length) >= least) continue;
    const distance = editDistance(text.toLowerCase(), name.toLowerCase());
    if (distance >= least) continue;
    best = name;
    least = distance;
  }
  return best === undefined ? undefined : `did you mean ${JSON.stringify(best)}?`;
}

/** Levenshtein's, with neighbours exchanged as one edit. */
function editDistance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let edits = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    before = last;
    last = row;
  }
  return last[other.length] ?? 0;
}
