// Damaged texts: whatever they say, there is a plan or a list of what is wrong, and never anything else.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AppSource } from '../../host/gen/runtime.ts';
import { planApp } from '../app/plan.ts';
import { createRandom, fuzzRounds, fuzzSeed } from '../link/testing/random.ts';

const ROUNDS = fuzzRounds(3000);

const SECOND = `spin_manifest_version = 2
[application]
name = "app"
authors = ["a"]
targets = ["spin-up:3.3", { url = "u" }]
trigger.http = { base = "/" }
[variables]
host = { default = "example.com" }
token = { required = true, secret = true }
[[trigger.http]]
id = "front"
route = "/a/:b/..."
component = { source = { package = "a:b", version = "1.0.0" } }
[[trigger.http]]
route = { private = true }
static_response = { status_code = 204, headers = { a = "b" }, body = "x" }
executor = { type = "wagi", argv = "x" }
[component.hello]
source = "hello.wasm"
variables = { url = "https://{{ host }}/{{token}}" }
environment = { A = "1" }
files = ["static", { source = "a", destination = "/" }]
allowed_outbound_hosts = ["https://{{ host }}", "*://10.0.0.0/8:1..9", "http://[::1]:80", "https://*.spin.internal"]
key_value_stores = ["default"]
dependencies_inherit_configuration = false
dependencies = { "x:y/z@1.2.3" = "^1.2", b = { component = "b", export = "e" } }
[component.b]
source = { url = "https://example.com/b.wasm", digest = "sha256:${'0'.repeat(64)}" }
`;

const FIRST = `spin_version = "1"
name = "app"
trigger = { type = "http", base = "/" }
[[component]]
id = "Hello_World"
source = "hello.wasm"
config = { a = "{{ b }}" }
allowed_http_hosts = ["insecure:allow-all", "example.com:80"]
[component.trigger]
route = "/..."
`;

const LOCKED = JSON.stringify({
  spin_lock_version: 1,
  must_understand: ['host_requirements'],
  metadata: { name: 'app', triggers: { http: {} }, trigger: { type: 'http' } },
  host_requirements: { local_service_chaining: 'required' },
  variables: { a: { default: 'b', secret: true } },
  triggers: [{ id: 't', trigger_type: 'http', trigger_config: { component: 'a', route: '/...' } }],
  components: [
    {
      id: 'a',
      source: { digest: `sha256:${'0'.repeat(64)}` },
      files: [{ content: { inline: 'aGk=' }, path: 'x/y' }],
      dependencies: { 'a:b/c': { source: { digest: `sha256:${'1'.repeat(64)}` }, inherit: { Some: ['files'] } } },
      metadata: { allowed_outbound_hosts: ['https://*:*'] },
    },
  ],
});

const documents: [what: string, tag: 'manifest' | 'locked', text: string][] = [
  ['a manifest', 'manifest', SECOND],
  ['a manifest of version 1', 'manifest', FIRST],
  ['a locked app', 'locked', LOCKED],
];

/** What may take the place of a piece of text. */
const PIECES = [
  '',
  '"',
  '{',
  '}',
  '[',
  ']',
  '=',
  '\n',
  '1',
  '-1',
  'true',
  '""',
  '{}',
  '[]',
  '[[a]]',
  '"{{"',
  'null',
  '\u{10ffff}',
  '://',
  ':',
];

const fuzz = suite('damaged texts');

for (const [what, tag, text] of documents) {
  fuzz(`${what} is planned or refused with places`, () => {
    const random = createRandom(fuzzSeed(7));
    let refused = 0;
    for (let round = 0; round < ROUNDS; round++) {
      let damaged = text;
      for (let damage = random(3); damage >= 0; damage--) {
        const start = random(damaged.length);
        const end = start + random(8);
        damaged = damaged.slice(0, start) + (PIECES[random(PIECES.length)] ?? '') + damaged.slice(end);
      }
      const source: AppSource = { tag, val: { name: 'f', text: damaged } };
      const plan = planApp(source, { retain: round % 2 === 0 ? [] : ['hello'] });
      if (!Array.isArray(plan)) continue;
      refused++;
      assert.ok(
        plan.some(({ severity }) => severity === 'error'),
        damaged,
      );
      for (const { message, file } of plan) assert.ok(message !== '' && file === 'f', damaged);
    }
    assert.ok(refused > ROUNDS / 2, `${refused} of ${ROUNDS} were refused`);
  });
}

fuzz.run();
