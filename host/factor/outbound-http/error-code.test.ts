import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { errorCodeFromNetwork, OutboundTimeout } from './error-code.ts';

const errorCode = suite('errorCodeFromNetwork');

for (const [code, tag] of [
  ['ECONNREFUSED', 'connection-refused'],
  ['EHOSTUNREACH', 'connection-refused'],
  ['ETIMEDOUT', 'connection-timeout'],
  ['ENOTFOUND', 'DNS-error'],
  ['EAI_AGAIN', 'DNS-error'],
  ['CERT_HAS_EXPIRED', 'TLS-protocol-error'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS-protocol-error'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS-protocol-error'],
  ['EPROTO', 'TLS-protocol-error'],
  ['ECONNRESET', 'HTTP-protocol-error'],
  ['HPE_INVALID_CONSTANT', 'HTTP-protocol-error'],
] as const) {
  errorCode(`${code} is ${tag}`, () => assert.is(errorCodeFromNetwork(Object.assign(new Error(), { code })).tag, tag));
}

errorCode('tells which time limit has passed', () => {
  assert.is(errorCodeFromNetwork(new OutboundTimeout('CONNECT_TIMEOUT')).tag, 'connection-timeout');
  assert.is(errorCodeFromNetwork(new OutboundTimeout('READ_TIMEOUT')).tag, 'connection-read-timeout');
});

errorCode('takes anything', () => {
  for (const error of [undefined, null, 'x', {}]) assert.is(errorCodeFromNetwork(error).tag, 'HTTP-protocol-error');
});

errorCode.run();
