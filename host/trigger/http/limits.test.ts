import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { httpLimitsOf } from './limits.ts';

const limits = suite('httpLimitsOf');

limits('bounds heads, connections and silence where nothing is set', () => {
  assert.equal(httpLimitsOf({}), {
    headBytes: 131_072,
    bodyBytes: Number.POSITIVE_INFINITY,
    connections: 10_000,
    headSeconds: 60,
    idleSeconds: 600,
    keepAliveSeconds: 620,
    requestSeconds: Number.POSITIVE_INFINITY,
  });
});

limits('takes numbers from the environment', () => {
  const environment = { SPIN_HTTP_MAX_BODY_BYTES: '10', SPIN_HTTP_REQUEST_TIMEOUT_SECONDS: '1.5' };
  const { bodyBytes, requestSeconds } = httpLimitsOf(environment);
  assert.equal([bodyBytes, requestSeconds], [10, 1.5]);
});

limits('has none where it is 0', () =>
  assert.is(httpLimitsOf({ SPIN_HTTP_MAX_CONNECTIONS: '0' }).connections, Number.POSITIVE_INFINITY),
);

for (const text of ['many', '-1', '1e3', '1s']) {
  limits(`refuses ${text}`, () =>
    assert.throws(() => httpLimitsOf({ SPIN_HTTP_MAX_HEAD_BYTES: text }), /SPIN_HTTP_MAX_HEAD_BYTES is .*no number/),
  );
}

limits.run();
