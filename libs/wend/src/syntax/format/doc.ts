// What is to be written, before it is known where lines break; as in Wadler's "A prettier printer".

export type Doc = string | readonly Doc[] | Line | Group | Indent | IfBroken | Remark;

/** A place where a line may break: what stands there when it does not. A hard one always breaks, and an empty line may go before it. */
export interface Line {
  readonly kind: 'line';
  readonly flat: '' | ' ' | undefined;
  readonly blank: boolean;
}

/** All of its lines break, or none. */
export interface Group {
  readonly kind: 'group';
  readonly of: Doc;
  /** There is a hard line in it. */
  readonly broken: boolean;
}

export interface Indent {
  readonly kind: 'indent';
  readonly of: Doc;
}

/** Stands there only when the group around it breaks. */
export interface IfBroken {
  readonly kind: 'if-broken';
  readonly text: string;
}

/** A comment behind code: it counts for no width. */
export interface Remark {
  readonly kind: 'remark';
  readonly text: string;
}

/** A space, or a line break. */
export const line: Line = { kind: 'line', flat: ' ', blank: false };
/** Nothing, or a line break. */
export const softLine: Line = { kind: 'line', flat: '', blank: false };
export const hardLine: Line = { kind: 'line', flat: undefined, blank: false };
export const blankLine: Line = { kind: 'line', flat: undefined, blank: true };

export function group(...of: readonly Doc[]): Group {
  return { kind: 'group', of, broken: of.some(isBroken) };
}

export function indent(...of: readonly Doc[]): Indent {
  return { kind: 'indent', of };
}

/** Whether there is a line in it that breaks in any case. */
function isBroken(doc: Doc): boolean {
  if (typeof doc === 'string') return false;
  if (isList(doc)) return doc.some(isBroken);
  switch (doc.kind) {
    case 'line':
      return doc.flat === undefined;
    case 'group':
      return doc.broken;
    case 'indent':
      return isBroken(doc.of);
    default:
      return false;
  }
}

export function isList(doc: Exclude<Doc, string>): doc is readonly Doc[] {
  return Array.isArray(doc);
}
