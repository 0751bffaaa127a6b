import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostRule } from '../../host/gen/runtime.ts';
import { parseAllowedHost } from './allowed-host.ts';
import { chainingTargetOf, expandServiceChaining } from './service-chaining.ts';

function ruleOf(entry: string): HostRule {
  const rule = parseAllowedHost(entry);
  if ('message' in rule) throw new Error(rule.message);
  return rule;
}

const expand = suite('expandServiceChaining');

expand('names each component of the app', () => {
  const rules = expandServiceChaining(ruleOf('http://*.spin.internal'), ['a', 'b']);
  assert.equal(rules, [ruleOf('http://a.spin.internal'), ruleOf('http://b.spin.internal')]);
});

for (const entry of ['http://*.example.com', 'http://a.spin.internal', 'redis://*.spin.internal', '*://*:*']) {
  expand(`leaves other rules alone: ${entry}`, () => {
    assert.equal(expandServiceChaining(ruleOf(entry), ['a', 'b']), [ruleOf(entry)]);
  });
}

expand.run();

const target = suite('chainingTargetOf');

const targets: [entry: string, target: ReturnType<typeof chainingTargetOf>][] = [
  ['http://a.spin.internal', { id: 'a' }],
  ['http://*.spin.internal', 'all'],
  ['http://a.b.spin.internal', 'none'],
  ['http://spin.internal', 'none'],
  ['http://*.example.com', 'none'],
  ['*://*:*', 'none'],
];
for (const [entry, expected] of targets) {
  target(`knows what ${entry} reaches`, () => assert.equal(chainingTargetOf(ruleOf(entry)), expected));
}

target.run();
