// Lists in brackets: on one line, or an item a line and a comma behind each.
import { type Doc, group, indent, line, type Line, softLine } from './doc.ts';
import type { Writer } from './writer.ts';

/** The bracket at hand, items, and the closing bracket; `inside` is what stands within the brackets on one line. */
export function formatItems<Item>(
  writer: Writer,
  items: readonly Item[],
  inside: Line,
  formatItem: (item: Item) => Doc,
): Doc {
  const opening = writer.token();
  if (items.length === 0) return group(opening, writer.closingGap(softLine), writer.token());
  const written = items.map((item, index): Doc => {
    const docs = [writer.gap(index === 0 ? inside : line), formatItem(item)];
    const comma = writer.takeComma();
    return comma && index < items.length - 1 ? [...docs, ','] : docs;
  });
  const lastComma: Doc = { kind: 'if-broken', text: ',' };
  return group(opening, indent(written, lastComma), writer.closingGap(inside), writer.token());
}

/** A call's arguments: as a list, but one that is in brackets itself stands directly in those of the call. */
export function formatHugged(writer: Writer, formatItem: () => Doc): Doc {
  const docs: Doc[] = [writer.token(), formatItem()];
  writer.takeComma();
  return [...docs, writer.gap(''), writer.token()];
}
