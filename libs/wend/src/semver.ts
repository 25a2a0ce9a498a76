// Versions and ranges of them, for `extends`, `import` and the library's `semver`: `^2`, `~1.2`, `1.x`, `1.2.3`, `*`.

/** `3.1.0-beta.2`: what follows a plus is no part of it. */
export interface Version {
  readonly numbers: readonly [major: number, minor: number, patch: number];
  /** Empty for a release. */
  readonly pre: readonly string[];
}

/** From `low`, which is in it, to `high`, which is not. */
interface Range {
  readonly low: Version;
  readonly high: Version;
}

// Up to three numbers of at most nine digits, then -pre.release and +build.
const versionForm =
  /^(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;
// ^ or ~, then up to three parts, each a number or x, and -pre.release.
const rangeForm =
  /^([\^~]?)(\d{1,9})(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;
const endless = Number.MAX_SAFE_INTEGER;

/** Undefined when it is none; parts that are left out are 0. */
export function parseVersion(text: string): Version | undefined {
  const match = versionForm.exec(text);
  if (match === null) return undefined;
  const [, major, minor, patch, pre] = match;
  return version([Number(major), Number(minor ?? 0), Number(patch ?? 0)], pre);
}

/** Whether it can be a range at all. */
export function isRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/**
 * Whether a version is in a range; false when one of them is none.
 *
 * As with npm, `^0.2` stays below 0.3, and a pre-release is only in a range that names one of the same three numbers.
 */
export function satisfies(text: string, range: string): boolean {
  const one = parseVersion(text);
  const within = parseRange(range);
  if (one === undefined || within === undefined) return false;
  if (one.pre.length > 0 && (within.low.pre.length === 0 || compareNumbers(one, within.low) !== 0)) return false;
  return compare(one, within.low) >= 0 && compare(one, within.high) < 0;
}

/** For sorting, the older one first; texts that are no versions come before all. */
export function compareVersions(left: string, right: string): number {
  const [one, other] = [parseVersion(left), parseVersion(right)];
  if (one === undefined || other === undefined) return Number(one !== undefined) - Number(other !== undefined);
  return compare(one, other);
}

function parseRange(text: string): Range | undefined {
  if (/^[*xX]$/.test(text)) return { low: version([0, 0, 0]), high: version([endless, 0, 0]) };
  const match = rangeForm.exec(text);
  if (match === null) return undefined;
  const [, sign, first, second, third, pre] = match;
  const [major, minor, patch] = [Number(first), numberOf(second), numberOf(third)];
  if (minor === undefined && patch !== undefined) return undefined; // 1.x.3
  if (patch === undefined && pre !== undefined) return undefined;
  const low = version([major, minor ?? 0, patch ?? 0], pre);
  return { low, high: highOf(sign ?? '', major, minor, patch) };
}

function highOf(sign: string, major: number, minor: number | undefined, patch: number | undefined): Version {
  const nextMajor = version([major + 1, 0, 0]);
  if (minor === undefined || (sign === '^' && major > 0)) return nextMajor;
  const nextMinor = version([major, minor + 1, 0]);
  if (patch === undefined || sign === '~' || (sign === '^' && minor > 0)) return nextMinor;
  // Its own numbers alone: a release ends just behind them, and so does a pre-release of them.
  return version([major, minor, patch + 1]);
}

function numberOf(part: string | undefined): number | undefined {
  return part === undefined || /^[xX*]$/.test(part) ? undefined : Number(part);
}

function version(numbers: Version['numbers'], pre?: string): Version {
  return { numbers, pre: pre === undefined ? [] : pre.split('.') };
}

function compare(left: Version, right: Version): number {
  return compareNumbers(left, right) || comparePre(left.pre, right.pre);
}

function compareNumbers(left: Version, right: Version): number {
  const [major, minor, patch] = left.numbers;
  return major - right.numbers[0] || minor - right.numbers[1] || patch - right.numbers[2];
}

/** A release comes after its pre-releases; numbers before words, fewer parts before more. */
function comparePre(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return Number(left.length === 0) - Number(right.length === 0);
  for (const [index, one] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (one !== other) return comparePart(one, other);
  }
  return left.length - right.length;
}

function comparePart(one: string, other: string): number {
  const numeric = [one, other].map((part) => /^\d+$/.test(part));
  if (numeric[0] === true && numeric[1] === true) return Number(one) - Number(other);
  if (numeric[0] !== numeric[1]) return numeric[0] === true ? -1 : 1;
  return one < other ? -1 : 1;
}
