// What each child is told by its environment. Pure: nobody inherits the shell's, for it may hold keys.
import type { ServiceName } from '@router-mesh/contracts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** What any process may need to run here. */
const harmless = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE'];

const keyPrefix = 'ROUTER_KEY_';

/** The environment of nats-server and the demo: no setting and no key. */
export function bareEnvironment(shell: Environment): Record<string, string> {
  return pick(shell, (name) => harmless.includes(name));
}

/**
 * The environment of a process with these services: the shell's `ROUTER_*`, so that a typo is refused by name, its `OTEL_*`, and over it what `up` itself settles.
 *
 * INVARIANT (keys to provider alone): `ROUTER_KEY_*`, and `OPENAI_API_KEY` under the name that provider knows, go to no process without a provider.
 */
export function serviceEnvironment(
  inside: readonly ServiceName[],
  shell: Environment,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const settings = pick(shell, (name) => /^(ROUTER|OTEL)_/.test(name) && !name.startsWith(keyPrefix));
  const keys = inside.includes('provider') ? providerKeys(shell) : {};
  return { ...bareEnvironment(shell), ...settings, ...logLevel(shell), ...keys, ...own };
}

/** What `up` settles for every service, and by what else it may be told. */
const settledHere: Readonly<Record<string, string>> = {
  ROUTER_STATE: 'name the folder by --state',
  ROUTER_PROVIDERS: 'write documents by `router providers put`',
  ROUTER_HTTP_PORT: 'each service takes a free port and logs it',
};

/** Why the shell's environment cannot be followed; undefined when it can. Nothing that was said is left out silently. */
export function contradiction(shell: Environment): string | undefined {
  const name = Object.keys(settledHere).find((one) => (shell[one] ?? '') !== '');
  return name === undefined
    ? undefined
    : `${name} is settled by \`up\` itself: unset it, and ${settledHere[name] ?? ''}`;
}

/** The keys in the shell's environment, as provider reads them. */
export function providerKeys(shell: Environment): Record<string, string> {
  const { OPENAI_API_KEY: openai } = shell;
  return { ...(openai ? { ROUTER_KEY_OPENAI: openai } : {}), ...pick(shell, (name) => name.startsWith(keyPrefix)) };
}

/** Services log at least `info`, for `ready` is a line of their log; the level that was asked for decides what is shown. */
function logLevel({ ROUTER_LOG_LEVEL: level }: Environment): Record<string, string> {
  return level !== undefined && ['warn', 'error', 'silent'].includes(level) ? { ROUTER_LOG_LEVEL: 'info' } : {};
}

function pick(shell: Environment, wanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(shell).flatMap(([name, value]) => (wanted(name) && value ? [[name, value]] : [])),
  );
}
