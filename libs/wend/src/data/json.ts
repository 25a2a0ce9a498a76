// What values are outside of a policy: JSON, and how long it is.

/** A value as JSON has it: Money in pico-USD, Duration and Time in ms, a Model as its id. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** At most so many bytes in UTF-8 JSON, with its quotes. */
export function stringBytes(text: string): number {
  let bytes = 2 + text.length;
  for (let place = 0; place < text.length; place += 1) {
    const unit = text.charCodeAt(place);
    bytes += unit < 0x80 ? (escapes[unit] ?? 0) : unit >= 0xd800 && unit < 0xe000 ? 5 : unit < 0x800 ? 1 : 2;
  }
  return bytes;
}

/** What the ASCII characters take beside themselves: `\u0000`, `\"`. Looked up, for this is done for every name in a decision. */
const escapes = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  unit < 0x20 ? 5 : unit === 0x22 || unit === 0x5c || unit === 0x7f ? 1 : 0,
);
