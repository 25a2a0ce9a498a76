// Decides where lines break, and writes them.
import { type Doc, isList } from './doc.ts';

interface Step {
  readonly doc: Doc;
  readonly indentation: number;
  readonly flat: boolean;
}

/** The text, with lines no wider than that where there is a place to break them. */
export function printDoc(doc: Doc, width: number): string {
  const out: string[] = [];
  const steps: Step[] = [{ doc, indentation: 0, flat: false }];
  let column = 0;
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const { doc: at, indentation, flat } = step;
    if (typeof at === 'string') {
      out.push(at);
      column += at.length;
    } else if (isList(at)) {
      pushAll(steps, at, step);
    } else if (at.kind === 'indent') {
      steps.push({ doc: at.of, indentation: indentation + 2, flat });
    } else if (at.kind === 'group') {
      const inner: Step = { doc: at.of, indentation, flat: flat || !at.broken };
      steps.push(inner.flat && !flat && !fits(inner, steps, width - column) ? { ...inner, flat: false } : inner);
    } else if (at.kind === 'if-broken') {
      if (flat) continue;
      out.push(at.text);
      column += at.text.length;
    } else if (at.kind === 'remark') {
      out.push(at.text);
    } else if (flat && at.flat !== undefined) {
      out.push(at.flat);
      column += at.flat.length;
    } else {
      out.push(at.blank ? '\n\n' : '\n', ' '.repeat(indentation));
      column = indentation;
    }
  }
  return out.join('');
}

/** Whether it fits on the rest of the line, with what follows it up to the next place where the line may break. */
function fits(first: Step, rest: readonly Step[], width: number): boolean {
  const steps: Step[] = [first];
  let left = width;
  let next = rest.length;
  while (left >= 0) {
    const step = steps.pop() ?? rest[(next -= 1)];
    if (step === undefined) return true;
    const { doc, flat } = step;
    if (typeof doc === 'string') left -= doc.length;
    else if (isList(doc)) pushAll(steps, doc, step);
    else if (doc.kind === 'indent') steps.push({ ...step, doc: doc.of });
    else if (doc.kind === 'group') steps.push({ ...step, doc: doc.of, flat: flat && !doc.broken });
    else if (doc.kind === 'if-broken') left -= flat ? 0 : doc.text.length;
    else if (doc.kind === 'line') {
      if (!flat || doc.flat === undefined) return true;
      left -= doc.flat.length;
    }
  }
  return false;
}

function pushAll(steps: Step[], docs: readonly Doc[], step: Step): void {
  for (let index = docs.length - 1; index >= 0; index -= 1) {
    const doc = docs[index];
    if (doc !== undefined) steps.push({ ...step, doc });
  }
}
