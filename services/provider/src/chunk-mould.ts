// What the chunks of a stream have in common: most differ from the one before in the text they say alone, and are known without being parsed.
import { bytesSaid, isUnfinished } from './heard.ts';
import { readUsage } from './usage.ts';

/** Where a chunk says its text. */
const saying: readonly string[] = ['"content":"', '"reasoning_content":"', '"reasoning":"', '"arguments":"'];
/** OpenAI's padding against eavesdroppers: in every chunk another. */
const padding = '"obfuscation":"';

/** So many moulds are made that nothing fits, until no more are. */
const mostWasted = 3;
/** A longer event is parsed: what it says is long, and the search for its end takes memory. */
const longestEvent = 16 * 1024;

const quote = 0x22;
/** Matches the rest of a JSON text up to its end, where no character is written as its number: characters, and pairs that are one byte. */
const plainText = /(?:[^"\\\x00-\x1f]|\\["\\/bfnrt])*"/y;

/** The chunks of one stream, known by the last mould. */
export class ChunkMoulds {
  #mould: ChunkMould | undefined;
  #wasted = 0;

  /** How many bytes an event says that is like one before; undefined for another, which is to be parsed. */
  bytesSaid(event: string): number | undefined {
    const bytes = this.#mould?.bytesSaid(event);
    if (bytes !== undefined) this.#wasted = 0;
    return bytes;
  }

  /** A chunk was parsed, and is no error: the next ones may be like it. */
  take(event: string, chunk: object): void {
    if (this.#wasted >= mostWasted) return;
    const mould = ChunkMould.of(event, chunk);
    if (mould === undefined) return;
    this.#mould = mould;
    this.#wasted += 1;
  }
}

/**
 * A chunk with a gap where its text was, and another one where its padding was, if it had any.
 *
 * INVARIANT (exact): an event that fits is valid JSON, and tells what the one told that the mould was made of, but for the text: no usage, and no end.
 * For its pieces come from valid JSON; a gap is all of a text, for what stands before it is a name, which ends there (nothing but a text could hold those
 * letters, and no text holds such a quote); and a gap takes what a text may be.
 */
class ChunkMould {
  readonly #before: string;
  /** Between text and padding; undefined without padding. */
  readonly #between: string | undefined;
  readonly #rest: string;
  /** Bytes that are said besides the text. */
  readonly #otherBytes: number;

  private constructor(before: string, between: string | undefined, rest: string, otherBytes: number) {
    this.#before = before;
    this.#between = between;
    this.#rest = rest;
    this.#otherBytes = otherBytes;
  }

  /** @param chunk what the event says @returns undefined where it is something else than a piece of an answer, with more to come */
  static of(event: string, chunk: object): ChunkMould | undefined {
    if (event.length > longestEvent || readUsage(chunk) !== undefined || !isUnfinished(chunk)) return undefined;
    const said = bytesSaid(chunk);
    if (said === 0) return undefined; // the first chunk of most streams
    const start = textStart(event);
    const end = textEnd(event, start);
    if (end < 0) return undefined;
    // One letter more there must be one more that is said; else it is another field of that name.
    const copy = Buffer.from(event).toString(); // a part of a text keeps all of it in memory
    const before = copy.slice(0, start);
    const rest = copy.slice(end);
    if (bytesSaid(JSON.parse(`${event.slice(0, end)}x${rest}`) as object) !== said + 1) return undefined;

    const otherBytes = said - textBytes(event, start, end);
    const paddingStart = rest.indexOf(padding) + padding.length;
    const paddingEnd = paddingStart < padding.length ? -1 : textEnd(rest, paddingStart);
    if (paddingEnd < 0) return new ChunkMould(before, undefined, rest, otherBytes);
    return new ChunkMould(before, rest.slice(0, paddingStart), rest.slice(paddingEnd), otherBytes);
  }

  /** How many bytes an event says that fits; undefined for any other. */
  bytesSaid(event: string): number | undefined {
    const start = this.#before.length;
    if (event.length > longestEvent || event.slice(0, start) !== this.#before) return undefined; // `startsWith` takes five times as long
    const end = textEnd(event, start);
    if (end < 0) return undefined;
    let restStart = end;
    if (this.#between !== undefined) {
      const paddingStart = end + this.#between.length;
      if (event.slice(end, paddingStart) !== this.#between) return undefined;
      restStart = textEnd(event, paddingStart);
    }
    if (restStart < 0 || event.slice(restStart) !== this.#rest) return undefined;
    return this.#otherBytes + textBytes(event, start, end);
  }
}

/** Where the first text begins that is not empty; the end where there is none. */
function textStart(event: string): number {
  for (const marker of saying) {
    const start = event.indexOf(marker) + marker.length;
    if (start >= marker.length && event.charCodeAt(start) !== quote) return start;
  }
  return event.length;
}

/** The place of the quote that ends a JSON text; -1 where there is none, or something in the text that is not plain. */
function textEnd(event: string, start: number): number {
  plainText.lastIndex = start;
  return plainText.test(event) ? plainText.lastIndex - 1 : -1;
}

/** Bytes of a text of which `textEnd` found the end. */
function textBytes(event: string, start: number, end: number): number {
  const text = event.slice(start, end);
  let bytes = Buffer.byteLength(text);
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 2)) bytes -= 1;
  return bytes;
}
