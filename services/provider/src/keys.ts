// Keys of providers: from the environment or the secrets folder, and only to the hosts that the settings allow.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CallFailure } from './failure.ts';

export interface KeySources {
  /** From `ROUTER_KEY_*`, by key name. */
  readonly environment: ReadonlyMap<string, string>;
  /** Folder with a file a key. */
  readonly secrets: string | undefined;
  /** Hosts that each key may be sent to. */
  readonly hosts: ReadonlyMap<string, readonly string[]>;
}

/** A file is read again after this time, so that a rotated key is noticed. */
const rereadMs = 10_000;

/** Resolves key names; whoever can write a provider document cannot send a key elsewhere. */
export class Keys {
  readonly #sources: KeySources;
  /** Only of files that hold a key: one that is being written is looked at again at once. */
  readonly #files = new Map<string, { readonly value: string; readonly readAt: number }>();

  constructor(sources: KeySources) {
    this.#sources = sources;
  }

  /** @param name a token, as documents name keys. @throws CallFailure `auth` when the key is not set, or may not be sent to that host */
  resolve(name: string, url: URL, now: number): string {
    if (!this.#sources.hosts.get(name)?.some((host) => namesOf(url).includes(host))) {
      throw new CallFailure('auth', `key "${name}" may not be sent to "${namesOf(url)[0]}" (ROUTER_KEY_HOSTS)`);
    }
    const key = this.#sources.environment.get(name)?.trim() || this.#fromFile(name, now);
    if (key === undefined)
      throw new CallFailure(
        'auth',
        `key "${name}" is not set (ROUTER_KEY_${name.toUpperCase()}, or a file in ROUTER_SECRETS)`,
      );
    return key;
  }

  #fromFile(name: string, now: number): string | undefined {
    if (this.#sources.secrets === undefined) return undefined;
    const known = this.#files.get(name);
    if (known !== undefined && now - known.readAt < rereadMs) return known.value;
    const value = readKeyFile(join(this.#sources.secrets, name));
    if (value === undefined) this.#files.delete(name);
    else this.#files.set(name, { value, readAt: now });
    return value;
  }
}

/** How a setting may name the host of a URL. A host without a port means https: a key goes in the clear only where the port says so. */
function namesOf(url: URL): readonly [string, ...string[]] {
  if (url.port !== '') return [url.host];
  return url.protocol === 'https:' ? [url.hostname, `${url.hostname}:443`] : [`${url.hostname}:80`];
}

function readKeyFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
