// How long each part of a call may take: a vendor's own time-outs, else the settings. Pure.
import { providerSettings, type ProviderDocument, type SettingValues } from '@router-mesh/contracts';

export interface TimeLimit {
  readonly ms: number;
  /** What sets it: a setting, or a field of the vendor's document. */
  readonly setBy: string;
}

export interface TimeLimits {
  /** Until a connection is open. */
  readonly connect: TimeLimit;
  /** Until the first event with data of a stream. */
  readonly firstToken: TimeLimit;
  /** Silence in a stream after that. */
  readonly idle: TimeLimit;
  /** Of a whole call. */
  readonly total: TimeLimit;
}

export type TimeSettings = Pick<
  SettingValues<typeof providerSettings>,
  'connectTimeoutMs' | 'firstTokenTimeoutMs' | 'idleTimeoutMs' | 'modelTimeoutMs'
>;

/** The time limits of one vendor's calls. */
export function timeLimitsOf(
  settings: TimeSettings,
  { vendor, timeouts = {} }: Pick<ProviderDocument, 'vendor' | 'timeouts'>,
): TimeLimits {
  const limit = (field: keyof typeof timeouts, setting: keyof TimeSettings): TimeLimit => {
    const own = timeouts[field];
    if (own !== undefined) return { ms: own, setBy: `timeouts.${field} of provider "${vendor}"` };
    return { ms: settings[setting], setBy: providerSettings[setting].name };
  };
  return {
    connect: limit('connect_ms', 'connectTimeoutMs'),
    firstToken: limit('first_token_ms', 'firstTokenTimeoutMs'),
    idle: limit('idle_ms', 'idleTimeoutMs'),
    total: limit('total_ms', 'modelTimeoutMs'),
  };
}
