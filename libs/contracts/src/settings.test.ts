import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  allSettings,
  Duration,
  keyVariablePrefix,
  policySettings,
  providerSettings,
  Size,
  type SettingValues,
} from './settings.ts';

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['60s', 60_000],
    ['5min', 300_000],
    ['1h', 3_600_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => expect(Duration.parse(text)).toBe(ms));

  test.each(['', '60', '60 s', '1.5s', '-1s', '1m', '1d', '1S', 's'])('"%s" is none', (text) =>
    expect(Duration.safeParse(text).success).toBe(false),
  );
});

describe('sizes', () => {
  test.each([
    ['1000', 1000],
    ['512KiB', 524_288],
    ['4MiB', 4_194_304],
    ['1GiB', 1_073_741_824],
  ])('%s is %d bytes', (text, bytes) => expect(Size.parse(text)).toBe(bytes));

  test.each(['', '4MB', '4 MiB', '1.5MiB', '-1', '4mib', 'MiB'])('"%s" is none', (text) =>
    expect(Size.safeParse(text).success).toBe(false),
  );
});

describe('the hosts of keys', () => {
  const { schema } = providerSettings.keyHosts;

  test('a key may have several hosts; host names know no case', () => {
    expect(schema.parse('openai=API.openai.com, azure=a.example:8443,azure=b.example,')).toEqual(
      new Map([
        ['openai', ['api.openai.com']],
        ['azure', ['a.example:8443', 'b.example']],
      ]),
    );
  });

  test.each(['openai', 'openai=', '=host', 'Open AI=host', 'a=b=c'])('"%s" is refused', (text) =>
    expect(schema.safeParse(text).success).toBe(false),
  );
});

test('names are unique', () => {
  const names = allSettings.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('all but the address of NATS begin with ROUTER_, so that a typo can be told', () => {
  expect(allSettings.map(({ name }) => name).filter((name) => !/^ROUTER_[A-Z_]+$/.test(name))).toEqual(['NATS_URL']);
});

test.each(
  allSettings.filter(({ fallback }) => fallback !== undefined).map((setting) => [setting.name, setting] as const),
)('the default of %s is of its form', (_, setting) => {
  expect(setting.schema.safeParse(setting.fallback).success).toBe(true);
});

test.each(['65536', '-1', 'http'])('"%s" is no port', (text) => {
  const port = allSettings.find(({ name }) => name === 'ROUTER_HTTP_PORT');
  expect(port?.schema.safeParse(text).success).toBe(false);
});

test.each([
  ['ROUTER_MAX_IN_FLIGHT', '1', 1],
  ['ROUTER_MAX_IN_FLIGHT', '1000', 1000],
  ['ROUTER_MAX_IN_FLIGHT_BYTES', '32MiB', 33_554_432],
])('%s=%s is %d', (name, text, value) => {
  expect(allSettings.find((setting) => setting.name === name)?.schema.parse(text)).toBe(value);
});

test.each([
  ['ROUTER_MAX_IN_FLIGHT', '0'],
  ['ROUTER_MAX_IN_FLIGHT', '-1'],
  ['ROUTER_MAX_IN_FLIGHT', '1.5'],
  ['ROUTER_MAX_IN_FLIGHT', 'many'],
  ['ROUTER_MAX_IN_FLIGHT_BYTES', '0MiB'],
  ['ROUTER_MAX_IN_FLIGHT_BYTES', '32MB'],
])('%s=%s is refused', (name, text) => {
  expect(allSettings.find((setting) => setting.name === name)?.schema.safeParse(text).success).toBe(false);
});

test('a setting with a default is always there, one without may be absent', () => {
  expectTypeOf<SettingValues<typeof policySettings>['maxBodyBytes']>().toEqualTypeOf<number>();
  expectTypeOf<SettingValues<typeof providerSettings>['secrets']>().toEqualTypeOf<string | undefined>();
});

test('the prefix of keys is its own', () => {
  expect(keyVariablePrefix).toBe('ROUTER_KEY_');
});
