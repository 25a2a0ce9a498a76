// Environment variables → typed settings, read once at start.
import {
  allSettings,
  keyVariablePrefix,
  RouterError,
  type Setting,
  type Settings,
  type SettingValues,
} from '@router-mesh/contracts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Read a group of settings.
 * @throws RouterError `invalid_request` naming the variable, what is wrong with it, and for an unknown `ROUTER_*` the nearest known one
 */
export function readSettings<Group extends Settings>(group: Group, environment: Environment): SettingValues<Group> {
  refuseUnknown(environment);
  const values = Object.entries(group).map(([key, setting]) => [key, readSetting(setting, environment)]);
  return Object.fromEntries(values) as SettingValues<Group>;
}

function readSetting({ name, schema, fallback }: Setting, environment: Environment): unknown {
  const text = environment[name] || fallback; // compose files pass what is not set as empty
  if (text === undefined) return undefined;
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new RouterError(
    'invalid_request',
    `setting ${name}="${text.slice(0, 80)}" ${parsed.error.issues[0]?.message ?? 'is invalid'}`,
    { param: name },
  );
}

function refuseUnknown(environment: Environment): void {
  const known = allSettings.map(({ name }) => name);
  for (const name of Object.keys(environment)) {
    if (!name.startsWith('ROUTER_') || name.startsWith(keyVariablePrefix) || known.includes(name)) continue;
    throw new RouterError('invalid_request', `setting ${name} is not known; did you mean ${nearest(name, known)}?`, {
      param: name,
    });
  }
}

function nearest(name: string, known: readonly string[]): string {
  const ranked = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  return ranked.sort((a, b) => a.distance - b.distance)[0]?.candidate ?? '';
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The keys in the environment, by key name: `ROUTER_KEY_OPENAI` is `openai`. */
export function readKeys(environment: Environment): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (isKey(name) && value) keys.set(name.slice(keyVariablePrefix.length).toLowerCase(), value);
  }
  return keys;
}

/** `ROUTER_KEY_HOSTS` only looks like one. */
function isKey(name: string): boolean {
  return name.startsWith(keyVariablePrefix) && !allSettings.some((setting) => setting.name === name);
}
