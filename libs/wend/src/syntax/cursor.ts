// Where the parser is: the token at hand, what it has reported, and how deep it is.
import type { Span } from '../diagnostics/diagnostic.ts';
import { sourceLimits } from '../limits.ts';
import type { Missing, Name, Text } from './tree.ts';
import { foreignHelp } from './foreign.ts';
import { textValue } from './literals.ts';
import { quoted } from './quoted.ts';
import type { Token } from './token.ts';
import { type Report, type Tokens } from './tokenize.ts';
import { reservedWords, typeWords } from './words.ts';

/** Reads tokens one by one, and never goes back. */
export class Cursor {
  /** The one at hand; at last `end`, for ever. */
  token: Token;
  /** Levels of the tree below the expression that was read last, itself included. */
  height = 1;
  readonly report: Report;
  /** Offsets at which a `>=` was read as `>` and `=`. */
  readonly split = new Set<number>();
  readonly #tokens: Tokens;
  #index = 0;
  #depth = 0;
  /** End of the token that was read last. */
  #end = 0;
  /** The token at which something was missing last: what else is missing there is a consequence. */
  #missedAt: Token | undefined;
  #closed = false;

  constructor(tokens: Tokens, report: Report) {
    this.#tokens = tokens;
    this.report = report;
    this.token = this.peek(0);
  }

  /** The token `ahead` of the one at hand. */
  peek(ahead: number): Token {
    const { significant } = this.#tokens;
    const token = significant[Math.min(this.#index + ahead, significant.length - 1)];
    if (token === undefined) throw new Error('no tokens'); // there is always `end`
    return token;
  }

  advance(): Token {
    const { token } = this;
    this.#end = token.end;
    if (token.kind !== 'end') {
      this.#index += 1;
      this.token = this.peek(0);
    }
    return token;
  }

  /** From where a node begins to the end of the last token read. */
  span(start: number): Span {
    return { start, end: Math.max(start, this.#end) };
  }

  atEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** Whether this symbol is at hand. */
  atSymbol(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === symbol;
  }

  /** Whether this word is at hand. */
  atWord(word: string): boolean {
    return this.token.kind === 'identifier' && this.token.text === word;
  }

  takeSymbol(symbol: string): boolean {
    if (!this.atSymbol(symbol)) return false;
    this.advance();
    return true;
  }

  takeWord(word: string): boolean {
    if (!this.atWord(word)) return false;
    this.advance();
    return true;
  }

  expectSymbol(symbol: string): boolean {
    if (this.takeSymbol(symbol)) return true;
    this.expected(`"${symbol}"`);
    return false;
  }

  expectWord(word: string): boolean {
    if (this.takeWord(word)) return true;
    this.expected(`"${word}"`);
    return false;
  }

  /** The `>` that ends a `Map<…`; of a `>=` only its first character. */
  expectGreater(): void {
    const { token } = this;
    if (!this.atSymbol('>=')) {
      this.expectSymbol('>');
      return;
    }
    this.split.add(token.start);
    this.#end = token.start + 1;
    this.token = { kind: 'symbol', text: '=', start: token.start + 1, end: token.end };
  }

  /** A word that is no reserved one. A reserved one is reported, and taken all the same. */
  expectIdentifier(what: string): Name {
    const { token } = this;
    if (token.kind !== 'identifier') {
      this.expected(what);
      return this.missingName();
    }
    if (reservedWords.has(token.text) || typeWords.has(token.text)) {
      const kind = typeWords.has(token.text) ? 'the name of a type' : 'a reserved word';
      this.report(
        'E009',
        token.start,
        token.end,
        `"${token.text}" is ${kind}, and cannot be ${what}`,
        'choose another name',
      );
    }
    return this.takeName();
  }

  /** A word, reserved or not. */
  expectField(what: string): Name {
    if (this.token.kind === 'identifier') return this.takeName();
    this.expected(what);
    return this.missingName();
  }

  /** A word or a string. */
  expectName(what: string): Name {
    if (this.token.kind !== 'string') return this.#shortName(this.expectIdentifier(what));
    const { value, start, end } = this.takeString();
    return this.#shortName({ text: value, quoted: true, start, end });
  }

  /** A string that stands in every decision. */
  expectNameString(what: string): Text {
    const text = this.expectString(what);
    this.#shortName({ text: text.value, start: text.start, end: text.end });
    return text;
  }

  expectString(what: string): Text {
    if (this.token.kind === 'string') return this.takeString();
    this.expected(what);
    return { value: '', start: this.token.start, end: this.token.start };
  }

  takeName(): Name {
    const { text, start, end } = this.advance();
    return { text, quoted: false, start, end };
  }

  takeString(): Text {
    const token = this.advance();
    return { value: textValue(token, 1, this.report), start: token.start, end: token.end };
  }

  missing(): Missing {
    this.height = 1;
    return { kind: 'missing', start: this.token.start, end: this.token.start };
  }

  missingName(): Name {
    return { text: '', quoted: false, start: this.token.start, end: this.token.start };
  }

  /** Say what should stand here. Once for each place: what is missed next at the same token is a consequence. */
  expected(what: string, help?: string): void {
    const { token } = this;
    if (this.#missedAt === token) return;
    this.#missedAt = token;
    if (this.#tokens.gaps.has(this.#index)) return;
    const found = token.kind === 'end' ? 'the end of the file' : quoted(token.text);
    this.report(
      'E001',
      token.start,
      token.end,
      `expected ${what}, found ${found}`,
      foreignHelp(what, token, this.peek(1)) ?? help,
    );
  }

  /** Whether nothing more is read: it got too deep. */
  get closed(): boolean {
    return this.#closed;
  }

  /** How many tokens were taken. */
  get place(): number {
    return this.#index;
  }

  /** Tokens taken since then, but for commas: formatting puts some at the end of lists. */
  wordsSince(place: number): number {
    let words = 0;
    for (let at = place; at < this.#index; at += 1) if (this.#tokens.significant[at]?.text !== ',') words += 1;
    return words;
  }

  /** Go a level down. False when that is too deep: then everything ends here, or the author would get an error for each level. */
  enter(levels = 1): boolean {
    this.#depth += levels;
    return this.#allowed(this.#depth);
  }

  leave(levels = 1): void {
    this.#depth -= levels;
  }

  /** An expression just built from others, of this height: itself, or something in its place when the tree would get too deep. */
  built<Node>(node: Node, height: number): Node | Missing {
    if (!this.#allowed(this.#depth + height - 1)) return this.missing();
    this.height = height;
    return node;
  }

  // INVARIANT (bounded depth): no node handed on lies deeper than the limit, so whoever walks the tree may recurse.
  // The last level is kept for what stands in the place of something missing.
  #allowed(depth: number): boolean {
    if (depth < sourceLimits.depth && !this.#closed) return true;
    if (!this.#closed) {
      const { start, end } = this.token;
      const help = 'name parts of it with "let" or "fn"';
      this.report('E010', start, end, `nested too deep, a tree has at most ${sourceLimits.depth} levels`, help);
      this.#close();
    }
    return false;
  }

  #shortName<Of extends Pick<Name, 'text' | 'start' | 'end'>>(name: Of): Of {
    const most = sourceLimits.nameChars;
    if (name.text.length > most) this.report('E014', name.start, name.end, `a name of more than ${most} characters`);
    return name;
  }

  /** Read no further, and report nothing more. */
  #close(): void {
    this.#closed = true;
    this.#index = this.#tokens.significant.length - 1;
    this.token = this.peek(0);
    this.#missedAt = this.token;
  }
}
