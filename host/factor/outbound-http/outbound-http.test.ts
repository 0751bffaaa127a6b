// The rules of a component, with variables in them.

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AllowedHost } from '../../gen/runtime.ts';
import { Fields } from '../../wasi/http/fields.ts';
import { OutgoingRequest } from '../../wasi/http/request.ts';
import type { FutureIncomingResponse } from '../../wasi/http/response.ts';
import { InstanceScope } from '../../wasi/instance-scope.ts';
import { createAppPlan, createComponentPlan } from '../../worker/testing/prepared-app.ts';
import { createFactorContext } from '../testing/context.ts';
import { createVariableResolver } from '../variable.ts';
import { outboundHttp } from './outbound-http.ts';

/** `http://127.0.0.1:{{ port }}` */
const templated: AllowedHost = {
  tag: 'template',
  val: [
    { tag: 'literal', val: 'http://127.0.0.1:' },
    { tag: 'variable', val: 'port' },
  ],
};

/** Asks for a port where nothing listens; returns the error's tag. */
async function errorFor(port: number, hosts: AllowedHost[], values: Record<string, string>): Promise<string> {
  const component = createComponentPlan('c', { allowedOutboundHosts: hosts });
  const declared = [{ name: 'port', default: '', secret: false }];
  const app = createAppPlan([component], [], { variables: declared });
  const variables = createVariableResolver(declared, [{ get: (name) => values[name] }]);
  const factor = await (await outboundHttp.configure(createFactorContext(app, { variables }))).prepare(component);
  const imports = factor.create?.(new InstanceScope())['wasi:http/outgoing-handler@0.2'];
  const request = new OutgoingRequest(new Fields());
  request.setScheme({ tag: 'HTTP' });
  request.setAuthority(`127.0.0.1:${port}`);
  const handle = imports?.['handle'] as (request: OutgoingRequest) => FutureIncomingResponse;
  const future = handle(request);
  await future.subscribe().block();
  const result = future.get();
  return result?.tag === 'ok' && result.val.tag === 'err' ? result.val.val.tag : 'none';
}

const rules = suite('outboundHttp');

rules('fills variables in', async () => {
  assert.is(await errorFor(1, [templated], { port: '1' }), 'connection-refused');
  assert.is(await errorFor(2, [templated], { port: '1' }), 'HTTP-request-denied');
});

rules('keeps rules without variables beside them', async () => {
  const fixed: AllowedHost = { tag: 'rule', val: { host: { tag: 'any' }, port: { tag: 'exact', val: 2 } } };
  assert.is(await errorFor(2, [fixed, templated], { port: '1' }), 'connection-refused');
});

rules('takes an entry that is empty for none', async () => {
  const whole: AllowedHost = { tag: 'template', val: [{ tag: 'variable', val: 'port' }] };
  assert.is(await errorFor(1, [whole], {}), 'HTTP-request-denied');
});

rules('fails the request when an entry is no rule', async () => {
  assert.is(await errorFor(1, [templated], { port: 'x' }), 'internal-error');
});

rules.run();
