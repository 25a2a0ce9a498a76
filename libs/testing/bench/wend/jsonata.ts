// The representative policy in JSONata: one expression that gives the whole outline, for it has functions of its own.
import jsonataOf from 'jsonata';
import type { Facts } from '@router-mesh/wend';
import { scopeOf } from './expressions.ts';
import type { Outline } from './representative.ts';

/** `null` is false, and compared with a number it is an error. */
const text = `(
  $facts := $;
  $gpt := $lookup(byId, "openai/gpt-4.1");
  $estimate := $gpt.price_in * request.tokens_in + $gpt.price_out * (request.max_tokens ? request.max_tokens : 512);
  $nearlySpent := (tenant.spent ? tenant.spent : 0) + $estimate > (tenant.budget ? tenant.budget : 1e18) * 0.9;
  $pii := request.pii = true;
  $allowed := function($id) {(
    $m := $lookup($facts.byId, $id);
    ($nearlySpent ? ($m.price_out != null and $m.price_out <= 2000000) : true) and ($pii ? $m.region = "eu" : true)
  )};
  $sound := function($id) {( $known := $lookup($facts.health, $id); $not($known.open or $known.errors >= 0.5) )};
  $route := tenant.tier = "enterprise" and request.tokens_in <= 32000 ? "vip"
    : request.tokens_in > 100000 ? "long-documents" : "default";
  $named := $route = "vip" ? ["openai/gpt-4.1", "anthropic/claude-sonnet-4"]
    : $route = "long-documents" ? $filter(["google/gemini-2.5-pro", "ollama/llama3:70b"], $sound)
    : models[[0..2]].id;
  $behind := $route = "vip" ? ["azure-eu/gpt-4.1"] : $route = "default" ? ["local/llama-3"] : [];
  $candidates := [$filter($named, $allowed)];
  $fallbacks := [$filter($behind, $allowed)];
  $none := $count($candidates) = 0;
  {
    "rules": $append($append(["bounded"], $nearlySpent ? ["nearly_spent"] : []), $pii ? ["pii"] : []),
    "route": $route,
    "candidates": $none ? [$fallbacks[0]] : $candidates,
    "fallbacks": $none ? [$fallbacks[[1..9]]] : $fallbacks,
    "maxTokens": $nearlySpent ? 1024 : 4096,
    "extensions": $pii ? ["pii-guard", "mask-pii"] : []
  }
)`;

const expression = jsonataOf(text);

export function jsonata(facts: Facts): () => Promise<Outline> {
  const scope = scopeOf(facts);
  return async () => (await expression.evaluate(scope)) as Outline;
}
