// docs/settings.md: every environment variable that the services read.
import { commonSettings, keyVariablePrefix, policySettings, providerSettings, type Settings } from '../settings.ts';
import { page, table } from './markdown.ts';

export function settingsPage(): string {
  return page(
    'Settings',
    'Services are set by environment variables, read once at start. A value that is not of its form stops the service before it connects, and so does **a variable that begins with `ROUTER_` and is not known**: a typo is never a silent default.',
    'Durations are written `250ms`, `60s`, `5min` or `1h`; sizes `512KiB`, `4MiB`, `1GiB` or a number of bytes; flags `0` or `1`.',
    '## Every service',
    settingsTable(commonSettings),
    '## policy',
    settingsTable(policySettings),
    '## provider',
    settingsTable(providerSettings),
    '### Keys',
    `\`${keyVariablePrefix}<NAME>\` holds the key that provider documents name, in upper case: \`${keyVariablePrefix}OPENAI\` is the key \`openai\`. A file of that name in the folder \`${providerSettings.secrets.name}\` does the same. A name with \`-\` needs a file, for shells have no such variables. A key is sent only to the hosts that \`${providerSettings.keyHosts.name}\` lists for it, whatever the document says.`,
  );
}

function settingsTable(group: Settings): string {
  const rows = Object.values(group).map(({ name, fallback, summary }) => [
    `\`${name}\``,
    fallback === undefined ? 'none' : `\`${fallback}\``,
    summary,
  ]);
  return table(['setting', 'default', 'meaning'], rows);
}
