// Addresses in networks, of IPv4 and IPv6.

/** Null where the one is no address or the other no network. An IPv4 address that is written as an IPv6 one (`::ffff:10.0.0.1`) is an IPv4 one. */
export function inNetwork(address: string, network: string): boolean | null {
  const slash = network.indexOf('/');
  const parsed = parseAddress(address);
  const base = slash === -1 ? undefined : parseAddress(network.slice(0, slash));
  const written = network.slice(slash + 1);
  if (parsed === undefined || base === undefined || !/^(0|[1-9][0-9]{0,2})$/.test(written)) return null;
  const mapped = base.length === 2 && network.slice(0, slash).includes(':') ? 96 : 0;
  const bits = Number(written) - mapped;
  if (bits < 0 || bits > base.length * 16) return null;
  return (
    parsed.length === base.length &&
    base.every((group, place) => sameBits(group, parsed[place] ?? 0, bits - place * 16))
  );
}

function sameBits(left: number, right: number, bits: number): boolean {
  return bits <= 0 || (left ^ right) >>> Math.max(0, 16 - bits) === 0;
}

/** Groups of 16 bits: 2 of IPv4, 8 of IPv6. */
function parseAddress(text: string): readonly number[] | undefined {
  if (text.length > 45) return undefined;
  if (!text.includes(':')) return parseV4(text);
  const groups = parseV6(text);
  const isMapped = groups?.slice(0, 5).every((group) => group === 0) === true && groups[5] === 0xffff;
  return isMapped ? groups.slice(6) : groups;
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number);
  return [a * 256 + b, c * 256 + d];
}

function parseV6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const parsed = halves.map((half, place) => parseGroups(half, place === halves.length - 1));
  const [head, tail] = parsed;
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

/** The last group may be an IPv4 address. */
function parseGroups(text: string, isLast: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [place, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else {
      const v4 = isLast && place === parts.length - 1 ? parseV4(part) : undefined;
      if (v4 === undefined) return undefined;
      groups.push(...v4);
    }
  }
  return groups;
}
