// Every contract there is: what permissions, documents and the baseline are made from.
import type { Contract } from './define.ts';
import {
  control,
  events,
  policies,
  policy,
  policyDocumentRefused,
  policySources,
  policyStop,
  rateAway,
  rateCounter,
  rates,
  slotsAway,
  tenants,
} from './policy.ts';
import { health, leases, meter, provider, providerDocumentRefused, providers, slots } from './provider.ts';
import { costStop, experimentStop, extensionStop } from './stops.ts';

export const contracts: readonly Contract[] = [
  ...Object.values(policy),
  policyStop,
  control,
  policyDocumentRefused,
  rateAway,
  policies,
  policySources,
  tenants,
  events,
  rates,
  rateCounter,
  experimentStop,
  extensionStop,
  costStop,
  ...Object.values(provider),
  providerDocumentRefused,
  slotsAway,
  health,
  providers,
  leases,
  slots,
  meter,
];
