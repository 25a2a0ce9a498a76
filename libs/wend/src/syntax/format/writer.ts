// The tokens of a source in their order, and the comments between them.
import type { Token } from '../token.ts';
import { blankLine, type Doc, hardLine, indent, type Line } from './doc.ts';

interface Comment {
  readonly text: string;
  /** On the line of the token before it. */
  readonly trailing: boolean;
  /** There is an empty line before it. */
  readonly blank: boolean;
}

/** What stands before a token. */
interface Gap {
  readonly comments: readonly Comment[];
  /** There is an empty line right before the token. */
  readonly blank: boolean;
}

const noGap: Gap = { comments: [], blank: false };

/** Hands out tokens one by one; whoever writes them says what goes before each. INVARIANT (no comment lost): each gap is handed out with its token, or with that of the next one. */
export class Writer {
  readonly #tokens: readonly Token[];
  readonly #gaps: readonly Gap[];
  #index = 0;
  /** Comments around a comma: they go behind it. */
  #carried: readonly Comment[] = [];
  #gapWritten = false;

  readonly #text: string;

  constructor(text: string, all: readonly Token[]) {
    this.#text = text;
    const { tokens, gaps } = apart(all);
    this.#tokens = tokens;
    this.#gaps = gaps;
  }

  get #gap(): Gap {
    return this.#gaps[this.#index] ?? noGap;
  }

  /** The token at hand. */
  peek(): Token {
    const token = this.#tokens[this.#index];
    if (token === undefined) throw new Error('no token is left: the tree is none of these tokens');
    return token;
  }

  /** The token at hand, and what was not yet written of the gap before it. */
  token(): Doc {
    const gap = this.#gapWritten ? '' : this.gap('');
    const { text } = this.peek();
    this.#index += 1;
    this.#gapWritten = false;
    return gap === '' ? text : [gap, text];
  }

  /** Tokens up to an offset, just as they stand. */
  verbatim(end: number): Doc {
    const gap = this.#gapWritten ? '' : this.gap('');
    const { start } = this.peek();
    while (this.peek().end <= end && this.peek().kind !== 'end') this.#index += 1;
    this.#gapWritten = false;
    return [gap, this.#text.slice(start, end)];
  }

  /** What goes before the token at hand: a separator, or comments on lines of their own. */
  gap(separator: '' | ' ' | Line): Doc {
    const comments = this.#takeComments();
    if (comments.length === 0) return separator;
    const docs = lines(comments, false);
    // Between what belongs together, what follows a comment is indented.
    const within = typeof separator === 'string';
    return within ? indent(...docs, hardLine) : [...docs, hardLine];
  }

  /** As `gap`, before a closing bracket: the comments stand with what is in the brackets. */
  closingGap(separator: Line): Doc {
    const comments = this.#takeComments();
    return comments.length === 0 ? separator : [indent(...lines(comments, false)), hardLine];
  }

  /** As `gap`, between statements or declarations: empty lines stay, one of several. */
  lineGap(first: boolean): Doc {
    const { blank } = this.#gap;
    const comments = this.#takeComments();
    const last = blank && (!first || comments.length > 0) ? blankLine : hardLine;
    return [...lines(comments, true, first), last];
  }

  /** As `closingGap`, behind statements or declarations. */
  lastGap(first: boolean): Doc {
    return [indent(...lines(this.#takeComments(), true, first)), hardLine];
  }

  /** The comma at hand, if there is one. */
  takeComma(): boolean {
    if (this.peek().kind !== 'symbol' || this.peek().text !== ',') return false;
    this.#carried = this.#takeComments();
    this.#index += 1;
    this.#gapWritten = false;
    return true;
  }

  /** What begins the file: comments, and empty lines between them. */
  firstGap(): Doc {
    const { comments, blank } = this.#gap;
    this.#gapWritten = true;
    const [first, ...rest] = comments;
    if (first === undefined) return '';
    return [{ kind: 'remark', text: first.text }, ...lines(rest, true), blank ? blankLine : hardLine];
  }

  /** What ends the file. */
  endGap(): Doc {
    return [...lines(this.#takeComments(), true), hardLine];
  }

  /** Whether a comment stands before the token at hand. */
  hasComment(): boolean {
    return this.#carried.length > 0 || this.#gap.comments.length > 0;
  }

  #takeComments(): readonly Comment[] {
    const comments = this.#gapWritten ? this.#carried : [...this.#carried, ...this.#gap.comments];
    this.#carried = [];
    this.#gapWritten = true;
    return comments;
  }
}

/** Comments in their order; only the first can stand behind code, for each ends its line. */
function lines(comments: readonly Comment[], keepBlank: boolean, first = false): readonly Doc[] {
  return comments.map(({ text, trailing, blank }, index): Doc => {
    if (index === 0 && trailing) return { kind: 'remark', text: ` ${text}` };
    return [keepBlank && blank && !(first && index === 0) ? blankLine : hardLine, { kind: 'remark', text }];
  });
}

function apart(all: readonly Token[]): { tokens: readonly Token[]; gaps: readonly Gap[] } {
  const tokens: Token[] = [];
  const gaps: Gap[] = [];
  let comments: Comment[] = [];
  let lineFeeds = 0;
  for (const token of all) {
    if (token.kind === 'space') {
      lineFeeds += count(token.text);
    } else if (token.kind === 'comment') {
      const trailing = lineFeeds === 0 && tokens.length > 0;
      comments.push({ text: token.text.trimEnd(), trailing, blank: lineFeeds > 1 });
      lineFeeds = 0;
    } else {
      tokens.push(token);
      gaps.push({ comments, blank: lineFeeds > 1 });
      comments = [];
      lineFeeds = 0;
    }
  }
  return { tokens, gaps };
}

function count(space: string): number {
  let found = 0;
  for (let at = space.indexOf('\n'); at !== -1; at = space.indexOf('\n', at + 1)) found += 1;
  return found;
}
