// `router nats-user`: the NATS user of a tenant's client, to paste into the server's configuration.
import { formatPermissions, services, tenantPermissions } from '@router-mesh/contracts';
import type { Command } from 'commander';
import { allOptions } from './global-options.ts';
import { print } from './output.ts';
import { readTenant } from './request-options.ts';

const examples = `
Examples:
  router nats-user acme
  router nats-user acme.web --inbox

Paste what it prints into \`users\` in deploy/nats/nats.conf (or local.conf), add the password that it names to
passwords.conf, and reload: nats-server --signal reload=<pid>. It connects to nothing.`;

export function addNatsUser(program: Command): void {
  program
    .command('nats-user')
    .summary("print the NATS user of a tenant's client")
    .description(
      "Print the NATS user of a tenant's client with its least rights: its own requests, those of the tenants below it, and nothing else.",
    )
    .argument('<tenant>', 'tenant path, as acme or acme.web', readTenant)
    .option(
      '--inbox',
      "answers come below the tenant's own inbox prefix, for services that run with ROUTER_TENANT_INBOX=1",
    )
    .addHelpText('after', examples)
    .action((tenant: string, _options, command: Command) => {
      const { inbox = false, ...options } = allOptions<{ inbox?: boolean }>(command);
      const user = userOf(tenant);
      const permissions = tenantPermissions(tenant, { ownInbox: inbox });
      print(
        options,
        { user, permissions },
        () => `{ user: "${user}", password: $${passwordOf(tenant)}, permissions: ${formatPermissions(permissions)} }`,
      );
    });
}

/** Its path, unless the mesh has a user of that name. */
function userOf(tenant: string): string {
  return ['operator', 'local', ...services].includes(tenant) ? `tenant-${tenant}` : tenant;
}

/** A variable, for a server refuses one that is not set: a placeholder that is forgotten must never become a password. */
function passwordOf(tenant: string): string {
  return `TENANT_${tenant.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_PASSWORD`;
}
