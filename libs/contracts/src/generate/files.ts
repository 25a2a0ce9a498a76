// Every generated file of the repository: its path from the root, and what makes it.
import { asyncapi } from './asyncapi.ts';
import { errorsPage } from './errors-page.ts';
import { localUserConf, permissionsConf } from './permissions-conf.ts';
import { settingsPage } from './settings-page.ts';

/** Pure functions, so that a test can compare what they make with what is committed. */
export const generatedFiles: Readonly<Record<string, () => string>> = {
  'deploy/nats/permissions.conf': permissionsConf,
  'deploy/nats/local-user.conf': localUserConf,
  'docs/asyncapi.json': asyncapi,
  'docs/errors.md': errorsPage,
  'docs/settings.md': settingsPage,
};
