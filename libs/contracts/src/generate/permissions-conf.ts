// deploy/nats/permissions.conf and local-user.conf: the permissions of every NATS user, as variables of NATS' configuration.
import { services } from '../define.ts';
import {
  formatPermissions,
  localPermissions,
  operatorPermissions,
  servicePermissions,
  type Permissions,
} from '../permissions.ts';

const notice = '# Generated from the contracts by `npm run generate`; a test fails when it drifts. Never edit it.';

/** What services and operators may say: `$POLICY_PERMISSIONS` and so on. */
export function permissionsConf(): string {
  const blocks = services.map((service) => variable(service, servicePermissions(service)));
  return [notice, ...blocks, variable('operator', operatorPermissions())].join('\n\n') + '\n';
}

/** What a connection without credentials may say: a file of its own, for the server refuses a variable that nobody uses. */
export function localUserConf(): string {
  return `${notice}\n\n${variable('local', localPermissions)}\n`;
}

function variable(user: string, permissions: Permissions): string {
  return `${user.toUpperCase()}_PERMISSIONS: ${formatPermissions(permissions)}`;
}
