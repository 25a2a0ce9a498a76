// Going through all of a piece of IR, for whoever looks for one kind of thing in it.

/** Every object from a node on, the node first and each before its parts: in the order of the source. */
export function walk(node: unknown, see: (part: object) => void): void {
  if (typeof node !== 'object' || node === null) return;
  see(node);
  for (const part of Object.values(node)) walk(part, see);
}
