import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from '../manifest/diagnostics.ts';
import { parseManifest } from '../manifest/manifest.ts';
import { normalizeManifest } from './normalize.ts';

const normalize = suite('normalizeManifest');

/** `trigger id -> component id` of every trigger, the ids of all components, and the errors. */
function run(text: string): { triggers: string[]; components: string[]; errors: string[] } {
  const diagnostics = new Diagnostics('f');
  const manifest = parseManifest(`spin_manifest_version = 2\napplication = { name = "app" }\n${text}`, diagnostics);
  assert.ok(manifest);
  const { triggers, components } = normalizeManifest(manifest, diagnostics);
  return {
    triggers: triggers.map(({ id, component }) => `${id} -> ${component?.value}`),
    components: components.map(({ id }) => id.value),
    errors: diagnostics.list('error').map(({ line, column, message }) => `${line}:${column} ${message}`),
  };
}

const INLINE = 'component = { source = "x.wasm" }\n';
const A = '[component.a]\nsource = "a.wasm"\n';

normalize('names a trigger after its component and type', () => {
  assert.equal(run(`[[trigger.http]]\ncomponent = "a"\n[[trigger.redis]]\ncomponent = "a"\n${A}`).triggers, [
    'a-http-trigger -> a',
    'a-redis-trigger -> a',
  ]);
});

normalize('counts where that name is taken', () => {
  const trigger = '[[trigger.http]]\ncomponent = "a"\n';
  assert.equal(run(trigger + trigger + trigger + A).triggers, [
    'a-http-trigger -> a',
    'http-trigger1 -> a',
    'http-trigger2 -> a',
  ]);
});

normalize('keeps an id that is given, and steps aside for a later one', () => {
  const text = `[[trigger.http]]\ncomponent = "a"\n[[trigger.http]]\nid = "a-http-trigger"\n${INLINE}${A}`;
  assert.equal(run(text).triggers, ['http-trigger1 -> a', 'a-http-trigger -> a-http-trigger-component']);
});

normalize('takes an empty id for none', () => {
  assert.equal(run(`[[trigger.http]]\nid = ""\ncomponent = "a"\n${A}`).triggers, ['a-http-trigger -> a']);
});

normalize('counts per type for triggers without a named component', () => {
  const { triggers, components } = run(
    `[[trigger.http]]\n${INLINE}[[trigger.http]]\n${INLINE}[[trigger.sqs]]\n${INLINE}`,
  );
  assert.equal(triggers, [
    'http-trigger1 -> http-trigger1-component',
    'http-trigger2 -> http-trigger2-component',
    'sqs-trigger1 -> sqs-trigger1-component',
  ]);
  assert.equal(components, ['http-trigger1-component', 'http-trigger2-component', 'sqs-trigger1-component']);
});

normalize('counts inline components whose natural id is no id, or is taken', () => {
  const taken = '[component.x-component]\nsource = "t.wasm"\n';
  const { triggers } = run(`[[trigger.http]]\nid = "a_b"\n${INLINE}[[trigger.http]]\nid = "x"\n${INLINE}${taken}`);
  assert.equal(triggers, ['a_b -> inline-component1', 'x -> inline-component2']);
});

normalize('leaves a trigger without a component alone', () => {
  assert.equal(run('[[trigger.http]]\nroute = "/"').triggers, ['http-trigger1 -> undefined']);
});

normalize('notes a component that does not exist', () => {
  const { errors } = run(`[[trigger.http]]\ncomponent = "b"\n${A}`);
  assert.equal(errors, ['4:13 no component is named "b"']);
});

normalize.run();
