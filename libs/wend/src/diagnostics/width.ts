// How text stands on a terminal: which columns a character takes, and what is shown in the place of one that would do something else than stand there.

const tabWidth = 4;

// Control characters, and those that turn the direction of writing: in a source they may hide what it says, on a terminal they may do things.
const unsafe = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/u;

// What stands on or in the character before it.
const noWidth = /[\p{Mn}\p{Me}\u200b-\u200d\ufe0e\ufe0f]/u;

// East Asian wide and full-width characters, and emoji, in ranges a little wider than the tables of Unicode.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Characters as they are shown, with the columns that each takes. A tab is the spaces up to the next stop. */
export function layOut(text: string): readonly { readonly shown: string; readonly width: number }[] {
  let column = 0;
  return [...text].map((character) => {
    const cell = character === '\t' ? tab(column) : { shown: visible(character), width: widthOf(character) };
    column += cell.width;
    return cell;
  });
}

function tab(column: number): { shown: string; width: number } {
  const width = tabWidth - (column % tabWidth);
  return { shown: ' '.repeat(width), width };
}

function widthOf(character: string): number {
  if (noWidth.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Text of an author's, as one line that does nothing to a terminal. */
export function visible(text: string): string {
  return [...text].map((character) => (unsafe.test(character) ? '\ufffd' : character)).join('');
}
