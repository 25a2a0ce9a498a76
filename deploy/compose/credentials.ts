// Run once by docker-compose before anything else: makes the passwords of the NATS users, and the folder that the NATS server reads.
//
//   node credentials.ts <configuration> <volumes> [<server>,<server>…]
//
// <configuration> is the server's, deploy/nats/local.conf say. <volumes> has a folder for the server, `nats`, and in `users` one for each user
// that reads its own credentials, `policy` say, so that nobody sees another's. Tenants have none there: theirs are the operator's to hand out.
// What is there is kept: remove a user's file and run this again to give that user a new password.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface User {
  readonly name: string;
  /** What the configuration calls its password. */
  readonly variable: string;
}

/**
 * Write `<user>.creds.json` for every user that has none yet, and into `<volumes>/nats` the configuration with its `passwords.conf`;
 * for the servers of a cluster, by their names in the network, `routes.conf` too.
 * Returns what happened, one line a user.
 * @throws Error when a folder is missing, or a file is not what this writes
 */
export function writeCredentials(configuration: string, volumes: string, servers: readonly string[] = []): string[] {
  const users = usersIn(configuration).map((user) => {
    const own = join(volumes, 'users', user.name);
    const file = join(existsSync(own) ? own : join(volumes, 'users', 'operator'), `${user.name}.creds.json`);
    const made = !existsSync(file);
    if (made) writeWhole(file, JSON.stringify({ user: user.name, pass: randomBytes(16).toString('hex') }));
    return { ...user, password: readPassword(file), made };
  });
  const folder = dirname(configuration);
  const own = ['passwords.conf', 'routes.conf'];
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.conf') && !own.includes(name))) {
    writeWhole(join(volumes, 'nats', name), readFileSync(join(folder, name), 'utf8'));
  }
  // Quoted, for a password that starts with a digit is read as a number otherwise; and no variable more, for the server refuses what nothing uses.
  const lines = users.map(({ variable, password }) => `${variable}: "${password}"\n`);
  writeWhole(join(volumes, 'nats', 'passwords.conf'), lines.join(''));
  if (servers.length > 0) writeRoutes(join(volumes, 'nats', 'routes.conf'), servers);
  return users.map(({ name, made }) => `${name}: ${made ? 'made' : 'kept'}`);
}

/** How the servers of a cluster reach and know each other; what is there is kept, for they have read it. */
function writeRoutes(file: string, servers: readonly string[]): void {
  if (existsSync(file)) return;
  const password = randomBytes(16).toString('hex');
  const urls = servers.map((server) => `"nats-route://route:${password}@${server}:6222"`);
  writeWhole(file, `ROUTE_PASSWORD: "${password}"\nROUTES: [${urls.join(', ')}]\n`);
}

/** The users whose passwords are variables. @throws Error naming a variable that stands in no user written as in nats.conf */
function usersIn(configuration: string): User[] {
  const text = readFileSync(configuration, 'utf8').replaceAll(/^\s*#.*$/gm, '');
  // `user: acme, password: $TENANT_ACME_PASSWORD`, the name quoted or not.
  const users = [...text.matchAll(/\buser: "?([\w.-]+)"?, password: \$(\w+)/g)].map(([, name = '', variable = '']) => ({
    name,
    variable,
  }));
  for (const [, variable] of text.matchAll(/\bpassword: \$(\w+)/g)) {
    if (!users.some((user) => user.variable === variable))
      throw new Error(
        `"${configuration}": write the user of $${variable} as { user: <name>, password: $${variable}, … }`,
      );
  }
  return users;
}

function readPassword(file: string): string {
  const { pass } = JSON.parse(readFileSync(file, 'utf8')) as { pass?: unknown };
  if (typeof pass === 'string' && /^[\w-]+$/.test(pass)) return pass;
  throw new Error(`"${file}" has no password that can be used: remove it and run this again`);
}

/** A reader sees the old file or the new one, whole, and so does whoever comes after a power cut. */
function writeWhole(file: string, text: string): void {
  const draft = `${file}.new`;
  writeFileSync(draft, text, { mode: 0o600, flush: true });
  renameSync(draft, file);
}

if (import.meta.main) {
  const [configuration, volumes, servers] = process.argv.slice(2);
  if (configuration === undefined || volumes === undefined) {
    console.error('usage: node credentials.ts <configuration> <volumes> [<server>,<server>…]');
    process.exit(2);
  }
  for (const line of writeCredentials(configuration, volumes, servers?.split(','))) console.log(line);
}
