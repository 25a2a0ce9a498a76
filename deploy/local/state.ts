// The state folder: what outlives a run of `router up`, and the credentials of everybody in it.
import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The paths in a state folder. */
export interface State {
  readonly folder: string;
  /** The configuration that nats-server is started with. */
  readonly natsConf: string;
  readonly store: string;
  /** Seed documents of providers. */
  readonly providers: string;
  readonly logs: string;
  /** What services keep on disk, a folder each. */
  readonly services: string;
  /** Whether an earlier run has left its store. */
  readonly used: boolean;
  /** The file with a user's credentials. */
  credentials(user: string): string;
}

/** Make a state folder what this tree needs; passwords and the store are kept, all else is written anew. */
export function prepareState(folder: string, natsConfigs: string, natsUrl: string): State {
  const paths = {
    store: join(folder, 'jetstream'),
    providers: join(folder, 'providers'),
    logs: join(folder, 'logs'),
    services: join(folder, 'services'),
  };
  const used = existsSync(paths.store);
  const nats = join(folder, 'nats');
  for (const path of [folder, nats, ...Object.values(paths)]) mkdirSync(path, { recursive: true, mode: 0o700 });

  // passwords.conf there, if any, is of another deployment.
  const configs = readdirSync(natsConfigs).filter((file) => file.endsWith('.conf') && file !== 'passwords.conf');
  for (const file of configs) copyFileSync(join(natsConfigs, file), join(nats, file));
  const natsConf = join(nats, 'local.conf');
  const users = readUsers(readFileSync(natsConf, 'utf8'));
  const passwords = keepPasswords(join(nats, 'passwords.conf'), [...users.values()]);

  const credentials = (user: string): string => join(folder, `${user}.creds.json`);
  for (const [user, variable] of users) {
    writeSecret(credentials(user), `${JSON.stringify({ user, pass: passwords.get(variable), url: natsUrl })}\n`);
  }
  return { folder, natsConf, ...paths, used, credentials };
}

/** The users of a configuration whose password is a variable, with its name. */
function readUsers(configuration: string): ReadonlyMap<string, string> {
  // Matches `user: policy, password: $POLICY_PASSWORD`, the name quoted or not.
  const found = configuration.matchAll(/^\s*\{\s*user:\s*"?([\w.-]+)"?,\s*password:\s*\$(\w+)/gm);
  return new Map([...found].map(([, user = '', variable = '']) => [user, variable]));
}

/** Passwords by variable: those that are there are kept, the others made. The server refuses one that nobody uses, so no more are written. */
function keepPasswords(file: string, variables: readonly string[]): ReadonlyMap<string, string> {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // Matches `NAME: "password"`.
  const kept = new Map(
    [...text.matchAll(/^(\w+): "(\w+)"$/gm)].map(([, name = '', password = '']) => [name, password]),
  );
  const passwords = new Map(variables.map((name) => [name, kept.get(name) ?? randomBytes(16).toString('hex')]));
  writeSecret(file, [...passwords].map(([name, password]) => `${name}: "${password}"\n`).join(''));
  return passwords;
}

/** A file for its owner's eyes, whole at any moment. */
function writeSecret(file: string, text: string): void {
  const fresh = `${file}.new`;
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, file);
}
