// Sources that tests begin with: between them, everything in the language.

/** The policy of the guide's first page. */
const chat = `policy "acme/chat" version "3.1.0" extends "platform/base@^2" {
  param soft: Float = 90%

  fn estimate(m: Model) -> Money { return cost(m, request.tokens_in, request.max_tokens ?? 512) }

  rule nearly_spent when (tenant.spent ?? $0) + estimate(model(@openai/gpt-4.1)) > (tenant.budget ?? $1_000_000) * soft {
    tag over_budget = true
    limit max_tokens = 1024
    only m => m.price_out <= $0.000002
  }
  rule pii when request.pii ?? false {
    use validate "pii-guard@^1.2" on_fail block timeout 100ms
    use post "mask-pii@^2" with { email: true } required stream window 80
    only m => m.region == "eu"
  }
  route vip when tenant.tier == "enterprise" and request.tokens_in <= 32k {
    split by user.id ?? seed { @openai/gpt-4.1: 70, @anthropic/claude-sonnet-4: 30 }
    fallback @azure-eu/gpt-4.1 on timeout, server_error retry 2 backoff exp(100ms, 5s)
  }
  route "long-documents" when request.tokens_in > 100k { candidates healthy([@google/gemini-2.5-pro, @"ollama/llama3:70b"]) }
  route default { candidates cheapest(3) fallback @local/llama-3 on any }

  test "free users take the default route" {              // starts from the built-in sample request
    given tenant.tier = "free"
    expect decision.route == "default"
  }
}
`;

const everything = `// A policy that uses what there is.
import "acme/lib@^1" as lib
import "acme/more@~2.1"
policy "acme/everything" version "1.0.0" extends "platform/base@^2" {
  meta { owner: "team@acme.example", "on call": true, if: 1 }
  combine pipeline replace
  final param ceiling: Money = $0.02
  param table: Map<[Int]>= { "a": [1, 2,], b: [], }
  const words = ["a", "b\\u{1f600}\\n", re"^[a-z\\"]+$", f"hi {lib.name(user.id ?? "you")} \\{ok\\} {1 + 2}!"]
  type Tier = "free" | "pro" | "enterprise"
  type Row = { name: String, weight: Float?, tags: Map<Json?>, next: [Tier]?, }
  open fn pick(rows: [Row], least: Int,) -> Row? {
    var best: Row? = null
    let two = -2.5e-3 * (1 + 2) div 3 mod 2 - least
    for row in rows {
      if not (row.weight ?? 0.0 > two) { continue } else if row.name in ["x", "y"] { break }
      while row.weight != null and row.weight < 3.0 or false { set best = row }
      if row.name not in words and row.name matches re"a+" { return row } else set best = rows[0]
    }
    return if best == null then rows[0] else if least >= 2M then null else best
  }
  open rule guard priority -10 when tenant.quotas["rpm"] ?? 0 == 0 {
    deny "quota" status 429 message f"no quota for {tenant.id}"
    return
  }
  rule "all effects" {
    use pre "a@1" with { deep: { er: [1, 2, 3] } } optional timeout 5s stream buffer
    use validate "b@1" on_fail ignore stream skip
    transform request messages["0"].if = "x"
    transform response extra = { a: 1 }
    experiment "e-1" by user.id { control: { tag arm.name = "c" }, "new one": { limit timeout = 3min }, }
    cache key hash(request.model) ttl 1h
    cache off
    hedge after 800ms
    exclude m => m.vendor == "slow" or find(models(), x => x.id == m.id)?.region == "us"
    limit rpm = 100
  }
  final route first when between(now, "09:00", "17:00", "Europe/Berlin") and weekday(now) not in ["sat", "sun"] {
    sticky by session.id ?? seed
    candidates [@a/b-1.5, @"fast"]
    split { @a/b: 1, @c/d: 2, }
    fallback [@e/f] on timeout, server_error, rate_limited, overloaded, circuit_open, content_filter, retry 1
    fallback @g/h
  }
  breaker * { failures: 50%, calls: 20, open: 30s }
  breaker @a/b { calls: 1 }
  route default { candidates models() }
  test "t" { sample "default" given attributes["x-y"].z = 1d given now = 0 expect decision.effect == "allow" and not false }
}
`;

const library = `library "acme/lib" version "1.2.3" { // of the team
  const limit = 32 // words may be names
  fn name(id: String?) -> String { return id ?? "none" }

  type Pair = { left: Int, right: Int }
  test "it names" { expect name("a") == "a" }
}
`;

const comments = `// first

// second
policy "c" // behind the name
{ // behind the brace

  // own line

  rule x // name
   when a // condition
   and b { deny "x" // effect
   // last in the block
  }


  rule y {
    // nothing
  }
  const l = [1 // one
   , // two
   2, 3 // three
   // four
   ] const m = f([ // hugged
   1]) const n = (// in parentheses
   1 +
   // before the two
   2) const o = if a // if
   then b // then
   else // else
   c
  route r { fallback y on any, // class
   retry 3 split { @a/b // arm
   : 1 } }
  // last
}
// end of file`;

export const corpus: readonly string[] = [chat, everything, library, comments];
